"""自费项目未告知：有自费费用而没有签署自费知情同意书。

## 检查什么
一次就诊的自费金额超过免告知的数额，而机构报送的自费知情同意书中没有本次就诊的。
免告知的数额没有全国统一的规定，默认为零，由地区或机构设定。

## 为何违规
除急诊、抢救等特殊情形外，提供基金支付范围以外的医药服务，应当经参保人员或者其近亲属、监护人同意。

## 不报什么
没有同意书资料，或机构在就诊时尚未报送的，以及自费金额未知的，记为“无法判断”；已签署的；恰好等于免告知数额的。

## 处理建议
补查纸质同意书并上传；确未告知的向参保人说明并按规定处理。本项不涉及基金，超收金额为零。
"""

from typing import Any

from mingcha.domain.claims import Encounter, Settlement
from mingcha.rules.base import BillRule, Grain
from mingcha.rules.settings import setting


class ConsentMissing(BillRule):
    slug, version, since = "consent-missing", 1, "0.2.0"
    title = "自费项目未告知"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "designated-institutions")

    exempt: Any = setting(0, label="免告知的自费金额", unit="元", scale=100, at_least=0, at_most=1_000_000)

    forbids = (Encounter.consented == False) & (Settlement.own_expense > exempt)
    value = Settlement.own_expense
    message = "自费 {value} 元，没有自费知情同意书"
