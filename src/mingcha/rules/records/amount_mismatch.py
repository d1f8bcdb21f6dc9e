"""金额与单价数量不符：明细金额不等于单价乘数量。

## 检查什么
每条明细（以原始计费数量、金额，退费之前）的金额与单价×数量相差，超出四舍五入能够解释的范围。
允差随单价的末位小数：单价只写到分的，容许数量×半分再加半分；写得越细，容差越小。

## 为何违规
金额多于单价乘数量的部分没有收费依据；不相等说明结算明细信息有误。

## 不报什么
单价、数量或金额未知的记为“无法判断”；差额在允差之内的。金额偏少的列为信息错误，超收金额为零。

## 处理建议
核对收费系统的计算与上传；多收的退回差额，信息有误的更正后重传。
"""

from mingcha.domain.claims import Line
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import Grain, Group, LineRule, Verdicts

FEN = 100_000_000  # price (10⁻⁶ yuan) × quantity (10⁻⁴) in one fen


class AmountMismatch(LineRule):
    slug, version, since = "amount-mismatch", 1, "0.1.0"
    title = "金额与单价数量不符"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "interface-specification")
    needs = (Line.unit_price, Line.billed_quantity, Line.billed_amount)
    # The price stands for anything within half its last decimal, the amount for anything within half a fen;
    # most lines agree to the fen as they are.
    only_if = (abs(Line.billed_quantity * Line.unit_price - Line.billed_amount * FEN) * 2 > FEN) & (
        abs(Line.billed_quantity * Line.unit_price - Line.billed_amount * FEN) * 2
        > abs(Line.billed_quantity) * Line.price_step + FEN
    )
    value, limit = Line.billed_amount, Line.amount
    message = "{item} 金额 {value} 元，单价×数量应为 {limit} 元，超收 {amount} 元"

    def judge(self, group: Group[KnowledgePoint], _point: KnowledgePoint) -> Verdicts:
        (line,) = group.lines
        quantity, price, amount = line.billed_quantity, line.unit_price, line.billed_amount
        if price is None:
            yield group.cannot_judge(Line.unit_price)
        elif quantity is None:
            yield group.cannot_judge(Line.billed_quantity)
        elif amount is None:
            yield group.cannot_judge(Line.billed_amount)
        else:
            exact = quantity * price
            if abs(exact - amount * FEN) * 2 > abs(quantity) * (line.price_step or 0) + FEN:
                excess = max((amount * FEN - exact) // FEN, 0)
                expected = (exact * 2 + FEN) // (FEN * 2)
                yield group.violates(line, excess_amount=excess, value=amount, limit=expected)
