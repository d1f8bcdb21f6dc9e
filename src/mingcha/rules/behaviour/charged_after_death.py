"""死亡后收费：参保人死亡之后发生的费用。

## 检查什么
费用明细的计费日期晚于参保人的死亡日期，超过宽限天数；门诊、住院、购药都查。

## 为何违规
人死之后不会再有诊疗和用药；这样的费用是冒名就医、虚记，或医保凭证被他人使用。

## 不报什么
没有死亡日期的（视为健在，不是缺少事实）；死亡当日和宽限天数之内的（缺省一天，抢救与料理费用可能次日记账）；退费已冲抵的明细。

## 处理建议
核对死亡日期的来源与诊疗记录；死亡日期有误的更正，确属死亡后收费的全额追回并移交核查。
"""

from typing import Any

from mingcha.domain.claims import Line, Person
from mingcha.rules.base import Grain, LineRule
from mingcha.rules.settings import setting


class ChargedAfterDeath(LineRule):
    slug, version, since = "charged-after-death", 1, "0.1.0"
    title = "死亡后收费"
    grain = Grain.LINE
    legal_basis = ("fund-regulation",)

    tolerance: Any = setting(1, label="宽限天数", unit="天", at_least=0, at_most=30)

    # The living have no date of death: an empty one is a fact, not a gap.
    when = ~Person.death_date.is_missing()
    forbids = Line.day > Person.death_date + tolerance
    message = "{item} 计费日期 {value}，参保人已于 {limit} 死亡"
    value, limit = Line.day, Person.death_date
