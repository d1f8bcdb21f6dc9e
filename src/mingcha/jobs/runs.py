"""Runs are asked for, called off and asked for again; the one background process does the rest."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.belonging import belongs, do_place
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, missing
from mingcha.access.trail import Action, record
from mingcha.audit.ledger.runs import ENDED, RunView, Status, check_run
from mingcha.jobs.kind import Kind
from mingcha.jobs.kinds import KINDS
from mingcha.store.database.runs import Run


def start(access: Access, actor: Actor, kind: str, name: str, parameters: Any) -> RunView:
    """Ask for a run; it waits until the background process takes it up.

    Raises:
        Denied: the actor may not do this kind of thing.
        Invalid: it cannot be worked by these parameters.
    """
    entry = KINDS[kind]
    actor.check(entry.permission)
    parameters = entry.check(access, actor, parameters)
    with access.database.writing() as session:
        row = Run(
            kind=kind,
            name=name,
            parameters=msgspec.to_builtins(parameters),
            dataset_id=getattr(parameters, "dataset_id", None),
            created_at=access.now(),
        )
        do_place(session, access, actor, row)
        session.add(row)
        session.flush()
        record(session, access, actor, Action.RUN_STARTED, about=("run", row.id), details={"kind": kind})
        return check_run(session, actor, row.id)


def cancel(access: Access, actor: Actor, run_id: UUID) -> RunView:
    """Call a run off: at once where it waits, else as soon as its work comes to a place where it can stop.

    Raises:
        Missing: there is no such run, or none that the actor may call off.
        Conflict: it has ended.
    """
    with access.database.writing() as session:
        row, _ = _held(session, actor, run_id)
        if row.status in ENDED:
            raise Conflict("这个任务已经结束，不能取消", remedy="请刷新页面")
        row.cancel_asked_at = row.cancel_asked_at or access.now()
        if row.status == Status.WAITING:
            row.status, row.finished_at = Status.CANCELLED.value, access.now()
        record(session, access, actor, Action.RUN_CANCELLED, about=("run", row.id))
        return check_run(session, actor, run_id)


def retry(access: Access, actor: Actor, run_id: UUID) -> RunView:
    """Ask again for a run that failed or was called off; what is already done of it is kept.

    Raises:
        Missing: there is no such run, or none that the actor may ask for.
        Conflict: it did not fail.
        Invalid: it cannot be worked by its parameters any more.
    """
    with access.database.reading() as session:
        row, entry = _held(session, actor, run_id)
    entry.check(access, actor, msgspec.convert(row.parameters, entry.parameters))
    with access.database.writing() as session:
        row, _ = _held(session, actor, run_id)
        if row.status not in (Status.FAILED, Status.CANCELLED):
            raise Conflict("只有失败或已取消的任务可以重试", remedy="请刷新页面")
        row.status, row.attempt, row.begun = Status.WAITING.value, row.attempt + 1, 0
        row.cancel_asked_at = row.started_at = row.finished_at = row.problem = None
        row.stage, row.done, row.total, row.rate, row.seconds_left = "", 0, None, None, None
        record(session, access, actor, Action.RUN_RETRIED, about=("run", row.id))
        return check_run(session, actor, run_id)


def _held(session: Session, actor: Actor, run_id: UUID) -> tuple[Run, Kind[Any]]:
    """A run that the actor may steer, held until the transaction ends; who may do such runs may steer them."""
    entry = KINDS[check_run(session, actor, run_id).kind]
    reached = belongs(actor, entry.permission, Run)
    row = session.scalar(select(Run).where(Run.id == run_id, reached).with_for_update())
    if row is None:
        raise missing("这个任务")
    return row, entry
