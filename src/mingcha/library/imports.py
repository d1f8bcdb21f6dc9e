"""Files of knowledge into a draft: read by the layout found in them, joined with what was imported before, laid
beside the draft as one change.

Official tables, tidied and compiled lists, our own template, and the workbook of approved diagnosis codes.
<home>/drafts/<draft>/<change>/rows.json.gz   the rows of official tables, to be joined with later imports
<home>/drafts/<draft>/<change>/own.json       ids of points that people wrote, which stand over imported ones
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid
from mingcha.access.permissions import Permission
from mingcha.audit.indications import LAYOUT, approvals_in, mapped_by
from mingcha.domain.errors import InputError
from mingcha.ingest.knowledge.importing import (
    Reading,
    library,
    read_files,
    row_as_json,
    row_from_json,
)
from mingcha.ingest.knowledge.indication_workbook import is_workbook
from mingcha.knowledge.changes import Change, ChangePart, same
from mingcha.knowledge.point import KnowledgePoint
from mingcha.library import bulk
from mingcha.library.bases import base
from mingcha.library.drafts import EDITABLE, editable, row_in, row_of
from mingcha.library.proposing import changes_in, keep, rows_in
from mingcha.library.reach import check_office, check_regions, regions_of
from mingcha.library.reviewing import check_unchanged
from mingcha.library.telling import ADDED, CHANGED, REMOVED, what_of
from mingcha.store.database.drafts import DraftChange

_ROWS, _OWN = "rows.json.gz", "own.json"
_SHOWN_REMARKS = 50
_SORT = {ADDED: "added", CHANGED: "changed", REMOVED: "removed"}


@dataclass(frozen=True)
class ImportedRemark:
    """A difference between sources, or a text narrower than what can be judged: for a person to look at."""

    point_id: str
    name: str
    text: str


@dataclass(frozen=True)
class Imported:
    """What a file brought into a draft."""

    change_id: UUID
    layout: str
    rows: int
    added: int
    changed: int
    removed: int
    remarks: int
    first_remarks: tuple[ImportedRemark, ...]


@dataclass
class _Found:
    reading: Reading
    changes: list[Change] = field(default_factory=list)
    remarks: tuple[Any, ...] = ()


def take_in(access: Access, actor: Actor, draft_id: UUID, path: Path) -> Imported:
    """Read a file into a draft.

    Raises:
        InputError: no known layout, or cells that cannot be taken; then nothing of the file is.
        Invalid: it says nothing that is not there already.
        Denied: some of it holds where the actor's right does not reach.
    """
    check_office(actor, Permission.KNOWLEDGE_EDIT)
    # Read and joined before the transaction: tens of thousands of rows take seconds.
    with access.database.reading() as session:
        row = row_of(session, draft_id)
        seen = row.changed_at
        standing = dict(base(access, row.base).content)
        for change in changes_in(session, access, row):
            standing[change.address] = change.after
        earlier = [one.id for one in rows_in(session, draft_id) if one.part == bulk.PART]
    points = {key: value for (part, key), value in standing.items() if part is ChangePart.POINT and value}
    found = _found(access, draft_id, earlier, path, points)
    if not found.changes:
        raise Invalid("文件里没有新的内容", where=path.name, remedy="知识库或草稿中已经全部有了")
    regions = {region for change in found.changes for region in regions_of(change)}
    check_regions(access, actor, Permission.KNOWLEDGE_EDIT, regions)
    change_id = uuid4()
    bulk.write(access, draft_id, change_id, found.changes)
    _keep_sources(bulk.folder(access, draft_id, change_id), found.reading)
    counted = Counter(_SORT[what_of(one)] for one in found.changes)
    with access.database.writing() as session:
        check_unchanged(row_in(session, draft_id, EDITABLE), seen)
        row = editable(session, access, draft_id)
        made = DraftChange(
            id=change_id,
            part=bulk.PART,
            key=path.name[:200],
            before=None,
            after={name: counted[name] for name in ("added", "changed", "removed")},
        )
        keep(session, access, actor, row, made)
    _, layout, rows = found.reading.files[0]
    return Imported(
        change_id=change_id,
        layout=layout,
        rows=rows,
        added=counted["added"],
        changed=counted["changed"],
        removed=counted["removed"],
        remarks=len(found.remarks),
        first_remarks=tuple(
            ImportedRemark(one.point_id, one.name, one.text) for one in found.remarks[:_SHOWN_REMARKS]
        ),
    )


def sources_of(access: Access, draft_id: UUID, change_id: UUID) -> tuple[list[dict[str, Any]], set[str]]:
    """The rows of official tables that an import brought, and the ids of points that people wrote in it."""
    folder = bulk.folder(access, draft_id, change_id)
    with gzip.open(folder / _ROWS, "rt", encoding="utf-8") as file:
        rows: list[dict[str, Any]] = json.load(file)
    return rows, set(json.loads((folder / _OWN).read_text(encoding="utf-8")))


def _found(
    access: Access, draft_id: UUID, earlier: Iterable[UUID], path: Path, points: Mapping[str, KnowledgePoint]
) -> _Found:
    """What a file would change of the points that stand."""
    if is_workbook(path):
        approved = [mapped_by(one, points) for one in approvals_in(path, points)]
        reading = Reading(points=list(approved), files=[(path.name, LAYOUT, len(approved))])
        return _Found(reading, list(_changes(points, {one.point_id: one for one in approved})))
    reading = read_files([path])
    if not reading.rows and not reading.points:
        raise InputError("文件里没有知识点", where=path.name, remedy="填写后再导入")
    before = Reading()
    for change_id in earlier:
        rows, _ = sources_of(access, draft_id, change_id)
        before.rows += map(row_from_json, rows)
    then = {one.point_id: one for one in library(access.home, before).points}
    joined = library(access.home, Reading(rows=[*before.rows, *reading.rows], points=reading.points))
    now = {one.point_id: one for one in joined.points if not one.demonstration or one.point_id in points}
    # Only what this file changes of all that was imported: what people changed since stays as they wrote it.
    moved = {key: one for key, one in now.items() if key not in then or not same(then[key], one)}
    gone = [key for key in then if key not in now and key in points]
    changes = [
        *_changes(points, moved),
        *(Change(ChangePart.POINT, key, points[key], None) for key in gone),
    ]
    return _Found(reading, changes, joined.remarks)


def _changes(points: Mapping[str, KnowledgePoint], wanted: Mapping[str, KnowledgePoint]) -> Iterable[Change]:
    for key, one in wanted.items():
        if key not in points or not same(points[key], one):
            yield Change(ChangePart.POINT, key, points.get(key), one)


def _keep_sources(folder: Path, reading: Reading) -> None:
    with gzip.open(folder / _ROWS, "wt", encoding="utf-8", compresslevel=5) as file:
        json.dump(list(map(row_as_json, reading.rows)), file, ensure_ascii=False)
    own = [one.point_id for one in reading.points]
    (folder / _OWN).write_text(json.dumps(own, ensure_ascii=False), encoding="utf-8")
