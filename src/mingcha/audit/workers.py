"""The processes of a run: long-lived, spawned clean, and gone when the one that started them is gone."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from typing import Any

from mingcha.audit.bucket import BucketAuditor, Task
from mingcha.audit.plans import plan_to_keep
from mingcha.audit.run import RunError
from mingcha.engine.plan import Plan

THREADS = "POLARS_MAX_THREADS"
_of_process: dict[str, Any] = {}


def audit_buckets(task: Task, plan: Plan, buckets: Sequence[int], workers: int) -> Iterator[dict[str, Any]]:
    """Audit these buckets, so many at a time; yields the counts of each as it is done.

    Args:
        plan: the compiled release of the task, for a run in this process alone.

    Raises:
        RunError: a process died (killed, or out of memory).
    """
    if min(workers, len(buckets)) < 2:
        yield from map(BucketAuditor(task, plan), buckets)
        return
    with (
        _one_thread_each(),
        ProcessPoolExecutor(min(workers, len(buckets)), get_context("spawn"), _prepare, (task,)) as pool,
    ):
        waiting = [pool.submit(_audit, number) for number in buckets]
        try:
            for done in as_completed(waiting):
                yield done.result()
        except BrokenProcessPool as error:
            raise RunError(
                "审核进程被系统终止（可能是内存不足）",
                where=str(task.parts.parent.parent),
                remedy="已完成的部分都保留着；再次运行同样的命令会继续，可用 --workers 减少进程数",
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    # Polars reads this once, when a worker imports it: several pools of threads would fight for the cores.
    before = os.environ.get(THREADS)
    os.environ[THREADS] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[THREADS]
        else:
            os.environ[THREADS] = before


def _prepare(task: Task) -> None:
    _of_process["task"] = task
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    # A worker waits for its next bucket for ever; nobody would end it where the run was killed.
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _audit(number: int) -> dict[str, Any]:
    # Compiled with the first bucket and not before: an error here is reported, one in `_prepare` is not.
    if "auditor" not in _of_process:
        task: Task = _of_process["task"]
        _of_process["auditor"] = BucketAuditor(task, plan_to_keep(task.release))
    counts: dict[str, Any] = _of_process["auditor"](number)
    return counts
