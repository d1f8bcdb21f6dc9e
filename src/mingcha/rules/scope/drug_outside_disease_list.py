"""超限定病种目录范围：门诊慢特病就诊的账单上，出现该病种目录之外的药品。

## 检查什么
门诊就诊上传了病种编号，而知识点列有该病种可支付的药品；账单上的西药、中成药（目录类别 101）
编码不以其中任何一个前缀开头。

## 为何违规
门诊慢性病、特殊疾病按病种目录支付，目录之外的药品不属于该待遇的支付范围。

## 不报什么
住院（单病种结算也上传病种编号）；没有列出目录的病种；饮片、诊疗项目和耗材。不在目录中而目录类别未知的、是否住院未知的，记为“无法判断”。

## 处理建议
核对病种与用药；治疗其他疾病的药品另按普通门诊结算，病种登记有误的更正后重新结算。各统筹区的病种目录不同，由地区导入。
"""

from mingcha.domain.claims import Encounter, Line
from mingcha.knowledge.kinds.scope import DiseaseList
from mingcha.rules.base import Grain, ItemRule

DRUG = "101"


class DrugOutsideDiseaseList(ItemRule[DiseaseList]):
    slug, version, since = "drug-outside-disease-list", 1, "0.2.0"
    title = "超限定病种目录范围"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025")

    when = Encounter.inpatient == False
    forbids = (Line.list_type == DRUG) & ~Line.item_code.starts_with_any(DiseaseList.allowed)
    value, limit = Encounter.disease_id, DiseaseList.name
    message = "{item} 不在病种“{limit}”（{value}）的支付范围内"
