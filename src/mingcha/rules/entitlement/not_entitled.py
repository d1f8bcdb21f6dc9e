"""待遇期外就医：就诊首日不享受本次就诊险种的统筹基金待遇，而由统筹基金支付。

## 检查什么
待遇资料中，参保人在本次就诊险种下的统筹基金待遇，就诊（住院为入院）当日均为不享受，或都不在待遇期内。

## 为何违规
等待期、欠费、待遇封锁期间发生的费用，统筹基金不予支付。

## 不报什么
没有待遇资料，或资料中没有该参保人在该险种下的统筹基金待遇的，记为“无法判断”；只有个人账户待遇的资料不作依据；
已结算而统筹基金未支付的。

## 处理建议
核对待遇等待期、补缴和封锁记录；确不享受待遇的退回基金支付部分，尚未结算的改为自费。
"""

from mingcha.domain.claims import Encounter
from mingcha.rules.base import BillRule, Excess, Grain
from mingcha.rules.payment import CONCERNS_THE_FUND


class NotEntitled(BillRule):
    slug, version, since = "not-entitled", 1, "0.2.0"
    title = "待遇期外就医"
    grain = Grain.ENCOUNTER
    legal_basis = ("social-insurance-law", "fund-regulation", "benefit-list")
    excess = Excess.BILL
    forbids = (Encounter.entitled == False) & CONCERNS_THE_FUND
    value, limit = Encounter.first_day, Encounter.insurance_type
    message = "就诊日 {value} 不享受{limit}统筹基金待遇"
