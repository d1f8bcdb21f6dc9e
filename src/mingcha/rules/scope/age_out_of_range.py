"""年龄不符：限儿童、新生儿等年龄段使用的药品、项目或耗材，用于年龄段之外的参保人。

## 检查什么
知识点限定年龄的医保目录编码出现在明细中，而参保人在计费当日的周岁（月龄、日龄）不在限定范围内。
新生儿按日龄、婴儿按月龄，一律由出生日期推算。“老年人禁用”限未满老年人年龄下限（地区参数，缺省六十五周岁）的参保人。

## 为何违规
超出限定年龄使用，不符合目录限定支付范围或说明书规定的人群，基金不予支付。

## 不报什么
出生日期未知的记为“无法判断”；出生日期晚于计费日期的属于信息错误，不按年龄不符处理；恰在界限之内的。

## 处理建议
核对出生日期与医嘱；登记有误的更正登记，项目对应错误的更正对应后重新结算；确属超范围的退回该笔费用。
"""

from mingcha.knowledge.kinds.scope import AgeLimit
from mingcha.rules.ages import AgeBounds, age_that_day, outside_limits
from mingcha.rules.base import Grain, ItemRule


class AgeOutOfRange(AgeBounds, ItemRule[AgeLimit]):
    slug, version, since = "age-out-of-range", 1, "0.1.0"
    title = "年龄不符"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025", "drug-catalogue")
    forbids = outside_limits()
    value, limit = age_that_day, AgeLimit.below
    message = "{item} 限{limit}的参保人使用，计费当日{value}"
