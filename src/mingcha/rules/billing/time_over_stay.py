"""计时计日项目超过在院时间：按天或按小时计价的项目，整个住院期间的数量多于在院的天数或小时数。

## 检查什么
住院就诊中，同一项目组（护理、床位、诊查 …）按天计价的数量合计超过住院天数，或按小时计价的数量合计超过在院小时数。
住院天数为出院日期减入院日期，另加参数“出院当日另计天数”；小时数向上取整再加一小时，时刻未知的按整日计。

## 为何违规
一个病人在同一时间只能使用一次，超过在院时间的部分没有实际发生，属于虚记费用的疑点。

## 不报什么
非住院就诊；恰好等于在院时间的；出院时间未知或早于入院时间的、已知数量未超而另有数量缺失的，记为“无法判断”。

## 处理建议
核对护理、监护记录的起止时间；超出部分退回。
"""

from typing import Any

from mingcha.domain.claims import Encounter, Line
from mingcha.domain.conditions import total
from mingcha.domain.values import MINUTES_A_DAY
from mingcha.knowledge.kinds.capacity import StayLimit
from mingcha.rules.base import Grain, Group, ItemRule, Verdicts
from mingcha.rules.settings import setting

HOUR = "小时"
ONE = 10_000


class TimeOverStay(ItemRule[StayLimit]):
    slug, version, since = "time-over-stay", 1, "0.1.0"
    title = "计时计日项目超过在院时间"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "rules-2025")

    discharge_day: Any = setting(1, label="出院当日另计天数", unit="天", at_least=0, at_most=1)

    when = Encounter.inpatient == True
    needs = (Line.quantity, Encounter.last_day)
    only_if = total(Line.quantity) > (Encounter.last_day - Encounter.first_day + discharge_day) * ONE
    value, limit = Line.quantity, Line.quantity
    message = "{group}类项目共计费 {value} {unit}，在院 {limit} {unit}，{item} 超 {excess}"

    def judge(self, group: Group[StayLimit], point: StayLimit) -> Verdicts:
        stay = group.encounter
        if stay.last_day is None or stay.last_day < stay.first_day:
            yield group.cannot_judge(Encounter.last_day)
            return
        lasting = _hours(stay) if point.unit == HOUR else _days(stay, self.discharge_day)
        billed, allowed = group.known_quantity, lasting * ONE
        if billed > allowed:
            yield group.violates(excess=billed - allowed, value=billed, limit=allowed)
        elif group.lacks_quantity:
            yield group.cannot_judge(Line.quantity)


def _days(stay: Any, discharge_day: int) -> int:
    """Days that may be billed, one at least."""
    return max(int(stay.last_day - stay.first_day + discharge_day), 1)


def _hours(stay: Any) -> int:
    """Hours that may be billed: begun ones count, and one for the hand-over; whole days where a date is bare."""
    if stay.started_at % MINUTES_A_DAY and stay.ended_at % MINUTES_A_DAY:
        return int(-(-(stay.ended_at - stay.started_at) // 60)) + 1
    return int(stay.last_day - stay.first_day + 1) * 24
