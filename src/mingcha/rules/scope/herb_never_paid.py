"""饮片不予支付：单方、复方均不予支付的中药饮片纳入结算。

## 检查什么
知识点列出的中药饮片出现在明细中，无论单味使用还是与其他饮片同方。

## 为何违规
这些饮片（含饮片的精制、精加工品）单复方均不纳入基金支付范围，把它们纳入结算属于超范围支付。

## 不报什么
编码不在清单中的饮片；名称相近而编码不同的。

## 处理建议
改为自费结算，退回基金支付部分，并在院内目录中把该饮片标为自费。
"""

from mingcha.domain.conditions import always
from mingcha.knowledge.kinds.scope import HerbNeverPaid
from mingcha.rules.base import Grain, ItemRule


class HerbNeverPaidCharged(ItemRule[HerbNeverPaid]):
    slug, version, since = "herb-never-paid", 1, "0.1.0"
    title = "单复方均不予支付的饮片"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "drug-catalogue")
    forbids = always
    message = "{item} 单方、复方均不予支付"
