"""A trial: one dataset judged by the newest release and by a draft laid over it, to see what the draft would change.

The folder of the run is a small data folder of its own, so that both sides are read as any audit is:
<run>/releases/NNNN/   the base, and the draft as the release it would become
<run>/runs/<side>/     what each of them finds
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.permissions import Permission
from mingcha.audit.advised import advice_on
from mingcha.audit.batch import Progress, audit
from mingcha.audit.extent import extent_of
from mingcha.audit.ledger.datasets import dataset
from mingcha.audit.ledger.folders import dataset_folder, run_folder
from mingcha.audit.reading.indexing import write_index
from mingcha.jobs.kind import Kind, Work
from mingcha.knowledge.release import Release
from mingcha.library.trying import changes_to_try, release_to_try
from mingcha.store import releases

TRIAL = "trial"
# The two sides of a trial, in its own data folder.
BASE, DRAFT = UUID(int=1), UUID(int=2)
_SIDES = 2


@dataclass(frozen=True)
class TrialParameters:
    """Which draft is tried on what.

    Args:
        first, last: the encounters under audit, by the day or month they were settled.
    """

    draft_id: UUID
    dataset_id: UUID
    first: str | None = None
    last: str | None = None


def inside(access: Access, run_id: UUID) -> Access:
    """The data folder that a trial is."""
    return replace(access, home=run_folder(access, run_id))


def _check(access: Access, actor: Actor, parameters: TrialParameters) -> TrialParameters:
    changes_to_try(access, actor, parameters.draft_id)
    dataset(access, actor, parameters.dataset_id)
    extent_of(parameters.first, parameters.last)
    return parameters


def _work(work: Work[TrialParameters]) -> dict[str, Any]:
    own = inside(work.access, work.run_id)
    work.progress("编译知识", 0, None, "")
    if len(releases.numbers(own.home)) < _SIDES:
        _lay_out(work, own)
    # A run that is taken up again goes on with the draft as it was when it began.
    then, now = releases.numbers(own.home)
    _judge(work, own, BASE, releases.load(own.home, then), "按现行版审核")
    _judge(work, own, DRAFT, releases.load(own.home, now), "按草稿审核")
    origin: dict[str, Any] = releases.manifests(own.home)[-1]["origin"]
    return origin


def _lay_out(work: Work[TrialParameters], own: Access) -> None:
    shutil.rmtree(own.home / releases.FOLDER, ignore_errors=True)
    tried = release_to_try(work.access, work.actor, work.parameters.draft_id)
    releases.save(own.home, tried.base)
    said = {
        "base": tried.base.number,
        "changes": tried.changes,
        "draft_changed_at": tried.changed_at.isoformat(),
    }
    releases.save(own.home, tried.made, origin=said)


def _judge(work: Work[TrialParameters], own: Access, side: UUID, release: Release, stage: str) -> None:
    asked = work.parameters

    def progress(at: Progress) -> None:
        work.told(stage, at.lines_done, at.lines, "行", at.lines_a_second, at.seconds_left)

    claims = dataset_folder(work.access, asked.dataset_id)
    result = audit(
        claims,
        release,
        run_folder(own, side),
        workers=work.workers,
        extent=extent_of(asked.first, asked.last),
        workbook=False,
        progress=progress,
    )
    work.progress("建立疑点索引", 0, None, "")
    write_index(result.out, claims, partial(advice_on, work.access))


KIND = Kind(TRIAL, "试运行", Permission.RUNS_START, TrialParameters, _work, _check)
