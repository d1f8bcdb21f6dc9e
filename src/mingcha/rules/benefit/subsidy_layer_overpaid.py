"""公务员补助支付不符：公务员医疗补助支付与按待遇标准重新计算的数额不符。

## 检查什么
以基本医保、大病（大额）支付之后的政策范围内自付，减标准的起付标准，按各段比例计算一次结算的公务员医疗补助，至多到标准的支付上限；
实际支付超过它与容差的报。适用的标准按险种、人员类别、是否公务员、医疗类别、机构级别、就医地选出；
不享受补助的人员可以写一条比例为零的标准。参数可设为少支付的也报。

## 为何违规
公务员医疗补助只对享受人员的规定费用按比例补助，多支付的部分没有依据。

## 不报什么
没有适用的待遇标准，或是否公务员等选择标准所需的事实未知的，记为“无法判断”；政策范围金额、统筹基金支付未知的同样；
差额在容差之内的；公务员补助没有支付的。

## 处理建议
核对参保人员的公务员标志、补助范围和待遇标准；确属多支付的重新结算，退回补助资金。
"""

from typing import Any

from mingcha.domain.claims import Settlement
from mingcha.knowledge.kinds.entitlement import BenefitStandard
from mingcha.rules.base import Excess, Grain, StandardRule
from mingcha.rules.layers import CHOSEN_BY, pays_of
from mingcha.rules.settings import setting


class SubsidyLayerOverpaid(StandardRule[BenefitStandard]):
    slug, version, since = "subsidy-layer-overpaid", 1, "0.2.0"
    title = "公务员补助支付不符"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "benefit-list")
    excess = Excess.OTHER_FUND
    chosen_by = CHOSEN_BY

    tolerance: Any = setting(100, label="容差", unit="元", scale=100, at_least=0, at_most=100_000)
    less_too: Any = setting(False, label="少支付的也报")

    due = pays_of(Settlement.burden_after_critical)
    when = (Settlement.civil_servant_paid > 0) | (less_too == True)
    forbids = (Settlement.civil_servant_paid > due + tolerance) | (
        (less_too == True) & (Settlement.civil_servant_paid < due - tolerance)
    )
    value, limit = Settlement.civil_servant_paid, due
    message = "公务员医疗补助支付 {value} 元，按“{item}”应为 {limit} 元"
