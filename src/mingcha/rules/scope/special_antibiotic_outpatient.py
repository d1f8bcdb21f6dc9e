"""门诊使用特殊使用级抗菌药物：特殊使用级抗菌药物出现在门诊账单上。

## 检查什么
知识点列为特殊使用级的抗菌药物出现在明细中，而本次就诊的医疗类别属于门诊；哪些医疗类别算门诊，由地区参数给出，按前缀比较。

## 为何违规
《抗菌药物临床应用管理办法》第二十七条：特殊使用级抗菌药物不得在门诊使用。先作可疑，听取机构说明。

## 不报什么
住院；急诊（缺省不算门诊，各地可加）；限制使用级与非限制使用级；医疗类别未知的记为“无法判断”。

## 处理建议
核对病情与就诊方式；医疗类别登记有误的更正，确在门诊使用的退回该笔费用。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.knowledge.kinds.medication import AntibioticGrade
from mingcha.rules.base import Grain, ItemRule
from mingcha.rules.settings import setting

SPECIAL = 3


class SpecialAntibioticOutpatient(ItemRule[AntibioticGrade]):
    slug, version, since = "special-antibiotic-outpatient", 1, "0.2.0"
    title = "门诊使用特殊使用级抗菌药物"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "antibiotic-measures")

    outpatient_care_types: Any = setting(("11", "14", "51"), label="算作门诊的医疗类别", codes="med_type")

    forbids = (AntibioticGrade.grade == SPECIAL) & Encounter.care_type.starts_with_any(
        AntibioticGrade.barred_care_types
    )
    value, limit = Encounter.care_type, AntibioticGrade.grade
    message = "{item} 为{limit}抗菌药物，不得在门诊使用，本次为{value}"
