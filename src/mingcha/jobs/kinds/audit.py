"""An audit: a dataset judged by a release into the folder of the run; goes on bucket by bucket."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid
from mingcha.access.permissions import Permission
from mingcha.audit.advised import advice_on
from mingcha.audit.batch import Progress, audit
from mingcha.audit.extent import check_institutions, extent_of
from mingcha.audit.ledger.datasets import dataset
from mingcha.audit.ledger.folders import dataset_folder, run_folder
from mingcha.audit.ledger.runs import AUDIT
from mingcha.audit.reading.indexing import write_index
from mingcha.domain.values import date_of
from mingcha.jobs.kind import Kind, Work
from mingcha.knowledge.strategy.form import strategy_of
from mingcha.store import releases


@dataclass(frozen=True)
class AuditParameters:
    """What is judged by what.

    Args:
        release: its number; the newest where left out.
        rule_sets: only these of the release; all where left out.
        first, last: the encounters under audit, by the day (2026-03-05) or month (2026-03) they were settled.
        institutions: only what was given at these, by their numbers; at all where left out.
        workbook: also write 审核结果.xlsx, which takes its time.
    """

    dataset_id: UUID
    release: int | None = None
    rule_sets: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None
    institutions: tuple[str, ...] = ()
    workbook: bool = False


@dataclass(frozen=True)
class ReleaseChoice:
    """A release that an audit can be made by, and the names of its rule sets."""

    number: int
    effective_from: date
    rule_sets: tuple[str, ...]


def release_choices(access: Access, actor: Actor) -> list[ReleaseChoice]:
    """The published releases, the newest first."""
    actor.check(Permission.RUNS_START)
    return [
        ReleaseChoice(
            number=int(manifest["number"]),
            effective_from=date_of(int(manifest["effective_from"])),
            rule_sets=tuple(one.name for one in strategy_of(manifest.get("strategy")).sets),
        )
        for manifest in reversed(releases.manifests(access.home))
    ]


def _check(access: Access, actor: Actor, parameters: AuditParameters) -> AuditParameters:
    dataset(access, actor, parameters.dataset_id)
    extent = extent_of(parameters.first, parameters.last, parameters.institutions)
    check_institutions(extent, dataset_folder(access, parameters.dataset_id))
    published = [int(manifest["number"]) for manifest in releases.manifests(access.home)]
    if not published:
        raise Invalid("还没有发布版", where="release", remedy="请先导入知识并发布，再新建审核")
    number = parameters.release if parameters.release is not None else max(published)
    if number not in published:
        raise Invalid(f"没有第 {number} 版", where="release", remedy=f"请选第 1 至 {max(published)} 版")
    if parameters.rule_sets:
        releases.load(access.home, number).with_sets(parameters.rule_sets)
    return replace(parameters, release=number)


def _work(work: Work[AuditParameters]) -> dict[str, Any]:
    asked, access = work.parameters, work.access
    assert asked.release is not None
    work.progress("编译知识", 0, None, "")
    release = releases.load(access.home, asked.release)
    if asked.rule_sets:
        release = release.with_sets(asked.rule_sets)

    def progress(at: Progress) -> None:
        work.told("审核", at.lines_done, at.lines, "行", at.lines_a_second, at.seconds_left)
        if at.buckets_done == at.buckets:
            work.progress("汇总结果", at.lines, at.lines)

    result = audit(
        dataset_folder(access, asked.dataset_id),
        release,
        run_folder(access, work.run_id),
        workers=work.workers,
        extent=extent_of(asked.first, asked.last, asked.institutions),
        workbook=asked.workbook,
        progress=progress,
    )
    lines = result.counts["lines"]
    work.progress("建立疑点索引", lines, lines)
    write_index(result.out, dataset_folder(access, asked.dataset_id), partial(advice_on, access))
    return {"release": asked.release, "counts": dict(result.counts), "timing": result.manifest["timing"]}


KIND = Kind(AUDIT, "审核", Permission.RUNS_START, AuditParameters, _work, _check)
