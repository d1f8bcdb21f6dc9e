"""Indicators of a run: the same however it was cut, replayed whole, with the cases behind each number."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from mingcha.audit.batch import AuditResult, audit
from mingcha.audit.indicators import INDICATORS, cases_behind
from mingcha.audit.replay import replay
from mingcha.domain.errors import InputError
from mingcha.knowledge.kinds.capacity import DeviceCapacity
from mingcha.knowledge.kinds.limits import QuantityLimit
from mingcha.knowledge.release import Release, release_of
from mingcha.knowledge.starter import starter_points
from tests.support.small_lake import write_lake

DEVICE = DeviceCapacity(
    point_id="device",
    rule_code="MC10000403012000",
    codes=tuple(point.codes[0] for point in starter_points() if isinstance(point, QuantityLimit)),
    institution_id="H1",
    machines=1,
    hours=1,
    minutes=60,
)
SETTINGS = {"drug-share": {"": {"least_cases": 2, "least_peers": 1, "margin": 1, "times": 1.05}}}


@pytest.fixture(scope="module")
def release() -> Release:
    return release_of(1, [*starter_points(), DEVICE], SETTINGS, with_demonstration=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("indicators")


@pytest.fixture(scope="module")
def run(release: Release, folder: Path) -> AuditResult:
    write_lake(folder / "dataset", release, persons=120, buckets=3)
    return audit(folder / "dataset", release, folder / "run", workbook=False)


def test_the_number_of_buckets_changes_no_indicator(run: AuditResult, release: Release, folder: Path) -> None:
    write_lake(folder / "one", release, persons=120, buckets=1)
    other = audit(folder / "one", release, folder / "other", workbook=False)
    assert indicators(other.out).equals(indicators(run.out))
    assert other.manifest["indicators"] == run.manifest["indicators"]
    assert run.manifest["indicators"]["standing_out"]


def test_every_indicator_has_its_period_even_where_an_institution_has_nothing_to_count(
    run: AuditResult,
) -> None:
    assert indicators(run.out)["period_from"].null_count() == 0


def test_rules_over_stock_are_told_to_rest_where_no_stock_was_counted(run: AuditResult) -> None:
    assert run.manifest["indicators"]["resting"] == ["医用耗材进销存异常", "药品进销存异常"]
    assert not indicators(run.out)["slug"].str.ends_with("stock-shortfall").any()


def test_a_replay_compares_the_indicators_too(run: AuditResult, release: Release, folder: Path) -> None:
    assert replay(run.out, release).identical
    changed = indicators(run.out).with_columns(pl.col("numerator") + 1)
    changed.write_parquet(run.out / INDICATORS)
    try:
        told = replay(run.out, release)
        assert not told.identical
        assert told.differences == 0
    finally:
        changed.with_columns(pl.col("numerator") - 1).write_parquet(run.out / INDICATORS)


def test_the_cases_behind_a_number_add_up_to_it(run: AuditResult, release: Release) -> None:
    for row in indicators(run.out).filter(pl.col("cases") > 0).sample(12, seed=3).iter_rows(named=True):
        cases = cases_behind(run.out, release, row["indicator_id"])
        assert cases["encounter_id"].is_unique().all()
        assert cases["part"].sum() == row["numerator"]
        assert cases["part_open"].sum() == row["unknown"]
        assert row["denominator"] in {None, cases["whole"].sum()}


def test_the_cases_behind_a_machines_day_add_up_to_it(run: AuditResult, release: Release) -> None:
    of_device = indicators(run.out).filter(pl.col("knowledge_point") == "device")
    assert of_device["flagged"].any()
    for row in of_device.iter_rows(named=True):
        cases = cases_behind(run.out, release, row["indicator_id"])
        assert (cases["part"].sum(), cases["part_open"].sum()) == (row["numerator"], row["unknown"])


def test_an_unknown_indicator_is_refused_and_says_where_to_look(run: AuditResult, release: Release) -> None:
    with pytest.raises(InputError, match="没有指标"):
        cases_behind(run.out, release, "nowhere")


def indicators(run: Path) -> pl.DataFrame:
    return pl.read_parquet(run / INDICATORS)
