"""协议期外结算：就诊首日医药机构未联网或服务协议无效，而由统筹基金支付。

## 检查什么
机构状态资料中，就诊（住院为入院）当日该机构暂停联网、取消定点，或医保服务协议不在有效期内。

## 为何违规
中止、解除协议期间或非定点机构发生的费用，基金不予支付。

## 不报什么
没有机构状态资料，或资料中没有该机构的，记为“无法判断”；入院后才中止协议的住院；已结算而统筹基金未支付的。

## 处理建议
核对协议中止与恢复的文书；急诊、抢救等按规定可以支付的上传依据，其余退回基金支付部分。
"""

from mingcha.domain.claims import Encounter
from mingcha.rules.base import BillRule, Excess, Grain
from mingcha.rules.payment import CONCERNS_THE_FUND


class InstitutionNotContracted(BillRule):
    slug, version, since = "institution-not-contracted", 1, "0.2.0"
    title = "协议期外结算"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "designated-institutions", "designated-pharmacies")
    excess = Excess.BILL
    forbids = (Encounter.institution_contracted == False) & CONCERNS_THE_FUND
    value = Encounter.first_day
    message = "就诊日 {value} 机构未联网或服务协议无效"
