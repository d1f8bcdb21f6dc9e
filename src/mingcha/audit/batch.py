"""Audit of a dataset: bucket by bucket in worker processes, bounded in memory, resumable after any end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.audit.bucket import Task
from mingcha.audit.extent import Extent, check_institutions
from mingcha.audit.indicators import INDICATORS, indicators_in, told
from mingcha.audit.plans import plan_of
from mingcha.audit.run import Run, RunError, identity_of
from mingcha.audit.summary import (
    added_counts,
    by_doctor,
    by_exemption,
    by_institution,
    by_rule,
    write_findings,
    write_unjudged,
)
from mingcha.audit.workbook.book import write_workbooks
from mingcha.audit.workbook.contents import Contents
from mingcha.audit.workers import audit_buckets
from mingcha.engine.plan import Plan
from mingcha.knowledge.release import Release
from mingcha.store.lake import Lake

FINDINGS, UNJUDGED, QUALITY = "findings.parquet", "unjudged.parquet", "quality.parquet"
_FILES_NAMED = 10


@dataclass(frozen=True)
class Progress:
    """How far a run is, in lines; `lines_a_second` and `seconds_left` are None until something is done."""

    buckets_done: int
    buckets: int
    lines_done: int
    lines: int
    lines_a_second: float | None
    seconds_left: float | None


@dataclass(frozen=True)
class AuditResult:
    """A finished run: its folder and its manifest."""

    out: Path
    manifest: Mapping[str, Any]
    finished_before: bool

    @property
    def counts(self) -> Mapping[str, int]:
        """persons, encounters, lines, audited_lines, known_lines, findings, amounts in fen …"""
        counts: Mapping[str, int] = self.manifest["counts"]
        return counts


def audit(
    dataset: Path,
    release: Release,
    out: Path,
    *,
    workers: int = 1,
    extent: Extent | None = None,
    again: bool = False,
    workbook: bool = True,
    progress: Callable[[Progress], None] | None = None,
) -> AuditResult:
    """Audit a dataset by a release and write the results into a folder.

    A run that was ended in any way goes on with the remaining buckets when it is called again with the same
    arguments, and gives the same result; a finished one is returned as it is.

    Args:
        dataset: a folder that `mingcha import` has written.
        extent: the encounters under audit; all others are history.
        again: throw away what an earlier run has left in the folder.
        workbook: also write 审核结果.xlsx.

    Raises:
        InputError: no dataset, or the folder holds something else.
        RunError: a worker process died.
    """
    lake, extent, started = Lake(dataset), extent or Extent(), time.monotonic()
    check_institutions(extent, dataset)
    plan = plan_of(release)
    run = Run(out, identity_of(lake, release, plan, extent))
    run.begin(again=again)
    if (manifest := run.finished()) is not None:
        return AuditResult(out, manifest, finished_before=True)
    judged = _judge(run, lake, Task(dataset, run.parts, release, extent), plan, workers, progress)
    content = _complete(run, lake, plan, workbook=workbook)
    content["timing"] = _timing(judged, workers, time.monotonic() - started)
    return AuditResult(out, run.finish(content), finished_before=False)


def _judge(
    run: Run,
    lake: Lake,
    task: Task,
    plan: Plan,
    workers: int,
    progress: Callable[[Progress], None] | None,
) -> list[dict[str, Any]]:
    """Judge the buckets that are not done; returns the counts of those judged now."""
    done = run.done()
    total = int(lake.manifest["counts"]["lines"])
    before = sum(counts["lines"] for counts in done.values())
    remaining = [number for number in lake.buckets if number not in done]
    judged: list[dict[str, Any]] = []
    started, lines = time.monotonic(), before
    for counts in audit_buckets(task, plan, remaining, workers):
        judged.append(counts)
        lines += counts["lines"]
        if progress is not None:
            rate = (lines - before) / max(time.monotonic() - started, 1e-9)
            left = (total - lines) / rate if rate else None
            progress(Progress(len(done) + len(judged), len(lake.buckets), lines, total, rate, left))
    return judged


def _complete(run: Run, lake: Lake, plan: Plan, *, workbook: bool) -> dict[str, Any]:
    """Put the parts together into the results; returns what the manifest says of them."""
    parts = run.done()
    missing = [number for number in lake.buckets if number not in parts]
    if missing:
        raise RunError(
            f"还有 {len(missing)} 个分区没有完成", where=str(run.out), remedy="请以同样的命令再次运行"
        )
    folders = [run.part(number) for number in lake.buckets]
    with run.results() as results:
        write_findings(folders, results / FINDINGS)
        write_unjudged(folders, plan, results / UNJUDGED)
        indicators = indicators_in(folders, plan, lake)
        indicators.write_parquet(results / INDICATORS, compression="zstd")
        lake.quality().write_parquet(results / QUALITY)
        findings = pl.scan_parquet(results / FINDINGS, glob=False)
        counts, rules = added_counts(parts), by_rule(findings)
        institutions, exempt = by_institution(findings, folders), by_exemption(findings)
        if workbook:
            contents = Contents(
                findings=results / FINDINGS,
                unjudged=results / UNJUDGED,
                quality=results / QUALITY,
                summary=counts,
                audited=_audited(run, lake),
                by_rule=rules,
                by_institution=institutions,
                by_doctor=by_doctor(findings, folders),
                indicators=indicators,
            )
            write_workbooks(results, plan, contents)
    return {
        "counts": counts,
        "by_rule": rules.to_dicts(),
        "by_institution": institutions.to_dicts(),
        "exemptions": exempt.to_dicts(),
        "indicators": told(indicators, plan, lake),
        "buckets": {str(number): counted for number, counted in sorted(parts.items())},
        "dataset": {"inputs": lake.manifest.get("inputs"), "counts": lake.manifest.get("counts")},
    }


def _audited(run: Run, lake: Lake) -> list[tuple[str, str]]:
    """What was audited, as it stands in the overview."""
    files = [entry["name"] for entry in lake.manifest.get("inputs") or ()]
    more = f" 等 {len(files)} 个文件" if len(files) > _FILES_NAMED else ""
    return [
        ("数据集", run.identity.dataset_path),
        ("来源文件", "、".join(files[:_FILES_NAMED]) + more),
        ("审核范围", str(run.identity.extent)),
        ("程序版本", run.identity.code),
    ]


def _timing(judged: Sequence[Mapping[str, Any]], workers: int, wall: float) -> dict[str, Any]:
    """Lines a second of this call: all of it, and from the first bucket's begin to the last one's end."""
    begin = min((counts["started"] for counts in judged), default=0.0)
    steady = max((counts["ended"] for counts in judged), default=0.0) - begin
    lines = sum(counts["lines"] for counts in judged)
    return {
        "workers": workers,
        "wall_seconds": round(wall, 3),
        "wall_lines_a_second": round(lines / wall) if wall > 0 else None,
        "steady_lines_a_second": round(lines / steady) if steady > 0 else None,
    }
