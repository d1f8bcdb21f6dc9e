"""The indicators of a run, from the sums that its buckets left; and the cases behind a number."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.audit.bucket import columns_read, stock_of
from mingcha.audit.extent import extent_of
from mingcha.audit.plans import plan_of
from mingcha.audit.run import finished_run
from mingcha.catalogue.messages import indicator_sentence
from mingcha.domain.errors import InputError
from mingcha.engine.indicators import indicators_of, resting
from mingcha.engine.plan import Plan
from mingcha.engine.sums import PeriodSums, added
from mingcha.engine.tables import Tables
from mingcha.knowledge.release import Release
from mingcha.store.lake import Lake

INDICATORS, SUMS = "indicators.parquet", "sums.parquet"
_TOLD = (
    "indicator_id", "rule_code", "rule_name", "institution_id", "inpatient", "doctor_id", "item_code",
    "knowledge_point", "period_from", "period_to", "cases", "numerator", "denominator", "value", "threshold",
)  # fmt: skip


def indicators_in(parts: Sequence[Path], plan: Plan, lake: Lake) -> pl.DataFrame:
    """All indicators of a run.

    Args:
        parts: the folders of its buckets.
    """
    sums = added(pl.read_parquet(part / SUMS, glob=False) for part in parts)
    return indicators_of(plan, sums, stock_of(lake))


def told(indicators: pl.DataFrame, plan: Plan, lake: Lake) -> dict[str, Any]:
    """What a manifest says of the indicators: how many were judged, why others were not, which stand out."""
    above = indicators.filter(pl.col("flagged").fill_null(value=False))
    unjudged = indicators.filter(pl.col("reason").is_not_null()).group_by("reason").len().sort("reason")
    return {
        "judged": int(indicators["flagged"].is_not_null().sum()),
        "unjudged": dict(unjudged.iter_rows()),
        "resting": resting(plan, stock_of(lake)),
        "standing_out": [
            {**{name: row[name] for name in _TOLD}, "says": indicator_sentence(row)}
            for row in above.iter_rows(named=True)
        ],
    }


def indicator_of(run: Path, indicator_id: str) -> dict[str, Any]:
    """An indicator of a finished run, by the fields of `Indicator`.

    Raises:
        InputError: no finished run, or no such indicator in it.
    """
    finished_run(run)
    found = (
        pl.scan_parquet(run / INDICATORS, glob=False).filter(pl.col("indicator_id") == indicator_id).collect()
    )
    if found.is_empty():
        raise InputError(
            f"这次审核中没有指标 {indicator_id}", where=INDICATORS, remedy="请从“统计指标”表复制指标编号"
        )
    return found.row(0, named=True)


def cases_behind(run: Path, release: Release, indicator_id: str, dataset: Path | None = None) -> pl.DataFrame:
    """The encounters that an indicator of a finished run counts, the largest part first.

    Args:
        release: the release that the run names.
        dataset: where the claims lie now, if not where they lay.

    Returns:
        encounter_id, part (what counts to the numerator), part_open (what may), whole, whole_open.

    Raises:
        InputError: no finished run, or no such indicator in it.
    """
    identity, found = finished_run(run)["identity"], indicator_of(run, indicator_id)
    lake, plan = Lake(dataset or Path(identity["dataset_path"])), plan_of(release)
    extent = extent_of(**identity["extent"])
    sums, parts = PeriodSums(plan, lake.items()["item_code"].to_list(), stock_of(lake)), []
    for number in lake.buckets:
        bucket = lake.read_bucket(number, **columns_read(plan))
        tables = Tables(bucket.encounters, bucket.lines, bucket.diagnoses, bucket.procedures)
        parts.append(sums.behind(found, tables, extent.holds(bucket.encounters)))
    return pl.concat(parts).sort("part", "encounter_id", descending=[True, False])
