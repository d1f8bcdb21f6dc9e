"""Many points at once, from files: a change of a draft whose points lie beside it as Parquet.

<home>/drafts/<draft>/<change>/before/<kind>.parquet   the points that it changes or takes away, as they were
<home>/drafts/<draft>/<change>/after/<kind>.parquet    the points that it puts there
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from mingcha.access.context import Access
from mingcha.domain.errors import KnowledgeError
from mingcha.knowledge.changes import Change, ChangePart
from mingcha.knowledge.point import KnowledgePoint
from mingcha.library.telling import CHANGED, Line, Told
from mingcha.store.database.drafts import DraftChange
from mingcha.store.releases import frame_of, read_points
from mingcha.store.whole import whole_folder

PART = "import"
FOLDER = "drafts"
_BEFORE, _AFTER = "before", "after"


def write(access: Access, draft_id: UUID, change_id: UUID, changes: Iterable[Change]) -> None:
    """Keep the points of a change; its folder appears whole."""
    target = folder(access, draft_id, change_id)
    target.parent.mkdir(parents=True, exist_ok=True)
    held = list(changes)
    with whole_folder(target) as unfinished:
        _write(unfinished / _BEFORE, (change.before for change in held if change.before is not None))
        _write(unfinished / _AFTER, (change.after for change in held if change.after is not None))


def read(access: Access, draft_id: UUID, change_id: UUID) -> tuple[Change, ...]:
    """The points of a change, as one change each.

    Raises:
        KnowledgeError: the files are gone.
    """
    return _read(folder(access, draft_id, change_id).resolve())


# What was written never changes; every look at a draft reads it.
@lru_cache(maxsize=4)
def _read(place: Path) -> tuple[Change, ...]:
    if not place.is_dir():
        raise KnowledgeError(
            "草稿中批量导入的文件不见了", where=place.name, remedy="从备份恢复；或撤销这处导入后重新导入"
        )
    before, after = _points(place / _BEFORE), _points(place / _AFTER)
    return tuple(
        Change(ChangePart.POINT, point_id, before.get(point_id), after.get(point_id))
        for point_id in dict.fromkeys((*before, *after))
    )


def told(row: DraftChange) -> Told:
    """What was imported, in words."""
    counts = row.after or {}
    lines = [
        Line(label, "", f"{counts[name]:,} 条")
        for name, label in (("added", "新增"), ("changed", "修改"), ("removed", "删除"))
        if counts.get(name)
    ]
    return Told(CHANGED, "批量导入", row.key, tuple(lines))


def folder(access: Access, draft_id: UUID, change_id: UUID) -> Path:
    """Where the points of a change lie."""
    return access.home / FOLDER / str(draft_id) / str(change_id)


def _write(folder: Path, points: Iterable[KnowledgePoint]) -> None:
    folder.mkdir(parents=True)
    by_kind: dict[str, list[KnowledgePoint]] = {}
    for point in points:
        by_kind.setdefault(point.slug, []).append(point)
    for slug, held in by_kind.items():
        frame_of(held).write_parquet(folder / f"{slug}.parquet")


def _points(folder: Path) -> dict[str, KnowledgePoint]:
    return {
        point.point_id: point
        for path in sorted(folder.glob("*.parquet"))
        for point in read_points(path, path.stem)
    }
