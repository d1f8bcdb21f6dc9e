"""What a change changes, in words: a line for every field of a point, or part of a written form, that differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mingcha.catalogue.differences import fields_told, setting_told
from mingcha.knowledge.changes import Change, ChangePart
from mingcha.knowledge.kinds.by_slug import KINDS
from mingcha.knowledge.point import KnowledgePoint

PARTS = {
    ChangePart.POINT: "知识点",
    ChangePart.SETTING: "参数",
    ChangePart.RULE_SET: "规则集",
    ChangePart.EXEMPTION: "特例",
    ChangePart.DEFINITION: "自建规则",
    ChangePart.ELSEWHERE: "异地就医",
}
ADDED, CHANGED, REMOVED = "新增", "修改", "删除"


@dataclass(frozen=True)
class Line:
    """One thing that differs: what it is called, how it was and how it is to be; "" where there was or is none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """A change in words.

    Args:
        what: 新增, 修改 or 删除.
        about: 知识点, 参数 …
        name: what is changed.
    """

    what: str
    about: str
    name: str
    lines: tuple[Line, ...]


def what_of(change: Change) -> str:
    """Whether something comes, changes or goes."""
    return ADDED if change.before is None else REMOVED if change.after is None else CHANGED


def told(change: Change) -> Told:
    """A change in words."""
    before, after, what = change.before, change.after, what_of(change)
    about = PARTS[change.part]
    match change.part:
        case ChangePart.POINT:
            point = after or before
            assert isinstance(point, KnowledgePoint)
            name = f"{KINDS[point.slug].label}“{point.name or point.point_id}”"
            return Told(what, about, name, tuple(Line(*line) for line in fields_told(before, after)))
        case ChangePart.SETTING:
            name, old, new = setting_told(change.key, before, after)
            return Told(what, about, name, (Line("值", old, new),))
        case ChangePart.ELSEWHERE:
            return Told(what, about, about, (Line("规则", _text(before), _text(after)),))
        case _:
            written = after or before
            name = written.get("名称") or change.key if isinstance(written, Mapping) else change.key
            return Told(what, about, str(name), tuple(_lines(before or {}, after or {})))


def _lines(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Line]:
    return [
        Line(label, _text(before.get(label)), _text(after.get(label)))
        for label in dict.fromkeys((*before, *after))
        if before.get(label) != after.get(label)
    ]


def _text(value: Any) -> str:
    """A part of a written form on one line."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case Mapping():
            return "；".join(f"{name}：{_text(held)}" for name, held in value.items())
        case list() | tuple():
            return "、".join(f"（{_text(one)}）" if isinstance(one, Mapping) else _text(one) for one in value)
        case _:
            return str(value)
