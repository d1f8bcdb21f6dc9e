"""What a publication leaves beside the release, so that later imports and `mingcha rules` know of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mingcha.access.context import Access
from mingcha.knowledge.changes import ChangePart
from mingcha.knowledge.definition.model import State
from mingcha.library import bulk
from mingcha.library.imports import sources_of
from mingcha.library.stored import change_of
from mingcha.store import definitions, knowledge
from mingcha.store.database.drafts import DraftChange


def keep_beside(access: Access, rows: Iterable[DraftChange], title: str) -> None:
    """Points that people wrote stand over imported ones; every version of a rule without code is kept."""
    own, rules = {}, {}
    for row in rows:
        if row.part == bulk.PART:
            read, written_by_people = sources_of(access, row.draft_id, row.id)
            if read:
                knowledge.keep_rows(access.home, read)
            points = {one.key: one.after for one in bulk.read(access, row.draft_id, row.id)}
            own.update({key: points[key] for key in written_by_people if key in points})
        elif row.part == ChangePart.POINT:
            own[row.key] = change_of(row).after
        elif row.part == ChangePart.DEFINITION:
            rules[row.key] = (row.before, row.after)
    if kept := [point for point in own.values() if point is not None]:
        knowledge.keep_points(access.home, kept)
    for code, (before, after) in rules.items():
        written = after if after is not None else _retired(before, title)
        if written is not None and written["版本"] > definitions.last_version(access.home, code):
            definitions.keep(access.home, code, written["版本"], written)


def _retired(before: dict[str, Any] | None, title: str) -> dict[str, Any] | None:
    if before is None:
        return None
    return {**before, "版本": before["版本"] + 1, "状态": State.RETIRED.value, "停用原因": title}
