"""Lines a second and peak memory of a whole audit, beside DuckDB SQL on the same Parquet files."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import duckdb_peer
from benchmarks.datasets import city_dataset
from benchmarks.figures import Better, Figure, Goal
from benchmarks.library import MadeLibrary, pairs_of
from benchmarks.measure import Measured, in_own_process
from mingcha.audit.batch import audit
from mingcha.audit.bucket import columns_read
from mingcha.audit.plans import plan_of
from mingcha.engine.plan import Plan
from mingcha.knowledge.release import Release, release_of
from mingcha.store.lake import Lake

WORKERS = 2
ENOUGH_LINES = 5_000_000
"""Asked of the city; below this the start of the processes weighs too much: no rate is owed."""
LEAST_KNOWN, LEAST_FINDINGS = 0.5, 0.02
_SHOWN = 20


def figures(lines: int, library: MadeLibrary, cache: Path, repetitions: int) -> list[Figure]:
    """Rates, memory, shares and differences for a city of about so many lines."""
    dataset = city_dataset(lines, library, cache)
    release = library.release()
    plan = plan_of(release)
    work = cache / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    duckdb_peer.write_knowledge(plan, work)
    reading = _repeated(repetitions, read_columns, dataset, columns_read(plan))
    ours = _repeated(repetitions, run_audit, dataset, release, work / "ours")
    subset = _repeated(repetitions, run_audit, dataset, _subset_of(release, plan), work / "subset")
    theirs = _repeated(repetitions, duckdb_peer.audit_dataset, dataset, work, work / "theirs.parquet")
    compared, only = duckdb_peer.different(work / "ours" / "findings.parquet", work / "theirs.parquet")
    if only.height:
        sys.stderr.write(f"与 DuckDB 不同的疑点 {only.height} 条，前 {_SHOWN} 条：\n{only.head(_SHOWN)}\n")
    shutil.rmtree(work)
    measured = (ours, subset, theirs, reading)
    return _figures(*measured, (compared, only.height), pairs_of(library.points), rate_owed(lines))


def rate_owed(asked: int) -> Goal:
    """What a batch of a city of so many lines owes.

    By the lines asked for: a few are netted or rejected at import, and a batch must not get off for that.
    """
    return Goal(Better.MORE, 1.2e6, 3e6) if asked >= ENOUGH_LINES else Goal(Better.MORE)


def run_audit(dataset: Path, release: Release, out: Path) -> Mapping[str, Any]:
    """A whole audit in worker processes, results written, without the workbook; its manifest."""
    return audit(dataset, release, out, workers=WORKERS, again=True, workbook=False).manifest


def read_columns(dataset: Path, columns: Mapping[str, list[str]]) -> int:
    """Read the columns that the audit reads, and nothing else; how many lines there are."""
    lake = Lake(dataset)
    return sum(lake.read_bucket(number, **columns).lines.height for number in lake.buckets)


def _subset_of(release: Release, plan: Plan) -> Release:
    """The release with the points of the peer's subset only."""
    shapes = [plan.rules[slug].knowledge for slug in duckdb_peer.SUBSET]
    kinds = {shape.slug for shape in shapes if shape is not None}
    points = [point for point in release.all_points() if point.slug in kinds]
    return release_of(2, points, release.settings, with_demonstration=True)


def _repeated(repetitions: int, work: Any, *arguments: Any) -> Measured:
    """The run of median time, with the most memory of any."""
    runs = [in_own_process(work, *arguments) for _ in range(repetitions)]
    peaks = [run.peak_mb for run in runs if run.peak_mb is not None]
    middle = median(run.seconds for run in runs)
    chosen = min(runs, key=lambda run: abs(run.seconds - middle))
    return Measured(chosen.result, chosen.seconds, max(peaks, default=None))


def _figures(
    ours: Measured,
    subset: Measured,
    theirs: Measured,
    reading: Measured,
    compared: tuple[int, int],
    pairs: int,
    owed: Goal,
) -> list[Figure]:
    counts, timing = ours.result["counts"], ours.result["timing"]
    lines = counts["lines"]
    known, found = counts["known_lines"] / lines, counts["findings"] / lines
    processes = min(WORKERS, len(ours.result["buckets"]))
    rules = "、".join(duckdb_peer.SUBSET)
    topic = f"批量审核：{lines / 1e6:,.1f} 百万行，{pairs:,} 对知识，{processes} 个进程"
    peer = f"DuckDB SQL（{len(duckdb_peer.SUBSET)} 条规则，{duckdb_peer.THREADS} 线程，{duckdb_peer.MEMORY}）"
    found_figures = [
        Figure(
            topic, "全部规则，从启动到结果写完", lines / ours.seconds, "行/秒", owed, lines / theirs.seconds, peer,
            f"{ours.seconds:.1f} 秒；含编译、起进程、写 Parquet，不含 xlsx；对方只判子集",
        ),
        Figure(
            topic, "全部规则，稳定段", timing["steady_lines_a_second"], "行/秒", Goal(Better.MORE),
            note="从第一个分区开始到最后一个分区结束",
        ),
        Figure(
            topic, "只发布子集所用的知识点", lines / subset.seconds, "行/秒", Goal(Better.MORE),
            lines / theirs.seconds, peer, f"子集：{rules}；不依赖知识点的规则仍全部在判",
        ),
        Figure(
            topic, "与 DuckDB 不同的疑点", compared[1], "条", Goal(Better.LESS, 0),
            note=f"比较 {compared[0]:,} 条：规则、知识点、就诊、明细、超出数量、超收金额",
        ),
        Figure(
            topic, "耗时是只读这些列的几倍", ours.seconds / reading.seconds, "倍", Goal(Better.LESS, aim=10),
            note=f"只读列 {reading.seconds:.2f} 秒",
        ),
        Figure(topic, "涉及知识点代码的明细", known * 100, "%", Goal(Better.MORE, LEAST_KNOWN * 100)),
        Figure(topic, "疑点数与明细数之比", found * 100, "%", Goal(Better.MORE, LEAST_FINDINGS * 100)),
    ]  # fmt: skip
    if ours.peak_mb is not None:
        found_figures.append(
            Figure(
                topic, "峰值内存（主进程与工作进程之和）", ours.peak_mb, "MB", Goal(Better.LESS, 2000),
                theirs.peak_mb, peer, "每 50 毫秒取样；进程间共用的页各算一次",
            )
        )  # fmt: skip
    return found_figures
