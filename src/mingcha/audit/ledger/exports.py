"""Files that exports made: each for the one who asked for it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, missing
from mingcha.access.permissions import Permission
from mingcha.access.trail import Action, record
from mingcha.audit.ledger.folders import export_folder
from mingcha.store.database.runs import Run


def take_file(access: Access, actor: Actor, run_id: UUID) -> Path:
    """The file of the actor's own export; it shows what that actor may see, and so is nobody else's.

    Raises:
        Missing: the actor made no such export.
        Conflict: it is not there yet, or no more.
    """
    actor.check(Permission.RUNS_VIEW)
    with access.database.writing() as session:
        row = session.scalar(select(Run).where(Run.id == run_id, Run.created_by == actor.user_id))
        if row is None:
            raise missing("这次导出")
        name = (row.result or {}).get("file")
        if name is None:
            raise Conflict("这个任务没有可下载的文件", remedy="导出完成后才能下载；失败的请重试")
        path = export_folder(access, run_id) / Path(str(name)).name
        if not path.is_file():
            raise Conflict("文件已经清除", remedy="请重新导出")
        details = {"kind": row.kind, "file": path.name, "rows": (row.result or {}).get("rows")}
        record(session, access, actor, Action.FILE_DOWNLOADED, about=("run", run_id), details=details)
        return path
