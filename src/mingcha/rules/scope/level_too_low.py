"""机构级别不足：限二级、三级医疗机构支付的药品或项目，在级别不足的机构发生。

## 检查什么
知识点限定最低机构级别的医保目录编码出现在明细中，而就诊机构的级别低于它。
知识点另许专科机构（如二级眼科专科医院）使用的，专科机构按其较低的级别判断。

## 为何违规
目录限定机构级别的费用，在级别不足的机构发生的不属于基金支付范围。

## 不报什么
机构等级未知的记为“无法判断”；级别不足但可能属于例外的专科机构、而机构类别未知的，也记为“无法判断”。

## 处理建议
核对机构等级与机构类别登记；确属级别不足的退回基金支付部分，并在院内目录中停用。
"""

from mingcha.domain.claims import Encounter
from mingcha.knowledge.kinds.scope import LevelLimit
from mingcha.rules.base import Grain, ItemRule

SPECIALISED = (Encounter.institution_rank >= LevelLimit.exempt_at_least) & (
    Encounter.institution_type.starts_with_any(LevelLimit.exempt_types)
)


class LevelTooLow(ItemRule[LevelLimit]):
    slug, version, since = "level-too-low", 1, "0.1.0"
    title = "医疗机构级别不足"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "drug-catalogue")
    forbids = (Encounter.institution_rank < LevelLimit.at_least) & ~SPECIALISED
    message = "{item} 限{limit}及以上医疗机构，本机构为{value}"
