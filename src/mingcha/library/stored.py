"""Changes as the database keeps them: points in stored form by field, everything else as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mingcha.knowledge.changes import Change, ChangePart
from mingcha.knowledge.kinds.by_slug import kind
from mingcha.knowledge.point import KnowledgePoint
from mingcha.store.database.drafts import DraftChange

_KIND = "kind"


def as_json(value: Any) -> Any:
    """A value of a change as plain JSON."""
    if isinstance(value, KnowledgePoint):
        held = {name: field.default for name, field in type(value).fields().items()}
        stated = {name: told for name, told in vars(value).items() if told != held.get(name)}
        return {_KIND: value.slug, **{name: _plain(told) for name, told in stated.items()}}
    return _plain(value)


def from_json(part: ChangePart, written: Any) -> Any:
    """The value that was kept."""
    if part is not ChangePart.POINT or written is None:
        return written
    assert isinstance(written, Mapping)
    shape = kind(written[_KIND])
    values = {name: tuple(told) if isinstance(told, list) else told for name, told in written.items()}
    del values[_KIND]
    return shape(**values)


def change_of(row: DraftChange) -> Change:
    """A change from what was kept of it."""
    part = ChangePart(row.part)
    return Change(part, row.key, from_json(part, row.before), from_json(part, row.after), row.decided)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
