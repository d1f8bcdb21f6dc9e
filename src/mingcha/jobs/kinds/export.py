"""An export: the rows of a list that somebody may see, as a file of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid
from mingcha.access.permissions import Permission
from mingcha.access.trail import Action, record
from mingcha.audit.ledger.exports import EXPORT
from mingcha.audit.ledger.folders import export_folder
from mingcha.jobs.exporting import Exported, Format, write
from mingcha.jobs.kind import Kind, Lane, Work
from mingcha.jobs.lists import LISTS
from mingcha.jobs.lists.entry import Drawn, ListEntry


@dataclass(frozen=True)
class ExportParameters:
    """Which list, and as what.

    Args:
        filters: as in the address of the list.
        title: name of the file and of its sheet; the list's own where none is given.
    """

    list: str
    filters: dict[str, Any] = field(default_factory=dict)
    sort: str = ""
    format: Format = "xlsx"
    title: str = ""


def _check(access: Access, actor: Actor, asked: ExportParameters) -> ExportParameters:
    _drawn(access, actor, asked)
    return asked


def _drawn(access: Access, actor: Actor, asked: ExportParameters) -> tuple[ListEntry, Drawn]:
    entry = LISTS.get(asked.list)
    if entry is None:
        raise Invalid("没有这个列表", where="list", remedy="可选：" + "、".join(LISTS))
    actor.check(entry.permission)
    return entry, entry.rows(access, actor, entry.wanted(asked.filters), asked.sort)


def _work(work: Work[ExportParameters]) -> dict[str, Any]:
    entry, drawn = _drawn(work.access, work.actor, work.parameters)
    exported = Exported(
        work.parameters.title or entry.label,
        [shown.column for shown in entry.columns],
        drawn.total,
        ([shown.of(row) for shown in entry.columns] for row in drawn.rows),
    )
    path, rows = write(
        export_folder(work.access, work.run_id), exported, work.parameters.format, work.progress
    )
    with work.access.database.writing() as session:
        details = {"list": entry.name, "rows": rows, "format": work.parameters.format}
        record(
            session,
            work.access,
            work.actor,
            Action.LIST_EXPORTED,
            about=("run", work.run_id),
            details=details,
        )
    return {"file": path.name, "rows": rows, "bytes": path.stat().st_size}


KIND = Kind(
    EXPORT,
    "导出",
    Permission.LISTS_EXPORT,
    ExportParameters,
    _work,
    _check,
    Lane.SHORT,
    screen="/exports",
)
