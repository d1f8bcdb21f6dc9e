"""A run of an audit: resumable after any end, the same with any number of processes, never half-written."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mingcha.audit import batch
from mingcha.audit.batch import FINDINGS, UNJUDGED, AuditResult, audit
from mingcha.audit.bucket import BucketAuditor
from mingcha.audit.extent import Extent, extent_of
from mingcha.audit.plans import plan_of
from mingcha.audit.run import WORK, finished_run
from mingcha.domain.errors import InputError
from mingcha.domain.findings import Finding, Unjudged
from mingcha.domain.values import MINUTES_A_DAY
from mingcha.engine.frames import findings_of_case
from mingcha.engine.judge import CaseJudge
from mingcha.knowledge.release import Release, release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.store.lake import Lake
from mingcha.store.releases import save
from tests.support.small_lake import write_lake


@pytest.fixture(scope="module")
def release() -> Release:
    return release_of(1, starter_points(), starter_settings(), with_demonstration=True)


@pytest.fixture(scope="module")
def dataset(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("claims") / "dataset"
    write_lake(folder, release, persons=80, buckets=4)
    return folder


@pytest.fixture(scope="module")
def finished(release: Release, dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> AuditResult:
    return audit(dataset, release, tmp_path_factory.mktemp("runs") / "whole")


def results(out: Path) -> dict[str, pl.DataFrame]:
    return {name: pl.read_parquet(out / name) for name in (FINDINGS, UNJUDGED)}


def same(one: Path, other: Path) -> bool:
    before, after = results(one), results(other)
    return all(before[name].equals(after[name]) for name in before)


def test_findings_have_exactly_the_documented_columns(finished: AuditResult) -> None:
    found = results(finished.out)
    assert found[FINDINGS].columns == list(Finding.fields())
    assert found[UNJUDGED].columns == list(Unjudged.fields())
    assert found[FINDINGS].height == finished.counts["findings"] > 0
    assert max(found[UNJUDGED]["examples"].list.len()) <= 3


def test_a_run_finds_what_the_single_case_finds(release: Release, tmp_path: Path) -> None:
    """Only the needed columns of a bucket are read, and nothing is missed for it."""
    cases = write_lake(tmp_path / "dataset", release, persons=40, buckets=2, seed=7)
    out = audit(tmp_path / "dataset", release, tmp_path / "out", workbook=False).out
    plan = plan_of(release)
    judge = CaseJudge(plan)
    expected = pl.concat(findings_of_case(plan, case, judge(case)) for case in cases)
    found = results(out)[FINDINGS]
    unnamed = pl.lit(None, pl.String).alias(
        "name"
    )  # a case has the names that were sent, a lake its dictionary
    order = ["encounter_id", "finding_id"]
    on_lines = pl.col("line_key").is_not_null()
    assert (
        found.filter(on_lines)
        .with_columns(unnamed)
        .sort(order)
        .equals(expected.filter(on_lines).with_columns(unnamed).sort(order))
    )
    assert found.height == expected.height


def test_two_processes_give_the_same_rows_in_the_same_order_as_one(
    release: Release, dataset: Path, finished: AuditResult, tmp_path: Path
) -> None:
    seen: list[batch.Progress] = []
    two = audit(dataset, release, tmp_path / "two", workers=2, workbook=False, progress=seen.append)
    assert same(two.out, finished.out)
    assert two.manifest["counts"] == finished.manifest["counts"]
    assert [done.buckets_done for done in seen] == [1, 2, 3, 4]
    assert seen[-1].lines_done == seen[-1].lines == finished.counts["lines"]


class Stopped(Exception):
    """A run that is ended in the middle."""


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_run_that_was_stopped_goes_on_with_what_remains_and_gives_the_same(
    release: Release,
    dataset: Path,
    finished: AuditResult,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    after: int,
) -> None:
    judged: list[int] = []
    original = BucketAuditor.__call__

    def stopping(self: BucketAuditor, number: int) -> dict[str, Any]:
        if len(judged) == after:
            raise Stopped
        judged.append(number)
        return original(self, number)

    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr(BucketAuditor, "__call__", stopping)
        with pytest.raises(Stopped):
            audit(dataset, release, out)
    assert not (out / "manifest.json").exists()
    assert not (out / FINDINGS).exists()
    again: list[batch.Progress] = []
    result = audit(dataset, release, out, progress=again.append)
    assert len(again) == 4 - after
    assert same(result.out, finished.out)
    assert result.manifest["counts"] == finished.manifest["counts"]
    assert not (out / WORK).exists()


def test_a_half_written_bucket_is_judged_again(
    release: Release, dataset: Path, finished: AuditResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a killed process leaves behind is a folder whose name begins with a dot; it is not done."""
    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr(batch, "_complete", _stop)
        with pytest.raises(Stopped):
            audit(dataset, release, out)
    part = out / WORK / "parts" / "0002"
    part.rename(part.with_name(".0002.77"))
    (part.with_name(".0002.77") / "counts.json").unlink()
    assert same(audit(dataset, release, out).out, finished.out)


def _stop(*_: Any, **__: Any) -> dict[str, Any]:
    raise Stopped


def test_a_run_killed_with_its_workers_goes_on_and_leaves_no_process_behind(
    release: Release, dataset: Path, finished: AuditResult, tmp_path: Path
) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    save(home, release)
    slow = tmp_path / "slow.py"
    slow.write_text(
        "import sys, time\n"
        "from pathlib import Path\n"
        "from mingcha.audit.batch import audit\n"
        "from mingcha.store.releases import load\n"
        "if __name__ == '__main__':\n"
        "    home, dataset, out = map(Path, sys.argv[1:])\n"
        "    audit(dataset, load(home, 1), out, workers=2, progress=lambda done: time.sleep(60))\n",
        "utf-8",
    )
    process = subprocess.Popen([sys.executable, slow, home, dataset, out])
    try:
        _wait_until(lambda: any((out / WORK / "parts").glob("[0-9]*")))
        workers = _children(process.pid)
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    assert workers
    _wait_until(lambda: not any(_alive(pid) for pid in workers))
    assert not (out / "manifest.json").exists()
    assert same(audit(dataset, release, out, workers=2).out, finished.out)


def _wait_until(holds: Any) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("waited half a minute in vain")


def _children(pid: int) -> list[int]:
    found = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(child) for children in found for child in children]


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_finished_run_is_returned_as_it_is(release: Release, dataset: Path, finished: AuditResult) -> None:
    written = (finished.out / FINDINGS).stat().st_mtime_ns
    result = audit(dataset, release, finished.out)
    assert result.finished_before
    assert result.manifest == finished.manifest
    assert (finished.out / FINDINGS).stat().st_mtime_ns == written
    assert not (finished.out / WORK).exists()


def test_another_run_is_refused_in_the_folder_of_a_run(
    release: Release, dataset: Path, finished: AuditResult
) -> None:
    with pytest.raises(InputError, match="审核范围不同") as refused:
        audit(dataset, release, finished.out, extent=Extent(first=20_400))
    assert "--again" in refused.value.remedy
    other = release_of(2, starter_points(), {}, with_demonstration=True)
    with pytest.raises(InputError, match="发布版、规则参数不同"):
        audit(dataset, other, finished.out)


def test_another_run_may_take_the_folder_when_told_so(
    release: Release, dataset: Path, finished: AuditResult, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(finished.out, out)
    again = audit(dataset, release, out, extent=Extent(last=0), again=True, workbook=False)
    assert again.counts["findings"] == 0
    assert not (out / "审核结果.xlsx").exists()


@pytest.mark.parametrize("inside", ["notes.txt", "manifest.json"])
def test_a_folder_with_something_else_in_it_is_left_alone(
    release: Release, dataset: Path, tmp_path: Path, inside: str
) -> None:
    (tmp_path / inside).write_text("{}", "utf-8")
    for again in (False, True):
        with pytest.raises(InputError, match="不是明察的审核结果"):
            audit(dataset, release, tmp_path, again=again)
    assert (tmp_path / inside).read_text("utf-8") == "{}"


def test_the_dataset_itself_is_never_taken_for_a_result_folder(release: Release, dataset: Path) -> None:
    with pytest.raises(InputError, match="不是明察的审核结果"):
        audit(dataset, release, dataset, again=True)
    Lake(dataset)


def test_only_encounters_settled_in_the_period_get_findings(
    release: Release, dataset: Path, tmp_path: Path
) -> None:
    extent = extent_of("2026-01", "2026-03")
    out = audit(dataset, release, tmp_path / "out", extent=extent, workbook=False).out
    lake = Lake(dataset)
    days = {
        row["encounter_id"]: next(
            row[name] for name in ("settled_at", "ended_at", "started_at") if row[name] is not None
        )
        // MINUTES_A_DAY
        for number in lake.buckets
        for row in lake.read_bucket(number).encounters.iter_rows(named=True)
    }
    found = results(out)[FINDINGS]["encounter_id"].unique().to_list()
    assert found
    assert extent.first is not None
    assert extent.last is not None
    assert all(extent.first <= days[name] <= extent.last for name in found)
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["identity"]["extent"] == {"first": "2026-01-01", "last": "2026-03-31", "institutions": []}


def test_a_run_finished_before_an_audit_could_be_of_some_institutions_is_read_as_one_of_all(
    finished: AuditResult, tmp_path: Path
) -> None:
    manifest = json.loads((finished.out / "manifest.json").read_text("utf-8"))
    identity = manifest["identity"]
    identity["period"] = {"first": "2026-01-01", "last": None}
    del identity["extent"]
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "format": 1}), "utf-8")
    read = finished_run(tmp_path)["identity"]
    assert str(extent_of(**read["extent"])) == "2026-01-01 至 最晚 结算的就诊"


def test_an_audit_of_some_institutions_finds_there_what_an_audit_of_all_finds_there(
    release: Release, dataset: Path, finished: AuditResult, tmp_path: Path
) -> None:
    everywhere = results(finished.out)[FINDINGS]
    largest = everywhere.group_by("institution_id").len().sort("len", "institution_id")["institution_id"]
    chosen = largest.drop_nulls().tail(2).to_list()
    out = audit(dataset, release, tmp_path / "out", extent=extent_of(None, None, chosen), workbook=False).out
    # Whom an institution is compared with depends on who is audited; nothing else does.
    found, expected = (
        frame.filter(pl.col("institution_id").is_in(chosen)).drop("bucket", strict=False).sort("finding_id")
        for frame in (results(out)[FINDINGS], everywhere)
    )
    assert found.equals(expected)
    assert found.height == results(out)[FINDINGS].height > 0
    assert json.loads((out / "manifest.json").read_text("utf-8"))["identity"]["extent"][
        "institutions"
    ] == sorted(chosen)
    with pytest.raises(InputError, match="没有机构 H-NOWHERE"):
        audit(dataset, release, tmp_path / "none", extent=extent_of(None, None, ["H-NOWHERE"]))
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(("first", "last"), [("2026-13", None), ("三月", None), ("2026-05", "2026-03")])
def test_a_period_that_is_none_is_refused(first: str | None, last: str | None) -> None:
    with pytest.raises(InputError):
        extent_of(first, last)


def test_no_dataset_no_run(release: Release, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="不是完整的数据集"):
        audit(tmp_path / "nothing", release, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.fixture(autouse=True)
def environment_is_left_as_it_was() -> Iterator[None]:
    before = dict(os.environ)
    yield
    assert dict(os.environ) == before | {"PYTEST_CURRENT_TEST": os.environ["PYTEST_CURRENT_TEST"]}
