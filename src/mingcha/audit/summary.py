"""What a run found, added up from its parts: by rule, institution, doctor; what could not be judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.audit.bucket import EXAMPLES
from mingcha.domain.findings import Unjudged
from mingcha.engine.frames import schema_of
from mingcha.engine.plan import Plan
from mingcha.knowledge.point import Certainty

ADDED = (
    "persons", "encounters", "lines", "audited_encounters", "audited_lines", "known_lines",
    "billed_fen", "findings", "exempt", "lines_with_findings",
)  # fmt: skip
_AMOUNTS = ("amount_fen", "claimed_fen", "recoverable_fen")


def added_counts(parts: Mapping[int, Mapping[str, Any]]) -> dict[str, int]:
    """Counts of all buckets together; a person lies in one bucket only."""
    return {name: sum(counts[name] for counts in parts.values()) for name in ADDED}


def write_findings(parts: Sequence[Path], target: Path) -> None:
    """All findings in one file, in the order of the dataset, without holding them all in memory."""
    pl.scan_parquet([part / "findings.parquet" for part in parts], glob=False).sink_parquet(
        target, compression="zstd", maintain_order=True
    )


def write_unjudged(parts: Sequence[Path], plan: Plan, target: Path) -> None:
    """What could not be judged, counted over all buckets, most frequent first."""
    keys = ["rule_code", "slug", "fact", "institution_id"]
    names = pl.DataFrame(
        [(entry.code, entry.name) for entry in plan.entries.values()],
        schema=["rule_code", "rule_name"],
        orient="row",
    )
    schema = schema_of(Unjudged)
    counted = (
        pl.concat([pl.read_parquet(part / "unjudged.parquet", glob=False) for part in parts])
        .group_by(keys, maintain_order=True)
        .agg(
            pl.col("rows").sum(),
            pl.col("examples").explode(empty_as_null=False, keep_nulls=False).head(EXAMPLES),
        )
        .join(names, on="rule_code", how="left")
        .select(pl.col(name).cast(type_) for name, type_ in schema.items())
    )
    counted.sort("rows", *keys, descending=[True, *(False for _ in keys)], nulls_last=True).write_parquet(
        target, compression="zstd"
    )


def by_rule(findings: pl.LazyFrame) -> pl.DataFrame:
    """Findings by rule and certainty: findings, lines, encounters, persons, fen; the certain first."""
    return (
        _grouped(findings, "rule_code", "rule_name", "certainty")
        .collect(engine="streaming")
        .sort(
            pl.col("certainty") != Certainty.VIOLATION.value,
            "claimed_fen",
            "rule_code",
            descending=[False, True, False],
        )
    )


def by_institution(findings: pl.LazyFrame, parts: Sequence[Path]) -> pl.DataFrame:
    """Every audited institution: what was audited there and what was found, the largest claim first."""
    audited = (
        pl.concat([pl.read_parquet(part / "institutions.parquet", glob=False) for part in parts])
        .group_by("institution_id")
        .agg(
            pl.col("institution_name").drop_nulls().min(),
            pl.col("encounters", "lines", "billed_fen").sum(),
        )
    )
    found = _grouped(findings, "institution_id").collect(engine="streaming")
    found = found.rename({"lines": "lines_with_findings", "encounters": "encounters_with_findings"})
    return (
        audited.join(found, on="institution_id", how="left", nulls_equal=True)
        .with_columns(pl.col(found.columns[1:]).fill_null(0))
        .sort("claimed_fen", "institution_id", descending=[True, False], nulls_last=True)
    )


def by_doctor(findings: pl.LazyFrame, parts: Sequence[Path]) -> pl.DataFrame:
    """Every doctor with a finding: names as far as known, the largest claim first."""
    names = (
        pl.concat([pl.read_parquet(part / "doctors.parquet", glob=False) for part in parts])
        .group_by("institution_id", "doctor_id")
        .agg(pl.col("doctor_name", "department_name").drop_nulls().min())
    )
    keys = ["institution_id", "doctor_id"]
    return (
        _grouped(findings.filter(pl.col("doctor_id").is_not_null()), *keys)
        .collect(engine="streaming")
        .join(names, on=keys, how="left", nulls_equal=True)
        .sort("claimed_fen", *keys, descending=[True, False, False], nulls_last=True)
    )


def by_exemption(findings: pl.LazyFrame) -> pl.DataFrame:
    """What exemptions excuse, counted apart: findings, encounters, and the fen that each rule alone would take."""
    return (
        findings.filter(pl.col("exemption").is_not_null())
        .group_by("exemption", "exemption_reason")
        .agg(
            pl.len().cast(pl.Int64).alias("findings"),
            pl.col("encounter_id").n_unique().cast(pl.Int64).alias("encounters"),
            pl.col("amount_fen").sum(),
        )
        .sort("exemption")
        .collect(engine="streaming")
    )


def _grouped(findings: pl.LazyFrame, *keys: str) -> pl.LazyFrame:
    return (
        findings.filter(pl.col("exemption").is_null())
        .group_by(*keys)
        .agg(
            pl.len().cast(pl.Int64).alias("findings"),
            pl.struct("encounter_id", "line_key")
            .filter(pl.col("line_key").is_not_null())
            .n_unique()
            .cast(pl.Int64)
            .alias("lines"),
            pl.col("encounter_id").n_unique().cast(pl.Int64).alias("encounters"),
            pl.col("person_id").n_unique().cast(pl.Int64).alias("persons"),
            (pl.col("certainty") == Certainty.VIOLATION.value).sum().cast(pl.Int64).alias("violations"),
            (pl.col("certainty") == Certainty.REMINDER.value).sum().cast(pl.Int64).alias("reminders"),
            *(pl.col(name).sum() for name in _AMOUNTS),
        )
    )
