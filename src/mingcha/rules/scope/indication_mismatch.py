"""适应症不符：限适应症的药品、项目或耗材，用于没有相应诊断的参保人。

## 检查什么
知识点限定适应症诊断编码的医保目录编码出现在明细中，而本次就诊的全部诊断（主诊断、次诊断）没有一个属于限定范围。
诊断编码按前缀比较。同一机制也用于说明书适应症、检验检查与治疗的指征、耗材的适用疾病：知识点列出的就是这些诊断。

## 为何违规
超出目录限定的适应症使用，不属于基金支付范围；超说明书适应症或没有指征的使用不合理，作为可疑先听取机构说明。

## 不报什么
一条诊断也没有的记为“无法判断”；限定支付范围只有文字、尚未对应诊断编码的知识点“待映射”，不报任何人。

## 处理建议
核对病历诊断；漏报诊断的补充诊断并上传依据，确属超适应症或没有指征的退回基金支付部分。
"""

from mingcha.domain.claims import Encounter
from mingcha.knowledge.kinds.scope import Indication
from mingcha.rules.base import Grain, ItemRule


class IndicationMismatch(ItemRule[Indication]):
    slug, version, since = "indication-mismatch", 1, "0.1.0"
    title = "适应症不符"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "drug-catalogue")
    forbids = Encounter.diagnoses.has_none_of(Indication.diagnoses)
    message = "{item} 限适应症诊断 {limit}，本次诊断为 {value}"
