"""One run, from being taken up to its end: safe to be done again where the process died in the middle."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import update
from sqlalchemy.orm import Session

from mingcha.access.belonging import maker
from mingcha.access.context import Access
from mingcha.access.logs import log_failure
from mingcha.access.notifications import do_notify
from mingcha.access.trail import Action, record
from mingcha.audit.ledger.runs import Status
from mingcha.domain.errors import MingchaError
from mingcha.jobs.kind import Cancelled, Work
from mingcha.jobs.kinds import KINDS
from mingcha.store.database.runs import Run

VIA = "后台任务"
# More often than this in a row, and the work itself is what kills the process.
_TAKEN_UP_AT_MOST = 10
_TOLD_EVERY_SECONDS = 0.5


@dataclass(frozen=True)
class End:
    """How a run ended."""

    status: Status
    result: dict[str, Any] | None = None
    problem: dict[str, str] | None = None


def carry_out(access: Access, run_id: UUID, attempt: int, workers: int) -> None:
    """Do what a run asks for, and note how it ended; nothing where it has ended, or a newer attempt goes on."""
    with access.database.writing() as session:
        row = _current(session, run_id, attempt)
        if row is None:
            return
        row.begun += 1
        row.status, row.started_at = Status.RUNNING.value, row.started_at or access.now()
        begun = row.begun
    end = _worked(access, row, workers) if begun <= _TAKEN_UP_AT_MOST else _died_again_and_again()
    with access.database.writing() as session:
        row = _current(session, run_id, attempt)
        if row is not None:
            _do_end(session, access, row, end)


def _current(session: Session, run_id: UUID, attempt: int) -> Run | None:
    row = session.get(Run, run_id, with_for_update=True)
    if row is None or row.attempt != attempt or row.status not in (Status.WAITING, Status.RUNNING):
        return None
    return row


def _worked(access: Access, row: Run, workers: int) -> End:
    try:
        entry = KINDS[row.kind]
        with access.database.reading() as session:
            actor = maker(session, access, row, VIA)
        actor.check(entry.permission)
        parameters = msgspec.convert(row.parameters, entry.parameters)
        work = Work(access, actor, row.id, parameters, workers, _Teller(access, row.id))
        return End(Status.DONE, result=entry.work(work))
    except Cancelled:
        return End(Status.CANCELLED)
    except MingchaError as error:
        where = error.where.replace(f"{access.home.resolve()}/", "").replace(f"{access.home}/", "")
        problem = {"message": error.what, "where": where, "remedy": error.remedy}
        return End(Status.FAILED, problem=problem)
    except Exception as error:
        log_failure(error, run=str(row.id))
        message, remedy = "系统内部错误，任务没有完成", "请重试；仍不行请把任务编号告诉系统管理员"
        return End(Status.FAILED, problem={"message": message, "where": str(row.id), "remedy": remedy})


def _died_again_and_again() -> End:
    message = f"后台进程在这个任务上中断了 {_TAKEN_UP_AT_MOST} 次"
    remedy = "可能是内存不足：请系统管理员减少审核进程数（MINGCHA_WORKERS）后重试"
    return End(Status.FAILED, problem={"message": message, "where": "", "remedy": remedy})


def _do_end(session: Session, access: Access, row: Run, end: End) -> None:
    row.status, row.finished_at = end.status.value, access.now()
    row.result, row.problem, row.rate, row.seconds_left = end.result, end.problem, None, None
    if end.status == Status.DONE and row.total is not None:
        row.done = row.total
    actor = maker(session, access, row, VIA)
    record(
        session, access, actor, Action.RUN_ENDED, about=("run", row.id), details={"status": end.status.value}
    )
    if row.created_by is not None:
        entry = KINDS[row.kind]
        title, link = f"{entry.label} {row.name}：{end.status.label}", f"{entry.screen}?open={row.id}"
        do_notify(session, access, row.created_by, f"run.{end.status}", title, link)


class _Teller:
    """Takes down how far a run is, not more often than people can read, and hears whether it is called off."""

    def __init__(self, access: Access, run_id: UUID) -> None:
        self._access, self._run_id = access, run_id
        self._stage, self._next = "", 0.0

    def __call__(
        self, stage: str, done: int, total: int | None, unit: str, rate: float | None, left: float | None
    ) -> None:
        now = time.monotonic()
        if stage == self._stage and now < self._next and done != total:
            return
        self._stage, self._next = stage, now + _TOLD_EVERY_SECONDS
        with self._access.database.writing() as session:
            said = (
                update(Run)
                .where(Run.id == self._run_id)
                .values(
                    stage=stage[:200],
                    done=done,
                    total=total,
                    unit=unit,
                    rate=None if rate is None else round(rate),
                    seconds_left=None if left is None else round(left),
                )
                .returning(Run.cancel_asked_at)
            )
            asked = session.scalar(said)
        if asked is not None:
            raise Cancelled
