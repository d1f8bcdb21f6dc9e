"""医疗救助支付不符：医疗救助支付与按待遇标准重新计算的数额不符。

## 检查什么
以基本医保、大病（大额）、公务员补助支付之后的政策范围内自付为本次救助基数，加本年度救助基数累计，超过救助起付标准的部分按比例计算；
本次应支付的是累计后的数额减累计前的数额，至多到年度救助限额。实际支付超过它与容差的报。
适用的标准按险种、人员身份（特困、低保、低保边缘 …）、医疗类别、机构级别、就医地选出。参数可设为少支付的也报。

## 为何违规
医疗救助对救助对象经基本医保、大病保险支付后的自付费用按规定比例救助，多支付的部分没有依据。

## 不报什么
没有适用的待遇标准，或人员身份等选择标准所需的事实未知的，记为“无法判断”；政策范围金额、统筹基金支付、本年度救助基数累计未知的同样；
差额在容差之内的；医疗救助没有支付的。

## 处理建议
核对救助对象的身份和认定日期、年度累计和救助标准；确属多支付的重新结算，退回救助资金。
"""

from typing import Any

from mingcha.domain.claims import Settlement
from mingcha.knowledge.kinds.entitlement import BenefitStandard
from mingcha.rules.base import Excess, Grain, StandardRule
from mingcha.rules.layers import CHOSEN_BY, pays_of_year
from mingcha.rules.settings import setting


class AssistanceLayerOverpaid(StandardRule[BenefitStandard]):
    slug, version, since = "assistance-layer-overpaid", 1, "0.2.0"
    title = "医疗救助支付不符"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "benefit-list")
    excess = Excess.OTHER_FUND
    chosen_by = CHOSEN_BY

    tolerance: Any = setting(100, label="容差", unit="元", scale=100, at_least=0, at_most=100_000)
    less_too: Any = setting(False, label="少支付的也报")

    due = pays_of_year(Settlement.year_assisted_burden, Settlement.burden_after_subsidy)
    when = (Settlement.assistance_paid > 0) | (less_too == True)
    forbids = (Settlement.assistance_paid > due + tolerance) | (
        (less_too == True) & (Settlement.assistance_paid < due - tolerance)
    )
    value, limit = Settlement.assistance_paid, due
    message = "医疗救助支付 {value} 元，按“{item}”应为 {limit} 元"
