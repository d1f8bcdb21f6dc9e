"""超报销总额：一项目在一次就诊或一个自然年度内纳入报销的金额超过总额上限。

## 检查什么
同一参保人在知识点给出的范围（一次就诊，或一个自然年度）内，同一知识点的项目符合政策范围金额合计超过总额上限。
退费按比例冲抵；从先到后逐笔累计，超出部分记在后发生的明细上。

## 为何违规
超出限定报销总额的部分不属于基金支付范围。

## 不报什么
恰好等于上限的；已知金额合计未超上限而另有金额未知的（记为“无法判断”）；历史就诊中的明细。

## 处理建议
核对同一年度内的既往报销；超出部分改为自费，退回基金支付部分。
"""

from collections import defaultdict

from mingcha.domain.claims import Line
from mingcha.domain.conditions import total
from mingcha.domain.values import date_of
from mingcha.knowledge.kinds.limits import SpendingCap
from mingcha.rules.base import Grain, Group, ItemRule, LineFacts, Verdicts


class SpendingOverCap(ItemRule[SpendingCap]):
    slug, version, since = "spending-over-cap", 1, "0.1.0"
    title = "超报销总额"
    grain = Grain.PERSON
    legal_basis = ("fund-regulation", "rules-2025")
    needs = (Line.in_scope_amount,)
    per = SpendingCap.period
    only_if = total(Line.in_scope_amount) > SpendingCap.cap
    value, limit = Line.in_scope_amount, SpendingCap.cap
    message = "{item} {period}累计报销 {value} 元，总额上限 {limit} 元"

    def judge(self, group: Group[SpendingCap], point: SpendingCap) -> Verdicts:
        spent: dict[int | None, int] = defaultdict(int)
        unknown = set()
        for line in group.lines:
            period = date_of(line.day).year if point.period == "年" else None
            amount = _in_scope(line)
            if amount is None:
                unknown.add(period)
                yield group.cannot_judge(Line.in_scope_amount, line)
                continue
            before = spent[period]
            spent[period] += amount
            excess = spent[period] - max(before, point.cap)
            if excess > 0:
                yield group.violates(line, excess_amount=excess, value=spent[period], limit=point.cap)
            elif period in unknown:
                yield group.cannot_judge(Line.in_scope_amount, line)


def _in_scope(line: LineFacts) -> int | None:
    """What is left of the line's amount within scope after refunds."""
    amount, billed = line.in_scope_amount, line.billed_amount
    if amount is None or line.amount is None or not billed:
        return amount
    return amount * min(line.amount, billed) // billed
