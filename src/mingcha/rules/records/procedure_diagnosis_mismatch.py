"""诊断与手术不符：结算清单上的手术操作，没有一个诊断与之对应。

## 检查什么
本次就诊的手术操作编码（按前缀匹配）属于知识点列出的手术，而本次就诊的全部诊断（主要诊断、其他诊断）没有一个属于与该手术对应的诊断
（按前缀匹配）。

## 为何违规
主要手术应当与诊断相关。手术没有相应的诊断，说明诊断漏报、手术编码有误，也可能是为进入更高付费的病组而填写手术。

## 不报什么
一条诊断也没有的记为“无法判断”；任何一个诊断（不论主次）与手术对应的；知识点没有列出的手术。手术操作编码没有金额，超收金额为零。

## 处理建议
核对手术记录、出院诊断与编码；漏报诊断的补充，编码错误的更正结算清单，确无指征的按不合理医疗处理。
"""

from mingcha.domain.claims import Encounter
from mingcha.knowledge.kinds.coding import ProcedureIndication
from mingcha.rules.base import Grain, ItemRule


class ProcedureDiagnosisMismatch(ItemRule[ProcedureIndication]):
    slug, version, since = "procedure-diagnosis-mismatch", 1, "0.1.0"
    title = "诊断与手术不符"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "settlement-list", "procedure-codes")
    forbids = Encounter.diagnoses.has_none_of(ProcedureIndication.diagnoses)
    message = "手术操作 {item} 应有诊断 {limit} 之一，本次诊断为 {value}"
