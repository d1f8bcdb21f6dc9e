"""超支付疗程：药品或项目的使用天数超过限定支付的天数。

## 检查什么
在知识点或地区参数给出的范围（一次就诊，或连续 365 天）内，同一知识点的使用天数超过支付天数上限。
计天方式有两种：用药日只数有计费的日子，跨度从首次使用起连续计天。

## 为何违规
超过限定支付疗程的费用不属于基金支付范围。

## 不报什么
恰好等于上限的；同一天多笔只算一天；范围或计天方式尚未设定的，记为“待设参数”；历史就诊中的明细。

## 处理建议
核对医嘱起止日期；确需延长疗程的由参保人自费或上传依据说明，其余退回超出天数的费用。
"""

from collections.abc import Iterable, Iterator
from typing import Any

from mingcha.domain.claims import Line
from mingcha.domain.conditions import count, distinct
from mingcha.knowledge.kinds.limits import CourseLimit
from mingcha.rules.base import Grain, Group, ItemRule, Verdicts
from mingcha.rules.settings import setting

PERIODS = ("就诊", "年")
USED_DAYS, SPAN = "用药日", "跨度"
DAYS_A_YEAR = 365


class CourseOverLimit(ItemRule[CourseLimit]):
    slug, version, since = "course-over-limit", 1, "0.1.0"
    title = "超支付疗程"
    grain = Grain.PERSON
    legal_basis = ("fund-regulation", "rules-2025", "drug-catalogue")
    per = CourseLimit.period
    # A span may be too long with only two days of use.
    only_if = (distinct(Line.day) > CourseLimit.days) | ((CourseLimit.counting == SPAN) & (count > 1))
    value, limit = Line.supply_days, CourseLimit.days
    message = "{item} 限支付 {limit}，本笔为{value}"

    period: Any = setting(None, label="计算范围", one_of=PERIODS)
    counting: Any = setting(None, label="计天方式", one_of=(USED_DAYS, SPAN))

    def evidence(self, value: Any, limit: Any, point: Any) -> tuple[str | None, str | None]:
        """Which day of use it is, and the limit as counted here: 第4天; 3天（本次就诊，按用药日计）."""
        period = "本次就诊" if point.period == "就诊" else "一年内"
        return f"第{value}天", f"{limit}天（{period}，按{point.counting}计）"

    def judge(self, group: Group[CourseLimit], point: CourseLimit) -> Verdicts:
        window = DAYS_A_YEAR if point.period == "年" else None
        days = sorted({line.day for line in group.lines})
        number = _span(days, window) if point.counting == SPAN else _used(days, window, point.days)
        late = {day: nth for day, nth in number if nth > point.days}
        for line in group.lines:
            if line.day in late:
                yield group.violates(line, value=late[line.day], limit=point.days)


def _used(days: Iterable[int], window: int | None, allowed: int) -> Iterator[tuple[int, int]]:
    """Each day of use and which it is within the window; a day beyond the limit does not count again."""
    paid: list[int] = []
    for day in days:
        nth = 1 + sum(1 for other in paid if window is None or other > day - window)
        if nth <= allowed:
            paid.append(day)
        yield day, nth


def _span(days: Iterable[int], window: int | None) -> Iterator[tuple[int, int]]:
    """Each day of use and which it is since the course began; after the window a new course begins."""
    first = None
    for day in days:
        if first is None or (window is not None and day - first >= window):
            first = day
        yield day, day - first + 1
