"""慢特病未备案：按门诊慢特病结算的病种，参保人没有备案。

## 检查什么
医疗类别为门诊慢特病（可设）的就诊，其病种不在参保人就诊当日有效的慢特病备案之中。

## 为何违规
门诊慢特病待遇以认定和备案为条件，未备案的病种按慢特病结算没有依据。

## 不报什么
没有备案资料，资料中没有该参保人，或就诊没有病种编号的，记为“无法判断”；已结算而统筹基金未支付的。

## 处理建议
核对认定与备案日期；备案晚于就诊的按地方规定处理，确未备案的按普通门诊重新结算。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.rules.base import BillRule, Excess, Grain
from mingcha.rules.payment import CONCERNS_THE_FUND
from mingcha.rules.settings import setting


class DiseaseNotRegistered(BillRule):
    slug, version, since = "disease-not-registered", 1, "0.2.0"
    title = "慢特病未备案"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "benefit-list", "interface-specification")
    excess = Excess.BILL

    care_types: Any = setting(("14",), label="门诊慢特病的医疗类别", codes="med_type")

    when = Encounter.care_type.starts_with_any(care_types)
    forbids = (Encounter.disease_registered == False) & CONCERNS_THE_FUND
    value = Encounter.disease_id
    message = "病种 {value} 没有有效的门诊慢特病备案"
