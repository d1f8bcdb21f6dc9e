"""不得作主要诊断：只能附加使用的诊断编码，填成了主要诊断。

## 检查什么
主要诊断的编码属于知识点列出的、只能与别的诊断一起使用的编码（按前缀匹配），如损伤和中毒的外部原因（V–Y）、病原体的附加编码。

## 为何违规
这些编码说明原因、病原或状态，本身不是需要治疗的疾病；作主要诊断会使付费分组和审核失去依据，属主要诊断选择错误。

## 不报什么
作其他诊断的；主要诊断未知的记为“无法判断”；编码不在列出的前缀之内的。诊断没有金额，超收金额为零。

## 处理建议
核对病历，按主要诊断选择原则改填本次住院实际诊治的疾病，原编码列为其他诊断，更正清单后重传。
"""

from mingcha.domain.claims import Encounter, Line
from mingcha.knowledge.kinds.coding import MainDiagnosisLimit
from mingcha.rules.base import Grain, ItemRule


class MainDiagnosisUnfit(ItemRule[MainDiagnosisLimit]):
    slug, version, since = "main-diagnosis-unfit", 1, "0.1.0"
    title = "不得作主要诊断"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "settlement-list", "diagnosis-codes")
    # Of a diagnosis the code stands where a line has its item.
    forbids = Line.item_code == Encounter.main_diagnosis
    value, limit = Encounter.main_diagnosis, MainDiagnosisLimit.name
    message = "主要诊断 {value} 只能作其他诊断：{limit}"
