"""A fault of the library: how bad it is, which points it concerns, and what to do about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from mingcha.knowledge.point import KnowledgePoint

_NAMED = 3


class Severity(StrEnum):
    """An error keeps points out of judging as intended; a warning is for somebody to look at."""

    ERROR = "错误"
    WARNING = "提醒"


@dataclass(frozen=True)
class Problem:
    """What is wrong, with which points, and what to do."""

    severity: Severity
    check: str
    points: tuple[str, ...]
    code: str
    what: str
    remedy: str


def error(point: KnowledgePoint, check: str, what: str, remedy: str, code: str = "") -> Problem:
    """A fault of one point that keeps it from judging as intended."""
    return Problem(Severity.ERROR, check, (point.point_id,), code, what, remedy)


def warning(point: KnowledgePoint, check: str, what: str, remedy: str, code: str = "") -> Problem:
    """Something about one point that somebody should look at."""
    return Problem(Severity.WARNING, check, (point.point_id,), code, what, remedy)


def between(
    severity: Severity,
    check: str,
    points: tuple[KnowledgePoint, KnowledgePoint],
    codes: Collection[str],
    what: str,
    remedy: str,
) -> Problem:
    """A fault of two points together; `what` follows after the codes they share."""
    ids = (points[0].point_id, points[1].point_id)
    return Problem(severity, check, ids, min(codes, default=""), f"{several(codes)} {what}", remedy)


def several(codes: Collection[str]) -> str:
    """The first of these codes, and how many there are."""
    shown = "、".join(sorted(codes)[:_NAMED])
    return shown if len(codes) <= _NAMED else f"{shown} 等 {len(codes)} 个代码"


def together(one: KnowledgePoint, other: KnowledgePoint) -> bool:
    """Whether there is a day on which both are in force."""
    return one.effective_from < other.effective_to and other.effective_from < one.effective_to
