"""目录外项目进基金：丙类，或当日不在医保目录有效期内的项目，计入了政策范围金额。

## 检查什么
明细的符合政策范围金额大于零，而目录资料中它在参保地当日为丙类或不在目录有效期内；
目录资料没有该编码的，按上传的目录等级，丙类的报。

## 为何违规
医保目录以外的药品、项目和耗材，基金不予支付，费用不得计入政策范围。

## 不报什么
政策范围金额为零的；目录资料与上传的目录等级都没有的，记为“无法判断”；退费后没有余量的明细。

## 处理建议
核对编码对应与目录版本；确属目录外的改为自费，退回基金支付部分。
"""

from mingcha.domain.claims import Line
from mingcha.rules.base import Grain, LineRule

NOT_PAID = "03"
NOT_LISTED = "0"
REGISTERED = ~Line.directory_class.is_missing()


class OutsideDirectory(LineRule):
    slug, version, since = "outside-directory", 1, "0.2.0"
    title = "目录外项目进基金"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "drug-payment-measures", "drug-catalogue")
    forbids = (
        (REGISTERED & ((Line.directory_class == NOT_PAID) | (Line.directory_class == NOT_LISTED)))
        | (~REGISTERED & (Line.payment_class == NOT_PAID))
    ) & (Line.in_scope_amount > 0)
    value = Line.in_scope_amount
    message = "{item} 不在医保目录支付范围，{value} 元计入了政策范围"
