"""超限定单价：项目的单价高于限定的最高单价。

## 检查什么
明细单价高于知识点的最高单价；最高单价按医疗机构级别分别限定的，用就诊机构级别的那一个。
超收金额为单价差额乘数量（退费先冲抵），不足一分的舍去。

## 为何违规
高于限定价格的部分属于超标准收费，基金不予支付。

## 不报什么
恰好等于最高单价的；单价或数量未知的，以及按级别限价而机构等级未知的，记为“无法判断”。

## 处理建议
核对当地价格文件与院内价格维护；维护有误的更正，退回差价。
"""

from mingcha.domain.claims import Encounter, Line
from mingcha.knowledge.kinds.charging import PriceCeiling
from mingcha.rules.base import Excess, Grain, Group, ItemRule, Verdicts

FEN = 100_000_000  # price (10⁻⁶ yuan) × quantity (10⁻⁴) in one fen
EVERY_LEVEL = -1


class UnitPriceOverCeiling(ItemRule[PriceCeiling]):
    slug, version, since = "unit-price-over-ceiling", 1, "0.1.0"
    title = "超限定单价"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025")
    excess = Excess.PRICE
    needs = (Line.unit_price, Line.quantity, Encounter.institution_rank)
    only_if = Line.unit_price > PriceCeiling.ceiling
    value, limit = Line.unit_price, PriceCeiling.ceiling
    message = "{item} 单价 {value} 元，最高单价 {limit} 元，超收 {amount} 元"

    def judge(self, group: Group[PriceCeiling], point: PriceCeiling) -> Verdicts:
        (line,) = group.lines
        rank = group.encounter.institution_rank
        if point.rank not in {EVERY_LEVEL, rank} and rank is not None:
            return
        if line.unit_price is None:
            yield group.cannot_judge(Line.unit_price)
        elif line.unit_price <= point.ceiling:
            return
        elif point.rank != EVERY_LEVEL and rank is None:
            yield group.cannot_judge(Encounter.institution_rank)
        elif line.quantity is None:
            yield group.cannot_judge(Line.quantity)
        else:
            amount = (line.unit_price - point.ceiling) * line.quantity // FEN
            yield group.violates(line, excess_amount=amount, value=line.unit_price, limit=point.ceiling)
