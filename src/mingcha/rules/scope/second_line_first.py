"""未用一线先用二线：限二线使用的药品，在半年内没有用过一线药品时使用。

## 检查什么
知识点限二线使用的药品出现在明细中，而上传的“半年内使用过一线药”标志为否。

## 为何违规
目录限定二线使用的药品，未先使用一线药品的不属于基金支付范围。

## 不报什么
标志为空的记为“无法判断”：知识点没有列出一线药品，不能由历史明细推断。

## 处理建议
核对既往用药；曾在外院使用一线药品的补充标志并上传依据，确未使用的退回基金支付部分。
"""

from mingcha.domain.claims import Line
from mingcha.knowledge.kinds.scope import SecondLine
from mingcha.rules.base import Grain, ItemRule


class SecondLineFirst(ItemRule[SecondLine]):
    slug, version, since = "second-line-first", 1, "0.1.0"
    title = "限二线药品未先用一线"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "drug-catalogue")
    forbids = Line.first_line_used == False
    message = "{item} 限二线使用，而“半年内使用过一线药”上传为{value}"
