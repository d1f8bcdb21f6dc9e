"""Points that say something twice: two versions in force at once, or the same limit under two rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from mingcha.domain.item_codes import beginnings
from mingcha.domain.values import date_of
from mingcha.knowledge.checks.problem import Problem, Severity, between, together
from mingcha.knowledge.point import KnowledgePoint, Status

Pair = tuple[KnowledgePoint, KnowledgePoint]
_COMMON = frozenset(KnowledgePoint.fields())
_OWN: dict[type[KnowledgePoint], tuple[str, ...]] = {}


def overlaps(points: Sequence[KnowledgePoint]) -> Iterator[Problem]:
    """Two points of one rule in force for one code, partner or group, and region would count a line twice."""
    first: dict[tuple[str, Any], KnowledgePoint] = {}
    more: dict[tuple[str, Any], list[KnowledgePoint]] = {}
    for point in points:
        shared = (point.rule_code, point.region, point.parallel)
        for code in point.codes:
            key = (code, shared)
            before = first.setdefault(key, point)
            if before is not point:
                more.setdefault(key, [before]).append(point)
    _classes_around(points, first, more)
    for (code, _), claiming in more.items():
        claiming = sorted(
            claiming, key=lambda point: (point.effective_from, point.effective_to, point.point_id)
        )
        lasting = claiming[0]
        for point in claiming[1:]:
            if point.effective_from < lasting.effective_to and point.effective_from < point.effective_to:
                yield _overlap(code, lasting, point)
            lasting = max(lasting, point, key=lambda each: each.effective_to)


def _classes_around(
    points: Sequence[KnowledgePoint],
    first: dict[tuple[str, Any], KnowledgePoint],
    more: dict[tuple[str, Any], list[KnowledgePoint]],
) -> None:
    """Beside the points of a code also those of a class that it falls into."""
    for point in points:
        if not point.by_prefix:
            continue
        shared = (point.rule_code, point.region, point.parallel)
        for code in point.codes:
            for begin in beginnings(code):
                around = first.get((begin, shared))
                if around is not None and around is not point:
                    claiming = more.setdefault((code, shared), [first[code, shared]])
                    claiming += [one for one in more.get((begin, shared), [around]) if one not in claiming]


def _overlap(code: str, earlier: KnowledgePoint, later: KnowledgePoint) -> Problem:
    waiting = Status.NEEDS_MAPPING in (earlier.status, later.status)
    return Problem(
        Severity.WARNING if waiting else Severity.ERROR,
        "有效期重叠",
        (earlier.point_id, later.point_id),
        code,
        f"代码 {code} 在规则 {later.rule_code} 下同时有“{earlier.name}”与“{later.name}”两条有效知识点",
        f"把前一条的失效日期改为 {date_of(later.effective_from)}，或停用其中一条",
    )


def repeats(points: Sequence[KnowledgePoint]) -> Iterator[Problem]:
    """One limit for one code under two rules: every fault is reported twice."""
    first: dict[Any, KnowledgePoint] = {}
    found: dict[Pair, list[str]] = defaultdict(list)
    for point in points:
        limit = (type(point), point.region, limit_of(point))
        for code in point.codes:
            before = first.setdefault((code, limit), point)
            if before.rule_code != point.rule_code and together(before, point):
                found[before, point].append(code)
    for pair, codes in found.items():
        one, other = pair
        yield between(
            Severity.WARNING,
            "重复",
            pair,
            codes,
            f"在规则 {one.rule_code} 与 {other.rule_code} 下各有一条相同的“{other.name}”，同一处会报两次",
            "停用其中一条",
        )


def limit_of(point: KnowledgePoint) -> tuple[object, ...]:
    """What a point says of its codes: the fields that its kind adds."""
    kind = type(point)
    if kind not in _OWN:
        _OWN[kind] = tuple(name for name in kind.fields() if name not in _COMMON)
    return tuple(getattr(point, name) for name in _OWN[kind])
