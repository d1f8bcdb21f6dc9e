"""Lists of texts as a column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

SEPARATOR = "\x1f"  # stands in no key and in no code


def texts_in_lists(name: str, values: Iterable[Sequence[str]]) -> pl.Series:
    """Lists of keys as a column, made from one text each: a list at a time is slow to hand over."""
    joined = pl.Series(name, [SEPARATOR.join(keys) for keys in values], dtype=pl.String).to_frame()
    split = pl.col(name).str.split(SEPARATOR)
    return joined.select(pl.when(pl.col(name) != "").then(split).otherwise(split.list.head(0))).to_series()
