"""手术与性别不符：手术操作只可能用于一种性别，而参保人为另一性别。

## 检查什么
本次就诊的手术操作编码（按前缀匹配）属于知识点限定性别的手术操作，而参保人性别与之不同。

## 为何违规
手术操作与参保人性别不符，说明手术操作编码或参保人信息有误，也可能是冒名就医。

## 不报什么
性别未知（空、0 未知、9 未说明）的记为“无法判断”。手术操作编码没有金额，超收金额为零。

## 处理建议
核对身份与手术记录；编码错误的更正结算清单，身份不符的按冒名就医核查。
"""

from mingcha.domain.claims import Person
from mingcha.knowledge.kinds.coding import ProcedureSex
from mingcha.rules.base import Grain, ItemRule


class ProcedureSexMismatch(ItemRule[ProcedureSex]):
    slug, version, since = "procedure-sex-mismatch", 1, "0.1.0"
    title = "手术操作与性别不符"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "procedure-codes")
    forbids = Person.sex != ProcedureSex.sex
    message = "手术操作 {item} 限{limit}性，参保人为{value}性"
