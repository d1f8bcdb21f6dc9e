"""The main diagnosis of an encounter where only its diagnoses say which: the one that is marked, if just one is."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def sole_main(codes: Sequence[str], marks: Sequence[bool | None]) -> str | None:
    """The code that is marked as the main one; None where none is, or several are."""
    marked = {code for code, mark in zip(codes, marks, strict=True) if mark}
    return marked.pop() if len(marked) == 1 else None


def with_main_diagnoses(encounters: pl.DataFrame, diagnoses: pl.DataFrame) -> pl.DataFrame:
    """Encounters with the same of their diagnoses (`enc`) where they do not state it themselves."""
    if not encounters.height or "main" not in diagnoses.columns:
        return encounters
    marked = (
        diagnoses.filter("main")
        .group_by("enc")
        .agg(
            pl.when(pl.col("diagnosis_code").n_unique() == 1)
            .then(pl.col("diagnosis_code").first())
            .alias("marked")
        )
    )
    stated = pl.col("main_diagnosis") if "main_diagnosis" in encounters.columns else pl.lit(None, pl.Utf8)
    numbered = encounters.with_columns(pl.int_range(pl.len(), dtype=pl.Int32).alias("enc"))
    joined = numbered.join(marked, on="enc", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce(stated, "marked").alias("main_diagnosis")).drop("enc", "marked")
