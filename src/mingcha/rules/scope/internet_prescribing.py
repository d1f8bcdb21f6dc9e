"""互联网诊疗超范围：不纳入互联网医院支付范围的药品，在互联网诊疗中开具。

## 检查什么
知识点列出的药品出现在明细中，而本次就诊属于互联网诊疗。没有全国统一的互联网医疗类别代码，由地区参数给出。

## 为何违规
麻醉药品、第一类精神药品等不得在互联网上开具，由此发生的费用不纳入“互联网+”医疗服务的医保支付。

## 不报什么
医疗类别未知的记为“无法判断”；地区尚未设定互联网医疗类别的，记为“待设参数”；线下门诊与住院。

## 处理建议
核对医疗类别与处方来源；确为互联网诊疗的退回基金支付部分，并在互联网处方系统中停用该药品。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.knowledge.kinds.scope import InternetLimit
from mingcha.rules.base import Grain, ItemRule
from mingcha.rules.settings import setting


class InternetPrescribing(ItemRule[InternetLimit]):
    slug, version, since = "internet-prescribing", 1, "0.1.0"
    title = "互联网诊疗超支付范围"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "internet-payment")
    forbids = Encounter.care_type.starts_with_any(InternetLimit.internet_care_types)
    value, limit = Encounter.care_type, InternetLimit.internet_care_types
    message = "{item} 不纳入互联网诊疗支付，本次医疗类别 {value} 属于互联网诊疗"

    internet_care_types: Any = setting((), label="互联网诊疗的医疗类别", codes="med_type")
