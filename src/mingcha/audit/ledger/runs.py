"""Runs as people see them: those of their places, and their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.belonging import belongs
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, missing
from mingcha.access.labelled import Labelled
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.audit.ledger.folders import run_folder
from mingcha.store.database.people import User
from mingcha.store.database.runs import Dataset, Run

AUDIT = "audit"


class Status(Labelled):
    """How a run stands."""

    WAITING = "waiting", "排队"
    RUNNING = "running", "进行中"
    DONE = "done", "完成"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已取消"


ENDED = (Status.DONE, Status.FAILED, Status.CANCELLED)


@dataclass(frozen=True)
class RunView:
    """A run.

    Args:
        done: of `total`, in `unit`; `rate` a second.
        cancelling: somebody asked for its end, and it has not ended yet.
        result: what it brought, by kind of run; none before it is done.
        problem: why it failed: message, where, remedy.
    """

    id: UUID
    kind: str
    name: str
    status: Status
    parameters: dict[str, Any]
    dataset_id: UUID | None
    dataset_name: str | None
    created_at: datetime
    created_by: str | None
    started_at: datetime | None
    finished_at: datetime | None
    attempt: int
    stage: str
    done: int
    total: int | None
    unit: str
    rate: int | None
    seconds_left: int | None
    cancelling: bool
    result: dict[str, Any] | None
    problem: dict[str, str] | None


@dataclass(frozen=True)
class RunFilter:
    """Which runs; what is left out limits nothing.

    Args:
        own: only those that the actor asked for.
    """

    kind: str | None = None
    status: Status | None = None
    dataset_id: UUID | None = None
    name: str | None = None
    own: bool = False


_SORTS = {
    "name": Run.name,
    "kind": Run.kind,
    "status": Run.status,
    "created_at": Run.created_at,
    "finished_at": Run.finished_at,
}


def runs(access: Access, actor: Actor, wanted: RunFilter, listing: Listing) -> Page[RunView]:
    """The runs within the actor's reach."""
    query = _seen(actor)
    for value, column in (
        (wanted.kind, Run.kind),
        (wanted.status, Run.status),
        (wanted.dataset_id, Run.dataset_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.own:
        query = query.where(Run.created_by == actor.user_id)
    if wanted.name is not None:
        query = query.where(Run.name.contains(wanted.name, autoescape=True))
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="-created_at", tie=Run.id)
        return Page([_view(*row) for row in found.items], found.total)


def run(access: Access, actor: Actor, run_id: UUID) -> RunView:
    """One run within the actor's reach.

    Raises:
        Missing: there is none, or none within reach.
    """
    with access.database.reading() as session:
        return check_run(session, actor, run_id)


def check_run(session: Session, actor: Actor, run_id: UUID) -> RunView:
    """The same within a transaction."""
    found = session.execute(_seen(actor).where(Run.id == run_id)).one_or_none()
    if found is None:
        raise missing("这个任务")
    return _view(*found)


def results_of(access: Access, actor: Actor, run_id: UUID) -> Path:
    """The folder with the results of a finished audit within the actor's reach.

    Raises:
        Missing: there is no such audit, or none within reach.
        Conflict: it is not finished.
    """
    found = run(access, actor, run_id)
    if found.kind != AUDIT:
        raise missing("这次审核")
    if found.status != Status.DONE:
        raise Conflict("这次审核还没有完成", remedy="请在“审核任务”查看进度，完成后再看结果")
    return run_folder(access, run_id)


def _seen(actor: Actor) -> Select[Run, str, str]:
    # Who may see no runs of others follows their own: the three duties export lists too.
    reads = Permission.RUNS_VIEW in actor.permissions
    return (
        select(Run, User.login, Dataset.name)
        .outerjoin(User, User.id == Run.created_by)
        .outerjoin(Dataset, Dataset.id == Run.dataset_id)
        .where(belongs(actor, Permission.RUNS_VIEW, Run) if reads else Run.created_by == actor.user_id)
    )


def _view(row: Run, login: str | None, dataset_name: str | None) -> RunView:
    return RunView(
        id=row.id,
        kind=row.kind,
        name=row.name,
        status=Status(row.status),
        parameters=row.parameters,
        dataset_id=row.dataset_id,
        dataset_name=dataset_name,
        created_at=row.created_at,
        created_by=login,
        started_at=row.started_at,
        finished_at=row.finished_at,
        attempt=row.attempt,
        stage=row.stage,
        done=row.done,
        total=row.total,
        unit=row.unit,
        rate=row.rate,
        seconds_left=row.seconds_left,
        cancelling=row.cancel_asked_at is not None and row.status in (Status.WAITING, Status.RUNNING),
        result=row.result,
        problem=row.problem,
    )
