"""What a table beside the bill says, and how it is laid beside encounters and lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from mingcha.domain.values import MINUTES_A_DAY

DAY = pl.col("day")
OPEN_PERIOD = (pl.col("valid_from").is_null() | (pl.col("valid_from") <= DAY)) & (
    pl.col("valid_to").is_null() | (pl.col("valid_to") >= DAY)
)


@dataclass(frozen=True)
class Saying:
    """What a table says, one row a key."""

    rows: pl.DataFrame
    keys: Sequence[str]


def flags_of(
    asked: pl.DataFrame,
    rows: pl.DataFrame,
    on: Sequence[str],
    facts: Mapping[str, pl.Expr],
    beside: Sequence[str] = (),
) -> Saying:
    """Flags by key and day: true if any row says so, unknown if one may, false if all rows of the key say no."""
    keys = [*on, *beside, "day"]
    met = asked.select(keys).unique().join(rows, on=list(on))
    answered = met.group_by(keys).agg(
        fact.any(ignore_nulls=False).alias(name) for name, fact in facts.items()
    )
    return Saying(answered, keys)


def recorded(
    asked: pl.DataFrame, known: pl.DataFrame, rows: pl.DataFrame, at: str, name: str, absent: pl.Expr
) -> Saying:
    """What was recorded of an encounter; nothing recorded says something only since its institution records."""
    since = rows.group_by("institution_id").agg(since=(pl.col(at) // MINUTES_A_DAY).min()).drop_nulls()
    found = (
        asked.select("encounter_id", "institution_id", "day")
        .join(known, on="encounter_id", how="left")
        .join(since, on="institution_id", how="left")
    )
    unrecorded = pl.col("recorded").is_null() & (pl.col("since") <= DAY)
    return Saying(
        found.select("encounter_id", pl.when(unrecorded).then(absent).otherwise(pl.col(name)).alias(name)),
        ["encounter_id"],
    )


def filled(frame: pl.DataFrame, asked: pl.DataFrame, saying: Saying) -> pl.DataFrame:
    """The frame with what was said: a fact that the bill states itself stays as it is."""
    keys = list(saying.keys)
    found = asked.select(keys).join(saying.rows, on=keys, how="left", nulls_equal=True, maintain_order="left")
    told = [pl.lit(series) for series in found.drop(keys).iter_columns()]
    names = found.drop(keys).columns
    return frame.with_columns(
        (pl.coalesce(name, said) if name in frame.columns else said).alias(name)
        for name, said in zip(names, told, strict=True)
    )
