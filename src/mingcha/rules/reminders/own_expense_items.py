"""自费项目提示：一次就诊中丙类（自费）项目的金额合计较大。

## 检查什么
一次就诊的明细中，目录等级为丙类的金额合计（退费后）超过设定金额。

## 为何违规
这不是违规，只是提醒：自费项目应事先告知参保人并取得同意，金额较大时更应核对必要性。

## 不报什么
合计恰好等于或低于设定金额的；任一明细的目录等级或金额未知的，记为“无法判断”。提醒不涉及退款金额。

## 处理建议
核对知情同意书与自费项目清单；金额没有全国统一值，各地自行设定。
"""

from typing import Any

from mingcha.domain.claims import Line
from mingcha.domain.conditions import given, total
from mingcha.rules.base import BillRule
from mingcha.rules.settings import setting


class OwnExpenseItems(BillRule):
    slug, version, since = "own-expense-items", 1, "0.1.0"
    title = "自费项目提示"
    legal_basis = ("fund-regulation",)
    needs = (Line.payment_class, Line.amount)

    from_yuan: Any = setting(500, label="自费项目金额", unit="元", at_least=0, at_most=1_000_000)

    own = total(given(Line.payment_class == "03", Line.amount))
    forbids = own > from_yuan * 100
    value = own
    message = "自费（丙类）项目合计 {value} 元，请核对必要性与知情同意"
