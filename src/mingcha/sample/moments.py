"""How moments are written: as most systems do, with slashes, run together, or as no calendar has them."""

from __future__ import annotations

import polars as pl

from mingcha.domain.values import MINUTES_A_DAY, date_of
from mingcha.sample.script import Year

PLAIN, SLASHED, COMPACT, BROKEN = range(4)
_NO_DATE, _NO_TIME = "2026-13-45 ", "25:61:00"
_MARGIN_DAYS = 400


class Calendar:
    """The days around a year and the minutes of a day, each in every style."""

    def __init__(self, year: Year) -> None:
        self._first = year.start - _MARGIN_DAYS
        dates = [date_of(day).isoformat() for day in range(self._first, year.end + _MARGIN_DAYS)]
        times = [f"{minute // 60:02d}:{minute % 60:02d}:00" for minute in range(MINUTES_A_DAY)]
        self._days = len(dates)
        self._dates = pl.Series(
            "date",
            [
                *(f"{date} " for date in dates),
                *(f"{date.replace('-', '/')} " for date in dates),
                *(date.replace("-", "") for date in dates),
                *(_NO_DATE for _ in dates),
            ],
        )
        self._times = pl.Series(
            "time", [*times, *times, *(time.replace(":", "") for time in times), *(_NO_TIME for _ in times)]
        )

    def moment(self, day: pl.Expr, minute: pl.Expr, style: pl.Expr | int = PLAIN) -> pl.Expr:
        """The text of a minute of a day."""
        date = pl.lit(self._dates).gather(day - self._first + style * self._days)
        return pl.format("{}{}", date, pl.lit(self._times).gather(minute + style * MINUTES_A_DAY))
