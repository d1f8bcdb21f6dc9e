"""诊断与年龄不符：诊断只可能发生于某一年龄段，而参保人不在其中。

## 检查什么
本次就诊的诊断编码（按前缀匹配）属于知识点限定年龄的诊断，而参保人就诊当日的年龄不在范围内。

## 为何违规
诊断与参保人年龄不符，说明诊断编码或参保人信息有误，也可能是冒名就医。

## 不报什么
出生日期未知的记为“无法判断”；出生日期晚于就诊日期的属于信息错误；恰在界限之内的。诊断没有金额，超收金额为零。

## 处理建议
核对身份与病历；编码错误的更正结算清单，身份不符的按冒名就医核查。
"""

from mingcha.knowledge.kinds.coding import DiagnosisAge
from mingcha.rules.ages import AgeBounds, age_that_day, outside_limits
from mingcha.rules.base import Grain, ItemRule


class DiagnosisAgeMismatch(AgeBounds, ItemRule[DiagnosisAge]):
    slug, version, since = "diagnosis-age-mismatch", 1, "0.1.0"
    title = "诊断与年龄不符"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "diagnosis-codes")
    forbids = outside_limits()
    value, limit = age_that_day, DiagnosisAge.below
    message = "诊断 {item} 限{limit}，参保人就诊当日{value}"
