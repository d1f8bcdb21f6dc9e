"""Until which day the order of a charge was in force, for a bill and for a bucket.

An order ends on the day it was stopped, at the latest when its patient was ordered to leave; whoever sends orders
without an end says that they were not stopped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from mingcha.domain.values import MINUTES_A_DAY, day_of

UNTIL = "order_until"
STOPPED = "stopped_at"
NOT_STOPPED = day_of(date.max)


def last_days(lines: Mapping[str, Sequence[Any]]) -> list[int | None] | None:
    """The days on which the orders of these lines (columns) were stopped, by the lines themselves; None where none
    tells."""
    stopped = lines.get(STOPPED) or ()
    if not any(stopped):
        return None
    return [None if at is None else at // MINUTES_A_DAY for at in stopped]


def with_last_days(lines: pl.DataFrame, asked: pl.DataFrame, orders: pl.DataFrame | None) -> pl.DataFrame:
    """Lines with the same, by themselves and by a table of orders.

    Args:
        asked: of the same lines their encounter_id, order_id and stopped_at.
    """
    ends = [asked[STOPPED] // MINUTES_A_DAY]
    if orders is not None:
        known = orders.filter(pl.col("in_force").fill_null(value=True))
        ends += [_own(asked, known), _of_discharge(asked, known)]
    if all(end.null_count() == end.len() for end in ends):
        return lines
    own = ends[0] if orders is None else pl.select(pl.coalesce(*map(pl.lit, ends[:2]))).to_series()
    return lines.with_columns(pl.min_horizontal(pl.lit(own), *map(pl.lit, ends[2:])).alias(UNTIL))


def _own(asked: pl.DataFrame, orders: pl.DataFrame) -> pl.Series:
    """By the orders that the lines name: the last end that was sent of each."""
    keys = ["encounter_id", "order_id"]
    ends = orders.group_by(keys).agg(_ended().max().fill_null(NOT_STOPPED).alias(UNTIL))
    return asked.select(keys).join(ends, on=keys, how="left", maintain_order="left")[UNTIL]


def _of_discharge(asked: pl.DataFrame, orders: pl.DataFrame) -> pl.Series:
    """By the order to leave: the day it was carried out, or else the day after it was given (明日出院)."""
    given = pl.coalesce("begun_at", "issued_at") // MINUTES_A_DAY + 1
    ordered = orders.filter("discharge").group_by("encounter_id")
    ends = ordered.agg(pl.coalesce(_ended(), given).max().alias(UNTIL))
    return asked.select("encounter_id").join(ends, on="encounter_id", how="left", maintain_order="left")[
        UNTIL
    ]


def _ended() -> pl.Expr:
    return pl.coalesce("ended_at", "medication_ended_at") // MINUTES_A_DAY
