"""The days that a dataset speaks of."""

from __future__ import annotations

from datetime import date

import polars as pl

from mingcha.domain.values import MINUTES_A_DAY, date_of
from mingcha.store.lake import Lake


def days_of(lake: Lake) -> tuple[date | None, date | None]:
    """The first and the last day on which an encounter was settled (else ended, else begun)."""
    settled = pl.coalesce("settled_at", "ended_at", "started_at") // MINUTES_A_DAY
    columns = ("settled_at", "ended_at", "started_at")
    ends: list[int] = []
    for number in lake.buckets:
        encounters = lake.read_bucket(
            number, encounters=columns, lines=(), diagnoses=(), procedures=()
        ).encounters
        row = encounters.select(settled.min().alias("first"), settled.max().alias("last")).row(0)
        ends += [day for day in row if day is not None]
    return (date_of(min(ends)), date_of(max(ends))) if ends else (None, None)
