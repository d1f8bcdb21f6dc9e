"""就医方式不符：限住院、限急诊等就医方式支付的药品或项目，用于其他医疗类别。

## 检查什么
知识点限定就医方式的医保目录编码出现在明细中，而本次就诊的医疗类别不属于可支付的类别。
医疗类别按前缀比较：21 住院包括 2101 普通住院、2102 单病种住院等。

## 为何违规
目录限定就医方式的费用，在其他就医方式下发生的不属于基金支付范围。

## 不报什么
医疗类别未知的记为“无法判断”；知识点文字写明“急诊或住院”的，急诊（13、1301）与住院均不报。

## 处理建议
核对医疗类别登记；登记有误的更正后重新结算，确属其他就医方式的退回基金支付部分。
"""

from mingcha.domain.claims import Encounter
from mingcha.knowledge.kinds.scope import CareTypeLimit
from mingcha.rules.base import Grain, ItemRule


class CareTypeMismatch(ItemRule[CareTypeLimit]):
    slug, version, since = "care-type-mismatch", 1, "0.1.0"
    title = "就医方式不符"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "drug-catalogue")
    forbids = ~Encounter.care_type.starts_with_any(CareTypeLimit.accepted)
    value, limit = Encounter.care_type, CareTypeLimit.manner
    message = "{item} 限{limit}支付，本次医疗类别为{value}"
