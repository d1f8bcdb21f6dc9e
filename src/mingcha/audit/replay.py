"""Replay: judge again what a finished run has judged, under the release it names, and compare whole rows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.audit.batch import FINDINGS, UNJUDGED
from mingcha.audit.bucket import Task
from mingcha.audit.extent import Extent, extent_of
from mingcha.audit.indicators import INDICATORS, indicators_in
from mingcha.audit.plans import plan_of
from mingcha.audit.run import dataset_digest, finished_run, identity_of, slices_of
from mingcha.audit.summary import write_unjudged
from mingcha.audit.workers import audit_buckets
from mingcha.domain.errors import InputError
from mingcha.engine.plan import Plan
from mingcha.knowledge.release import Release
from mingcha.store.lake import Lake

SHOWN = 20


@dataclass(frozen=True)
class Change:
    """One value of a finding that is not what it was; no `field` where the whole finding came or went."""

    finding_id: str
    field: str
    then: Any
    now: Any


@dataclass(frozen=True)
class Replay:
    """What a replay compared and what differs; `changes` holds the first few."""

    findings: int
    buckets: int
    differences: int
    unjudged_same: bool
    indicators_same: bool
    code_then: str
    code_now: str
    changes: tuple[Change, ...]

    @property
    def identical(self) -> bool:
        """Whether findings, could-not-judge and indicators are the same, whole rows."""
        return self.differences == 0 and self.unjudged_same and self.indicators_same

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain values."""
        return {"identical": self.identical, **asdict(self)}


def release_number(run: Path) -> int:
    """The release that a finished run was judged by."""
    return int(finished_run(run)["identity"]["release"])


def rule_sets_of(run: Path) -> tuple[str, ...]:
    """The rule sets that a finished run was judged by; empty where the release had none."""
    return tuple(finished_run(run)["identity"].get("rule_sets", ()))


def replay(
    run: Path, release: Release, *, dataset: Path | None = None, finding: str | None = None, workers: int = 1
) -> Replay:
    """Judge a finished run again.

    Args:
        release: the release that the run names.
        dataset: where the claims lie now, if not where they lay.
        finding: compare only this finding (its whole bucket is judged).

    Raises:
        InputError: no finished run, other claims, another release, or no such finding.
    """
    manifest = finished_run(run)
    recorded = manifest["identity"]
    lake = Lake(dataset or Path(recorded["dataset_path"]))
    _check(recorded, lake, release)
    findings = pl.scan_parquet(run / FINDINGS, glob=False)
    slices = slices_of(manifest)
    buckets = list(slices) if finding is None else [_bucket_of(findings, slices, finding)]
    plan = plan_of(release)
    extent = _extent(recorded["extent"])
    code = identity_of(lake, release, plan, extent).code
    with tempfile.TemporaryDirectory(prefix="mingcha-replay-") as folder:
        task = Task(lake.path, Path(folder), release, extent)
        changes: list[Change] = []
        compared = 0
        for counts in audit_buckets(task, plan, buckets, workers):
            number = counts["bucket"]
            then = findings.slice(*slices[number]).collect()
            now = pl.read_parquet(Path(folder) / f"{number:04d}" / FINDINGS, glob=False)
            if finding is not None:
                then, now = (frame.filter(pl.col("finding_id") == finding) for frame in (then, now))
            compared += then.height
            changes += _changes(then, now)
        parts = [task.parts / f"{number:04d}" for number in slices]
        unjudged = finding is not None or _unjudged_same(run, parts, plan)
        indicators = finding is not None or _indicators_same(run, parts, plan, lake)
    return Replay(
        findings=compared,
        buckets=len(buckets),
        differences=len(changes),
        unjudged_same=unjudged,
        indicators_same=indicators,
        code_then=recorded["code"],
        code_now=code,
        changes=tuple(changes[:SHOWN]),
    )


def _check(recorded: dict[str, Any], lake: Lake, release: Release) -> None:
    if dataset_digest(lake.path) != recorded["dataset"]:
        raise InputError(
            "数据集与当时审核的不同，无法重放", where=str(lake.path), remedy="请用 --dataset 指出当时的数据集"
        )
    now = (release.number, release.knowledge_digest, release.settings_digest)
    if now != (recorded["release"], recorded["knowledge_digest"], recorded["settings_digest"]):
        raise InputError(
            f"发布版 {release.number} 与当时审核所用的发布版 {recorded['release']} 内容不同，无法重放",
            where="发布版的知识摘要或参数摘要",
            remedy="请从备份恢复当时的发布版文件夹，或用 --home 指出它所在的数据文件夹",
        )


def _extent(recorded: dict[str, Any]) -> Extent:
    return extent_of(**recorded)


def _bucket_of(findings: pl.LazyFrame, slices: dict[int, tuple[int, int]], finding: str) -> int:
    rows = findings.with_row_index("row").filter(pl.col("finding_id") == finding).select("row").collect()
    if rows.is_empty():
        raise InputError(
            f"这次审核中没有疑点 {finding}", where=FINDINGS, remedy="请从疑点明细的“疑点编号”列复制编号"
        )
    row = int(rows["row"][0])
    return next(number for number, (first, count) in slices.items() if first <= row < first + count)


def _changes(then: pl.DataFrame, now: pl.DataFrame) -> Iterator[Change]:
    if then.equals(now):
        return
    before = {row["finding_id"]: row for row in then.to_dicts()}
    after = {row["finding_id"]: row for row in now.to_dicts()}
    for name in before.keys() - after.keys():
        yield Change(name, "", before[name], None)
    for name in after.keys() - before.keys():
        yield Change(name, "", None, after[name])
    for name in before.keys() & after.keys():
        for field, value in before[name].items():
            if after[name][field] != value:
                yield Change(name, field, value, after[name][field])
    if list(before) != list(after) and set(before) == set(after):
        yield Change("", "顺序", None, None)


def _unjudged_same(run: Path, parts: list[Path], plan: Any) -> bool:
    target = parts[0].parent / UNJUDGED
    write_unjudged(parts, plan, target)
    return pl.read_parquet(run / UNJUDGED, glob=False).equals(pl.read_parquet(target, glob=False))


def _indicators_same(run: Path, parts: list[Path], plan: Plan, lake: Lake) -> bool:
    return pl.read_parquet(run / INDICATORS, glob=False).equals(indicators_in(parts, plan, lake))
