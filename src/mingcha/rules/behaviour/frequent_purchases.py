"""频繁购药：任意连续若干天内，同一参保人在药店购药的次数超过设定次数。

## 检查什么
同一参保人在任意连续若干天内（跨药店，历史购药计入）的药店购药次数超过设定次数；超出的每一次各报一条。

## 为何违规
短期内异常频繁的购药可能是冒名购药、倒卖药品或套取个人账户，须核实。

## 不报什么
恰好等于设定次数的；间隔满设定天数的；门诊和住院取药；不知是否购药的，记为“无法判断”。
已判为超出的不再占用后面的次数。

## 处理建议
核对购药凭证、身份核验与药品去向；确属本人用药的说明后排除。次数没有全国统一值，缺省取较宽的，各地自行设定。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.domain.conditions import crowded
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import Group, Verdicts, VisitRule
from mingcha.rules.frequency import beyond
from mingcha.rules.settings import setting


class FrequentPurchases(VisitRule):
    slug, version, since = "frequent-purchases", 1, "0.1.0"
    title = "频繁购药"
    legal_basis = ("fund-regulation", "rules-2025", "designated-pharmacies")

    days: Any = setting(30, label="连续天数", unit="天", at_least=1, at_most=366)
    allowed: Any = setting(10, label="购药次数上限", unit="次", at_least=1, at_most=366)

    when = Encounter.purchase == True
    only_if = crowded(allowed, days)
    message = "连续若干天内的第 {value} 次购药，设定为 {limit}"

    def judge(self, group: Group[KnowledgePoint], _point: KnowledgePoint) -> Verdicts:
        yield from beyond(group, group.lines, allowed=self.allowed, days=self.days)
