"""基本医保支付不符：统筹基金支付与按待遇标准重新计算的数额不符。

## 检查什么
按险种、人员类别、医疗类别、机构级别、就医地和备案，从待遇标准中选出本次结算适用的一条（入院或就诊首日有效的），
以符合政策范围金额减起付线（实际支付起付线与标准的起付标准取大者），按各段比例计算统筹基金应支付的数额；
实际支付超过它与容差的报。参数可设为少支付的也报。

## 为何违规
统筹基金应当按规定的起付标准和支付比例支付，多支付的部分没有依据。

## 不报什么
没有适用的待遇标准，几条标准同样具体，或选择标准所需的人员类别、备案等未知的，记为“无法判断”；政策范围金额、起付线、
统筹基金支付未知的同样；差额在容差之内的；统筹基金没有支付的；年度封顶线由“超封顶线”检查。

## 处理建议
核对人员类别、转诊备案、起付线次数和待遇标准；确属多支付的重新结算，退回差额。
"""

from typing import Any

from mingcha.domain.claims import Settlement
from mingcha.domain.conditions import larger
from mingcha.knowledge.kinds.entitlement import BenefitStandard
from mingcha.rules.base import Excess, Grain, StandardRule
from mingcha.rules.layers import CHOSEN_BY, pays
from mingcha.rules.settings import setting


class BasicLayerOverpaid(StandardRule[BenefitStandard]):
    slug, version, since = "basic-layer-overpaid", 1, "0.2.0"
    title = "基本医保支付不符"
    grain = Grain.ENCOUNTER
    legal_basis = ("social-insurance-law", "fund-regulation", "benefit-list")
    excess = Excess.FUND
    chosen_by = CHOSEN_BY

    tolerance: Any = setting(100, label="容差", unit="元", scale=100, at_least=0, at_most=100_000)
    less_too: Any = setting(False, label="少支付的也报")

    deducted = larger(Settlement.deductible_paid, BenefitStandard.deductible)
    due = pays(larger(Settlement.in_scope_amount - deducted, 0))
    when = (Settlement.fund_paid > 0) | (less_too == True)
    forbids = (Settlement.fund_paid > due + tolerance) | (
        (less_too == True) & (Settlement.fund_paid < due - tolerance)
    )
    value, limit = Settlement.fund_paid, due
    message = "统筹基金支付 {value} 元，按“{item}”应为 {limit} 元"
