"""总费用与明细合计不符：结算总费用不等于全部明细金额之和。

## 检查什么
一次就诊全部明细（含退费行）的金额合计，与结算总费用相差超过容差。

## 为何违规
总费用与明细对不上，说明结算明细有缺失、重复或错误，不能据以结算。

## 不报什么
总费用未知，或任一明细金额未知的，记为“无法判断”；差额在容差之内的；没有任何明细的就诊；导入时有明细被拒收的就诊。

## 处理建议
核对上传的明细是否齐全；补传或更正后重新结算。
"""

from typing import Any

from mingcha.domain.claims import Encounter, Line, Settlement
from mingcha.domain.conditions import total
from mingcha.rules.base import BillRule, Grain
from mingcha.rules.settings import setting

DIFFERENCE = total(Line.billed_amount) - Settlement.total_amount


class TotalMismatch(BillRule):
    slug, version, since = "total-mismatch", 1, "0.1.0"
    title = "总费用与明细合计不符"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "rules-2025", "interface-specification")
    # What the importer refused was on the bill all the same.
    when = Encounter.lines_rejected == 0
    needs = (Line.billed_amount,)

    tolerance: Any = setting(1, label="容差", unit="元", scale=100, at_least=0, at_most=10_000)

    forbids = abs(DIFFERENCE) > tolerance
    value, limit = total(Line.billed_amount), Settlement.total_amount
    message = "明细金额合计 {value} 元，结算总费用 {limit} 元"
