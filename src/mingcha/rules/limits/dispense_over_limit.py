"""超最大开药量：一次开药的天数或数量超过上限。

## 检查什么
每条药品明细的开药天数（周期天数）超过知识点的最大开药天数，或数量（退费先冲抵）超过最大开药量。
按天数超出的，超出数量按天数比例折算，向下取整。

## 为何违规
超过限定的一次最大支付天数或开药量，超出部分不属于基金支付范围。

## 不报什么
恰好等于上限的；只限天数而开药天数未知、只限数量而数量未知的，记为“无法判断”。

## 处理建议
核对处方天数与数量；符合长期处方等规定的上传依据说明，其余退回超出部分。
"""

from mingcha.domain.claims import Line
from mingcha.knowledge.kinds.limits import DispenseLimit
from mingcha.knowledge.point import FOREVER
from mingcha.rules.base import Grain, Group, ItemRule, Verdicts


class DispenseOverLimit(ItemRule[DispenseLimit]):
    slug, version, since = "dispense-over-limit", 1, "0.1.0"
    title = "超最大开药天数或开药量"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "prescription-measures", "long-term-prescription")
    needs = (Line.supply_days, Line.quantity)
    only_if = (Line.supply_days > DispenseLimit.max_days) | (Line.quantity > DispenseLimit.max_quantity)
    value, limit = Line.quantity, DispenseLimit.max_quantity
    message = "{item} 一次开药 {value}，上限 {limit}，超出数量 {excess}"

    def judge(self, group: Group[DispenseLimit], point: DispenseLimit) -> Verdicts:
        (line,) = group.lines
        if line.quantity is None:
            yield group.cannot_judge(Line.quantity)
        elif line.quantity > point.max_quantity:
            excess = line.quantity - point.max_quantity
            yield group.violates(line, excess=excess, value=line.quantity, limit=point.max_quantity)
        elif point.max_days < FOREVER and line.supply_days is None:
            yield group.cannot_judge(Line.supply_days)
        elif line.supply_days is not None and line.supply_days > point.max_days:
            over = line.supply_days - point.max_days
            yield group.violates(
                line,
                excess=line.quantity * over // line.supply_days,
                excess_amount=(line.amount or 0) * over // line.supply_days,
                value=f"{line.supply_days}天",
                limit=f"{point.max_days}天",
            )
