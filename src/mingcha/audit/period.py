"""Which encounters are under audit: those settled in a span of days; all others are history."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from mingcha.domain.errors import InputError
from mingcha.domain.values import MINUTES_A_DAY, date_of, day_of

_WRITTEN = re.compile(r"(\d{4})-?(\d{1,2})(?:-?(\d{1,2}))?")


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included (day numbers); None leaves that side open.

    An encounter belongs to the day it was settled; where that is unknown, to the day it ended, else began.
    """

    first: int | None = None
    last: int | None = None

    @property
    def open(self) -> bool:
        """Whether every encounter is under audit."""
        return self.first is None and self.last is None

    def holds(self, encounters: pl.DataFrame) -> pl.Series:
        """Which of these encounters (columns settled_at, ended_at, started_at) are under audit."""
        day = pl.coalesce("settled_at", "ended_at", "started_at") // MINUTES_A_DAY
        within = pl.lit(value=True)
        if self.first is not None:
            within = within & (day >= self.first)
        if self.last is not None:
            within = within & (day <= self.last)
        return encounters.select(within.alias("audited") & day.is_not_null()).to_series()

    def as_json(self) -> dict[str, Any]:
        """First and last day as ISO dates, None where open."""
        return {name: None if day is None else date_of(day).isoformat() for name, day in vars(self).items()}

    def __str__(self) -> str:
        if self.open:
            return "全部就诊"
        ends = self.as_json()
        return f"{ends['first'] or '最早'} 至 {ends['last'] or '最晚'} 结算的就诊"


def period_of(first: str | None, last: str | None) -> Period:
    """The period between two texts: days (2026-03-05) or months (2026-03: its first or last day).

    Raises:
        InputError: a text that is no day, or an end before the beginning.
    """
    period = Period(_day(first, ends=False), _day(last, ends=True))
    if period.first is not None and period.last is not None and period.last < period.first:
        raise InputError(
            f"审核期间的结束 {last} 早于开始 {first}", where="--from、--to", remedy="请核对两个日期"
        )
    return period


def _day(text: str | None, *, ends: bool) -> int | None:
    if text is None or not text.strip():
        return None
    match = _WRITTEN.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError(text)
        year, month = int(match[1]), int(match[2])
        whole_month = calendar.monthrange(year, month)[1] if ends else 1
        return day_of(date(year, month, int(match[3]) if match[3] else whole_month))
    except (ValueError, calendar.IllegalMonthError):
        raise InputError(
            f"“{text}”不是日期", where="--from、--to", remedy="请写成 2026-03 或 2026-03-15"
        ) from None
