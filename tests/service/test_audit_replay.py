"""Replay: the same bill under the same release gives the same findings; a difference does not go unseen."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from mingcha.audit.batch import FINDINGS, UNJUDGED, AuditResult, audit
from mingcha.audit.replay import replay
from mingcha.domain.errors import InputError
from mingcha.knowledge.release import Release, release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from tests.support.small_lake import write_lake


@pytest.fixture(scope="module")
def release() -> Release:
    return release_of(1, starter_points(), starter_settings(), with_demonstration=True)


@pytest.fixture
def run(release: Release, tmp_path: Path) -> AuditResult:
    write_lake(tmp_path / "dataset", release, persons=50, buckets=3)
    return audit(tmp_path / "dataset", release, tmp_path / "out", workbook=False)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_replay_is_identical(run: AuditResult, release: Release, workers: int) -> None:
    found = replay(run.out, release, workers=workers)
    assert found.identical
    assert found.findings == run.counts["findings"]
    assert found.buckets == 3


def test_one_finding_can_be_replayed_alone(run: AuditResult, release: Release) -> None:
    name = pl.read_parquet(run.out / FINDINGS)["finding_id"][-1]
    found = replay(run.out, release, finding=name)
    assert found.identical
    assert (found.findings, found.buckets) == (1, 1)


def test_a_finding_that_is_not_there_is_refused(run: AuditResult, release: Release) -> None:
    with pytest.raises(InputError, match="没有疑点"):
        replay(run.out, release, finding="none")


def test_a_value_that_was_altered_afterwards_is_reported(run: AuditResult, release: Release) -> None:
    path = run.out / FINDINGS
    altered = pl.read_parquet(path).with_row_index("row")
    first = altered["finding_id"][0]
    amount = pl.when(pl.col("row") == 0).then(pl.col("claimed_fen") + 1).otherwise("claimed_fen")
    altered.with_columns(amount.alias("claimed_fen")).drop("row").write_parquet(path)
    found = replay(run.out, release)
    assert not found.identical
    assert [(change.finding_id, change.field) for change in found.changes] == [(first, "claimed_fen")]


def test_a_count_that_was_altered_afterwards_is_reported(run: AuditResult, release: Release) -> None:
    path = run.out / UNJUDGED
    pl.read_parquet(path).with_columns(pl.col("rows") + 1).write_parquet(path)
    found = replay(run.out, release)
    assert found.differences == 0
    assert not found.identical


def test_other_knowledge_or_other_claims_are_no_replay(
    run: AuditResult, release: Release, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="内容不同"):
        replay(run.out, release_of(1, starter_points()[:50]))
    write_lake(tmp_path / "dataset", release, persons=51, buckets=3)
    with pytest.raises(InputError, match="数据集"):
        replay(run.out, release)


def test_an_unfinished_run_cannot_be_replayed(run: AuditResult, release: Release) -> None:
    (run.out / "manifest.json").unlink()
    with pytest.raises(InputError, match="没有完整的审核结果"):
        replay(run.out, release)
    (run.out / "manifest.json").write_text(json.dumps({"kind": "other"}), "utf-8")
    with pytest.raises(InputError, match="没有完整的审核结果"):
        replay(run.out, release)
