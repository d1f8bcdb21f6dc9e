"""How much, how often and how long: courses, dispensing, quantities, spending."""

from __future__ import annotations

from mingcha.domain import fields as f
from mingcha.knowledge.point import FOREVER, KnowledgePoint


class CourseLimit(KnowledgePoint):
    """限支付疗程: days paid within a period; period and way of counting may be a regional setting."""

    label, slug = "限支付疗程", "course-limit"
    days = f.number("支付天数上限", unit="天", required=True)
    period = f.code("计算范围", default="", note="就诊、年；空为地区参数给出")
    counting = f.code("计天方式", default="", note="用药日、跨度；空为地区参数给出")


class DispenseLimit(KnowledgePoint):
    """限最大支付天数/开药量: per prescription line."""

    label, slug = "限最大开药量", "dispense-limit"
    max_days = f.number("最大开药天数", unit="天", default=FOREVER)
    max_quantity = f.quantity("最大开药量", default=FOREVER * 10_000)


class SupplyLimit(KnowledgePoint):
    """剩余用药: the drugs of one ingredient, and how many days of them may be left when more is dispensed."""

    label, slug = "剩余药量", "supply-limit"
    by_prefix = True
    left_days = f.number("允许剩余天数", unit="天", note="空为地区参数给出")


class QuantityLimit(KnowledgePoint):
    """限定频次: how much may be billed per hour, day, encounter or stay."""

    label, slug = "限定频次", "quantity-limit"
    period = f.code("周期", required=True, one_of=("小时", "日", "就诊"), note="小时、日、就诊")
    allowed = f.quantity("上限数量", required=True)
    unit = f.text("计价单位", default="次")


class WindowLimit(KnowledgePoint):
    """周期超频次: how much may be billed within any so many days, across encounters."""

    label, slug = "周期频次", "window-limit"
    allowed = f.quantity("上限数量", required=True)
    days = f.number("周期天数", unit="天", required=True)


class SpendingCap(KnowledgePoint):
    """超限定报销总额: the most that is paid for the item per encounter or year."""

    label, slug = "报销总额", "spending-cap"
    cap = f.money("报销总额上限", required=True)
    period = f.code("周期", required=True, one_of=("就诊", "年"), note="就诊、年")
