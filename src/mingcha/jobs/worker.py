"""The one background process: hands runs that wait to DBOS, which takes up again what a killed process left."""

from __future__ import annotations

import threading
import time
from uuid import UUID

from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy import select

from mingcha.access.context import Access
from mingcha.access.logs import log_failure
from mingcha.audit.journals import forget_old_journals
from mingcha.audit.ledger.exports import forget_old_exports
from mingcha.audit.ledger.runs import Status
from mingcha.audit.ledger.uploads import forget_old_uploads
from mingcha.jobs.execution import carry_out
from mingcha.jobs.kind import Lane
from mingcha.jobs.kinds import KINDS
from mingcha.jobs.sole import sole_worker
from mingcha.store.database.engine import Unavailable
from mingcha.store.database.runs import Run

_LOOK_EVERY_SECONDS = 0.5
_SWEEP_EVERY_SECONDS = 3600.0
# What is removed when its time is over.
_FORGETTING = (forget_old_uploads, forget_old_exports, forget_old_journals)
_AT_ONCE = {Lane.LONG: 1, Lane.SHORT: 2}


def work(access: Access, workers: int, stopped: threading.Event) -> None:
    """Be the background process of an installation until stopped; wait for one's turn where there is one.

    What is under way then is left as it is, as by a power cut: the next process goes on with it.

    Args:
        workers: processes that one run may use.
    """
    with sole_worker(access, stopped) as sole:
        if sole:
            _Worker(access, workers).run_until(stopped)


class _Worker:
    def __init__(self, access: Access, workers: int) -> None:
        self._access = access
        DBOS(config=_config(access))

        # Ends only with the database out of reach; then it is tried again, because it is safe to.
        @DBOS.step(name="carry_out", retries_allowed=True, max_attempts=12, interval_seconds=2.0)
        def step(run_id: str, attempt: int) -> None:
            carry_out(access, UUID(run_id), attempt, workers)

        @DBOS.workflow(name="run")
        def workflow(run_id: str, attempt: int) -> None:
            step(run_id, attempt)

        self._workflow = workflow
        self._handed: set[str] = set()

    def run_until(self, stopped: threading.Event) -> None:
        DBOS.launch()
        for lane, at_once in _AT_ONCE.items():
            DBOS.register_queue(
                lane, worker_concurrency=at_once, polling_interval_sec=0.2, on_conflict="always_update"
            )
        sweep_at = 0.0
        while not stopped.wait(_LOOK_EVERY_SECONDS):
            try:
                self._hand_over()
                if time.monotonic() >= sweep_at:
                    sweep_at = time.monotonic() + _SWEEP_EVERY_SECONDS
                    for forget in _FORGETTING:
                        forget(self._access)
            except Unavailable:
                continue  # the next look may find it back
            except OSError as error:
                log_failure(error, doing="sweep")

    def _hand_over(self) -> None:
        open_runs = select(Run.id, Run.kind, Run.attempt, Run.begun).where(
            Run.status.in_((Status.WAITING, Status.RUNNING))
        )
        with self._access.database.reading() as session:
            rows = session.execute(open_runs.order_by(Run.created_at)).all()
        for run_id, kind, attempt, begun in rows:
            name = f"{run_id}.{attempt}"
            if name in self._handed:
                continue
            self._handed.add(name)
            known = DBOS.get_workflow_status(name)
            if known is not None and known.status in ("ERROR", "SUCCESS", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"):
                # It ended without being able to say so.
                name = f"{name}.{begun}"
            with SetWorkflowID(name):
                DBOS.enqueue_workflow(KINDS[kind].lane, self._workflow, str(run_id), attempt)


def _config(access: Access) -> DBOSConfig:
    address = access.database.address
    if access.database.is_sqlite:
        # A file of its own: its writes are frequent, and do not wait for ours.
        address = address.set(database=str(access.home / "jobs.db"))
    return {
        "name": "mingcha",
        "system_database_url": address.set(
            drivername="sqlite" if access.database.is_sqlite else "postgresql"
        ).render_as_string(hide_password=False),
        # One name for all versions: what a version began, the next goes on with.
        "application_version": "1",
        "executor_id": "worker",
        "enable_otlp": False,
        "log_level": "WARNING",
        "use_listen_notify": False,
    }
