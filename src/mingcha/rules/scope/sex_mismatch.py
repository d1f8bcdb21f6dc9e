"""区分性别：限一种性别使用的药品、项目或耗材，用于另一性别的参保人。

## 检查什么
知识点限定性别的医保目录编码出现在明细中，而参保人性别与限定性别不同。

## 为何违规
限定性别使用的药品、医疗服务项目和耗材用于另一性别，与临床实际不符，基金不予支付。

## 不报什么
性别未知（空、0 未知、9 未说明）的参保人记为“无法判断”；按编码匹配，名称相近的不报。

## 处理建议
核对参保人信息与医嘱；性别登记有误的更正登记，项目对应错误的更正对应后重新结算。
"""

from mingcha.domain.claims import Person
from mingcha.knowledge.kinds.scope import SexLimit
from mingcha.rules.base import Grain, ItemRule


class SexMismatch(ItemRule[SexLimit]):
    slug, version, since = "sex-mismatch", 1, "0.1.0"
    title = "区分性别使用"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025")
    forbids = Person.sex != SexLimit.sex
    value, limit = Person.sex, SexLimit.sex
    message = "{item} 限{limit}性使用，参保人为{value}性"
