"""病种住院天数异常：主诊断为某病种的住院，天数短于或长于该病种的通常范围。

## 检查什么
住院的主诊断属于知识点列出的病种（诊断编码前缀），住院天数（出院日减入院日）少于下限或多于上限。

## 为何违规
天数明显短于通常范围的可能不需住院或分解住院；明显长于通常范围的可能是压床或挂床。只是可疑，先听取机构说明。

## 不报什么
恰好等于下限、上限的；该病种只是次要诊断的；门诊；主诊断未知，或尚未出院的，记为“无法判断”。

## 处理建议
调阅病程与出院记录，核实有无并发症、转科转院等原因；范围没有全国统一值，由各地或各机构自行设定。
"""

from mingcha.domain.claims import Encounter, Line
from mingcha.knowledge.kinds.coding import StayLength
from mingcha.rules.base import Grain, ItemRule


class DiseaseStayLength(ItemRule[StayLength]):
    slug, version, since = "disease-stay-length", 1, "0.1.0"
    title = "病种住院天数异常"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "diagnosis-codes")

    when = (Encounter.inpatient == True) & (Line.item_code == Encounter.main_diagnosis)
    forbids = (Encounter.nights < StayLength.at_least) | (Encounter.nights > StayLength.at_most)
    value, limit = Encounter.nights, StayLength.at_most
    message = "{item} 住院 {value} 天，通常为 {at_least} 至 {at_most} 天"
