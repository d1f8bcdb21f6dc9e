"""What the workbook is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl


@dataclass(frozen=True)
class Contents:
    """What the workbook is made of.

    Args:
        findings: findings.parquet; unjudged, quality likewise.
        summary: counts as in the manifest; audited: what was audited, as label and text.
    """

    findings: Path
    unjudged: Path
    quality: Path
    summary: Mapping[str, int]
    audited: Sequence[tuple[str, str]]
    by_rule: pl.DataFrame
    by_institution: pl.DataFrame
    by_doctor: pl.DataFrame
    indicators: pl.DataFrame
