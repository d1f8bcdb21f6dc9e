"""A month or a year, as a budget is set for it."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from mingcha.access.errors import Invalid

# As people write it, and what a spreadsheet makes of a month.
_YEAR, _MONTH = r"(20\d\d)\s*年?", r"\s*[-/.]?\s*(0?[1-9]|1[0-2])\s*月?"
_FIRST_DAY = r"[-/]0?1(?:[ T]0?0:00(?::00(?:\.0+)?)?)?"
_WRITTEN = re.compile(f"{_YEAR}(?:{_MONTH}(?:{_FIRST_DAY})?)?")


@dataclass(frozen=True)
class Period:
    """A month, or a whole year where there is none."""

    year: int
    month: int | None = None

    @classmethod
    def of(cls, written: str) -> Period:
        """A period as somebody wrote it.

        Raises:
            Invalid: neither a year nor a month.
        """
        found = _WRITTEN.fullmatch(written.strip())
        if found is None:
            raise Invalid(
                f"“{written[:20]}”不是年份或月份", where="period", remedy="全年写 2026，一个月写 2026-03"
            )
        return cls(int(found[1]), int(found[2]) if found[2] else None)

    def __str__(self) -> str:
        return f"{self.year}" if self.month is None else f"{self.year}-{self.month:02d}"

    @property
    def label(self) -> str:
        """As people read it."""
        return f"{self.year} 年" if self.month is None else f"{self.year} 年 {self.month} 月"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month or 1, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        month = self.month or 12
        return date(self.year, month, monthrange(self.year, month)[1])

    def days_left(self, day: date) -> int:
        """Days after this one until its end, none when it is over; all of them before it begins."""
        if day < self.first:
            return (self.last - self.first).days + 1
        return max(0, (self.last - day).days)


def around(day: date) -> tuple[Period, Period]:
    """The month and the year of a day."""
    return Period(day.year, day.month), Period(day.year)
