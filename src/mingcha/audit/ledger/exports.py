"""Files that runs made to be taken away: exports, each for the one who asked for it, and workbooks of audits."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Denied, missing
from mingcha.access.permissions import Permission
from mingcha.access.trail import Action, record
from mingcha.audit.ledger.folders import export_folder
from mingcha.audit.ledger.outcome import reaches_all
from mingcha.audit.ledger.runs import RunView, Status, check_run, results_of
from mingcha.audit.workbook.book import workbook_name
from mingcha.store.database.runs import Run

EXPORT = "export"
# Of the result of an export whose file is gone.
CLEARED = "cleared"


def own_export(access: Access, actor: Actor, run_id: UUID) -> RunView:
    """An export of the actor's own.

    Raises:
        Missing: the actor made no such export.
    """
    actor.check(Permission.LISTS_EXPORT)
    with access.database.reading() as session:
        own = (Run.id == run_id, Run.kind == EXPORT, Run.created_by == actor.user_id)
        if session.scalar(select(Run.id).where(*own)) is None:
            raise missing("这次导出")
        return check_run(session, actor, run_id)


def take_export(access: Access, actor: Actor, run_id: UUID) -> Path:
    """The file of the actor's own export; it shows what that actor may see, and so is nobody else's.

    Raises:
        Missing: the actor made no such export.
        Conflict: it is not there yet, or no more.
    """
    name = (own_export(access, actor, run_id).result or {}).get("file")
    if name is None:
        raise Conflict("这次导出还没有完成", remedy="完成后才能下载；失败的请重试")
    path = export_folder(access, run_id) / Path(str(name)).name
    return _taken(access, actor, run_id, path, remedy="请重新导出")


def take_workbook(access: Access, actor: Actor, run_id: UUID, part: int) -> Path:
    """A workbook of an audit, for who may take away all of its findings; the first unless they fill several.

    Raises:
        Missing: there is no such audit, or none within reach.
        Denied: it holds more than the actor may take away.
        Conflict: the audit is not finished, or wrote none.
    """
    folder = results_of(access, actor, run_id)
    if not reaches_all(access, actor, run_id, Permission.FINDINGS_EXPORT):
        raise Denied("这次审核的结果超出您可以导出的范围", remedy="请在“疑点”里导出您数据范围内的疑点")
    remedy = "新建审核时勾选“同时生成审核结果.xlsx”；或在“疑点”里导出"
    return _taken(access, actor, run_id, folder / workbook_name(part), remedy=remedy)


def forget_old_exports(access: Access) -> int:
    """Remove the files of exports when their time is over; that there was one still shows. Returns how many."""
    finished_before = access.now() - access.policy.exports_kept
    old = select(Run).where(
        Run.kind == EXPORT, Run.status == Status.DONE.value, Run.finished_at < finished_before
    )
    with access.database.writing() as session:
        gone = [run for run in session.scalars(old) if not (run.result or {}).get(CLEARED)]
        for run in gone:
            run.result = {**(run.result or {}), CLEARED: True}
    for run in gone:
        shutil.rmtree(export_folder(access, run.id), ignore_errors=True)
    return len(gone)


def _taken(access: Access, actor: Actor, run_id: UUID, path: Path, *, remedy: str) -> Path:
    if not path.is_file():
        raise Conflict("没有这个文件，或已经清除", remedy=remedy)
    with access.database.writing() as session:
        details = {"file": path.name, "bytes": path.stat().st_size}
        record(session, access, actor, Action.FILE_DOWNLOADED, about=("run", run_id), details=details)
    return path
