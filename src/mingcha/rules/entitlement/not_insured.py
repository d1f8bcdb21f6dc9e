"""参保期外就医：就诊首日不在本次就诊险种的参保期内，而由统筹基金支付。

## 检查什么
参保期资料中，参保人在本次就诊险种下的全部参保期，就诊（住院为入院）当日无一有效：尚未参保，或已暂停、终止。

## 为何违规
未参保或参保中断期间不享受医疗保险待遇，由基金支付的部分没有依据。

## 不报什么
没有参保期资料，资料中没有该参保人或该险种，或暂停日期不明的，记为“无法判断”；入院时参保、住院期间中断的；
已结算而统筹基金未支付的。

## 处理建议
核对参保状态与补缴、待遇等待期的地方规定；确在参保期外的退回基金支付部分，尚未结算的改为自费。
"""

from mingcha.domain.claims import Encounter
from mingcha.rules.base import BillRule, Excess, Grain
from mingcha.rules.payment import CONCERNS_THE_FUND


class NotInsured(BillRule):
    slug, version, since = "not-insured", 1, "0.2.0"
    title = "参保期外就医"
    grain = Grain.ENCOUNTER
    legal_basis = ("social-insurance-law", "fund-regulation", "benefit-list")
    excess = Excess.BILL
    forbids = (Encounter.insured == False) & CONCERNS_THE_FUND
    value, limit = Encounter.first_day, Encounter.insurance_type
    message = "就诊日 {value} 不在{limit}的参保期内"
