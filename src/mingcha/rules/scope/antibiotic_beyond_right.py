"""越级开具抗菌药物：医师的抗菌药物处方权低于药品的分级。

## 检查什么
知识点列为限制使用级、特殊使用级的抗菌药物出现在明细中，而开单医师没有相应的处方权。上传了医师被授予的处方权级别的，
按授予的级别比较；没有上传的，按职称判断：特殊使用级须高级职称，限制使用级须中级以上职称；哪些职称代码算，由地区参数给出。

## 为何违规
《抗菌药物临床应用管理办法》第二十四条按专业技术职务授予抗菌药物处方权，无权开具的属于不合理使用；先作可疑，听取机构说明。

## 不报什么
非限制使用级按职称不报；急诊抢救（医疗类别 1301）不报：办法第二十八条允许抢救生命垂危患者时越级使用，24 小时内补办。
职称与处方权都未知的、医疗类别未知的，记为“无法判断”。

## 处理建议
核对开单医师的授权名单与职称；会诊后使用或紧急越级使用的上传会诊记录、补办手续，其余退回该笔费用。
"""

from typing import Any

from mingcha.domain.claims import Encounter, Line
from mingcha.knowledge.kinds.medication import AntibioticGrade
from mingcha.rules.base import Grain, ItemRule
from mingcha.rules.settings import setting

UNRESTRICTED = 1
RESCUE = "1301"


class AntibioticBeyondRight(ItemRule[AntibioticGrade]):
    slug, version, since = "antibiotic-beyond-right", 1, "0.2.0"
    title = "越级开具抗菌药物"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "antibiotic-measures")

    restricted_titles: Any = setting(
        ("231", "232", "233"), label="可开具限制使用级的职称", codes="drord_dr_profttl"
    )
    special_titles: Any = setting(("231", "232"), label="可开具特殊使用级的职称", codes="drord_dr_profttl")

    forbids = (Encounter.care_type != RESCUE) & (
        (
            (AntibioticGrade.grade > UNRESTRICTED)
            & ~Line.doctor_title.starts_with_any(AntibioticGrade.titles)
            & Line.antibiotic_right.is_missing()
        )
        | ((Line.antibiotic_right < AntibioticGrade.grade) & ~Line.antibiotic_right.is_missing())
    )
    value, limit = Line.doctor_title, AntibioticGrade.grade
    message = "{item} 为{limit}抗菌药物，开单医师没有相应的处方权"
