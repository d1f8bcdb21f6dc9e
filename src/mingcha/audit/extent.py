"""Which encounters are under audit: those settled in a span of days, at some institutions; all others are history."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.domain.errors import InputError
from mingcha.domain.values import MINUTES_A_DAY, date_of, day_of
from mingcha.store.lake import Lake

# So many institutions are named in words, of others how many there are.
_NAMED = 3
_WRITTEN = re.compile(r"(\d{4})-?(\d{1,2})(?:-?(\d{1,2}))?")


@dataclass(frozen=True)
class Extent:
    """Days from `first` to `last`, both included (day numbers), None leaving that side open; at these institutions.

    An encounter belongs to the day it was settled; where that is unknown, to the day it ended, else began.

    Args:
        institutions: their numbers; all where none is named.
    """

    first: int | None = None
    last: int | None = None
    institutions: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether every encounter is under audit."""
        return self == Extent()

    def holds(self, encounters: pl.DataFrame) -> pl.Series:
        """Which of these encounters (columns settled_at, ended_at, started_at, institution_id) are under audit."""
        day = pl.coalesce("settled_at", "ended_at", "started_at") // MINUTES_A_DAY
        within = day.is_not_null()
        if self.first is not None:
            within = within & (day >= self.first)
        if self.last is not None:
            within = within & (day <= self.last)
        if self.institutions:
            within = within & pl.col("institution_id").cast(pl.String).is_in(self.institutions)
        return encounters.select(within.fill_null(value=False).alias("audited")).to_series()

    def as_json(self) -> dict[str, Any]:
        """First and last day as ISO dates, None where open; the institutions."""
        return {
            "first": None if self.first is None else date_of(self.first).isoformat(),
            "last": None if self.last is None else date_of(self.last).isoformat(),
            "institutions": list(self.institutions),
        }

    def __str__(self) -> str:
        if self.open:
            return "全部就诊"
        days = ""
        if self.first is not None or self.last is not None:
            ends = self.as_json()
            days = f"{ends['first'] or '最早'} 至 {ends['last'] or '最晚'} 结算的"
        named = "、".join(self.institutions[:_NAMED])
        more = f" 等 {len(self.institutions)} 家" if len(self.institutions) > _NAMED else ""
        return f"{f'{named}{more} ' if named else ''}{days}就诊"


def extent_of(first: str | None, last: str | None, institutions: Iterable[str] = ()) -> Extent:
    """The extent between two texts, days (2026-03-05) or months (2026-03: its first or last day), at institutions.

    Raises:
        InputError: a text that is no day, or an end before the beginning.
    """
    named = tuple(sorted({one.strip() for one in institutions} - {""}))
    extent = Extent(_day(first, ends=False), _day(last, ends=True), named)
    if extent.first is not None and extent.last is not None and extent.last < extent.first:
        raise InputError(
            f"审核期间的结束 {last} 早于开始 {first}", where="--from、--to", remedy="请核对两个日期"
        )
    return extent


def check_institutions(extent: Extent, dataset: Path) -> None:
    """Refuse an institution at which no encounter of a dataset was.

    Raises:
        InputError: naming those that are unknown.
    """
    if not extent.institutions:
        return
    lake = Lake(dataset)
    parts = [lake.scan("encounters", number).select("institution_id").unique() for number in lake.buckets]
    known = pl.concat(parts).collect()["institution_id"].cast(pl.String)
    if unknown := sorted(set(extent.institutions) - set(known)):
        raise InputError(
            f"数据集中没有机构 {'、'.join(unknown)}", where="机构", remedy="请核对机构编号，如 H35010200001"
        )


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
