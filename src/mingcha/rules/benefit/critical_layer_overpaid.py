"""大病、大额支付不符：大病保险（职工大额补助）支付与按待遇标准重新计算的数额不符。

## 检查什么
以本次政策范围金额减统筹基金支付为本次合规自付，加本年度合规自付累计，超过大病起付标准的部分按各段比例计算；
本次应支付的是累计后的数额减累计前的数额，至多到年度支付上限。实际支付（大病保险与大额补助两项之和）超过它与容差的报。
适用的标准按险种、人员类别与身份、医疗类别、机构级别、就医地选出。参数可设为少支付的也报。

## 为何违规
大病保险和大额补助对起付标准以上的合规自付费用分段支付，多支付的部分没有依据。

## 不报什么
没有适用的待遇标准，或选择标准所需的事实未知的，记为“无法判断”；政策范围金额、统筹基金支付、本年度合规自付累计未知的同样
（数据集中的历史未必完整，不以其合计代替）；差额在容差之内的；大病、大额没有支付的。

## 处理建议
核对年度累计、困难人员的倾斜待遇和待遇标准；确属多支付的重新结算，退回大病保险或大额补助资金。
"""

from typing import Any

from mingcha.domain.claims import Settlement
from mingcha.knowledge.kinds.entitlement import BenefitStandard
from mingcha.rules.base import Excess, Grain, StandardRule
from mingcha.rules.layers import CHOSEN_BY, pays_of_year
from mingcha.rules.settings import setting


class CriticalLayerOverpaid(StandardRule[BenefitStandard]):
    slug, version, since = "critical-layer-overpaid", 1, "0.2.0"
    title = "大病、大额支付不符"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "benefit-list")
    excess = Excess.OTHER_FUND
    chosen_by = CHOSEN_BY

    tolerance: Any = setting(100, label="容差", unit="元", scale=100, at_least=0, at_most=100_000)
    less_too: Any = setting(False, label="少支付的也报")

    due = pays_of_year(Settlement.year_burden, Settlement.in_scope_amount - Settlement.fund_paid)
    when = (Settlement.critical_paid > 0) | (less_too == True)
    forbids = (Settlement.critical_paid > due + tolerance) | (
        (less_too == True) & (Settlement.critical_paid < due - tolerance)
    )
    value, limit = Settlement.critical_paid, due
    message = "大病、大额支付 {value} 元，按“{item}”应为 {limit} 元"
