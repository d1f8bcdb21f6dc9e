"""禁忌症：药品或项目用于有禁忌诊断的参保人。

## 检查什么
知识点列出禁忌诊断编码的药品或项目出现在明细中，而本次就诊的诊断（主诊断、次诊断）有一个属于禁忌范围。
诊断编码按前缀比较。

## 为何违规
在说明书或操作规范列明的禁忌情形下使用，可能伤害患者，属于不合理使用，费用先作可疑，听取机构说明。

## 不报什么
一条诊断也没有的记为“无法判断”；禁忌的诊断只在既往就诊中的；诊断编码不在列出的前缀之内的，含义相近也不报。

## 处理建议
首先核对患者安全并告知开单医师；诊断编码错误的更正，权衡后确需使用的上传病程记录或会诊意见，其余退回该笔费用。
"""

from mingcha.domain.claims import Encounter
from mingcha.knowledge.kinds.medication import Contraindication
from mingcha.rules.base import Grain, ItemRule


class Contraindicated(ItemRule[Contraindication]):
    slug, version, since = "contraindicated", 1, "0.1.0"
    title = "禁忌症使用"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025")
    forbids = ~Encounter.diagnoses.has_none_of(Contraindication.diagnoses)
    message = "{item} 在诊断 {limit} 时禁用，本次诊断为 {value}"
