"""The indicators of a run, from the sums that its buckets left."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from mingcha.engine.indicators import indicators_of
from mingcha.engine.plan import Plan
from mingcha.engine.sums import added

SUMS = "sums.parquet"


def write_indicators(parts: Sequence[Path], plan: Plan, target: Path) -> pl.DataFrame:
    """Write all indicators of a run into one file; returns them.

    Args:
        parts: the folders of its buckets.
    """
    sums = added(pl.read_parquet(part / SUMS, glob=False) for part in parts)
    found = indicators_of(plan, sums)
    found.write_parquet(target, compression="zstd")
    return found
