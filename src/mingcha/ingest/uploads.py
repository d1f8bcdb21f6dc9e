"""How long charges waited before they were uploaded: the longest time of an encounter, for a bill and for a bucket.

A charge without an hour is taken as made at the end of its day; what refunds have cancelled does not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from mingcha.domain.values import MINUTES_A_DAY


def longest_delay(lines: Mapping[str, Sequence[Any]]) -> int | None:
    """Minutes from charging to upload, the longest of these lines (columns); None where none tells."""
    uploaded = lines.get("uploaded_at") or ()
    if not any(uploaded):
        return None
    rows = zip(lines["charged_at"], uploaded, lines["quantity"], strict=True)
    delays = [sent - _begun(charged) for charged, sent, left in rows if sent is not None and (left or 0) > 0]
    return max(delays, default=None)


def _begun(charged: int) -> int:
    return charged if charged % MINUTES_A_DAY else charged + MINUTES_A_DAY


def with_upload_delays(encounters: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Encounters with the same of their lines (which name them by row number as `enc`)."""
    if "uploaded_at" not in lines.columns or not lines.height:
        return encounters
    charged = pl.col("charged_at")
    begun = pl.when(charged % MINUTES_A_DAY == 0).then(charged + MINUTES_A_DAY).otherwise(charged)
    left = lines.filter((pl.col("quantity") > 0) & pl.col("uploaded_at").is_not_null())
    delays = left.group_by("enc").agg((pl.col("uploaded_at") - begun).max().alias("upload_delay"))
    numbered = encounters.with_columns(pl.int_range(pl.len(), dtype=pl.Int32).alias("enc"))
    return numbered.join(delays, on="enc", how="left", maintain_order="left").drop("enc")
