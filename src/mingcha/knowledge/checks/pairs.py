"""Pairs of items: an item beside itself, a pair listed twice, and two items each contained in the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from mingcha.knowledge.checks.problem import Problem, Severity, between, error, several, together
from mingcha.knowledge.kinds.charging import DuplicatePair, RequiredCompanion, SplitCharge
from mingcha.knowledge.kinds.medication import InteractingPair
from mingcha.knowledge.point import KnowledgePoint

# The field of a kind that names the partners, and whether the order of a pair says something.
_PARTNERS = {DuplicatePair: ("containing", True), InteractingPair: ("partners", False)}
Pair = tuple[KnowledgePoint, KnowledgePoint]


def of_pairs(points: Sequence[KnowledgePoint]) -> Iterator[Problem]:
    """Faults of kinds that relate two items."""
    for kind, (name, ordered) in _PARTNERS.items():
        of_kind = [point for point in points if type(point) is kind]
        yield from _with_themselves(of_kind, name)
        yield from _twice(of_kind, name, ordered=ordered)
    yield from _needed_and_forbidden(points)
    bundles = [point for point in points if isinstance(point, SplitCharge)]
    for point in bundles:
        if point.bundle in point.codes:
            yield error(
                point,
                "与自身配对",
                f"“{point.name}”的合并项目 {point.bundle} 又列为组成项目",
                "从组成项目中去掉合并项目",
                point.bundle,
            )


def _needed_and_forbidden(points: Sequence[KnowledgePoint]) -> Iterator[Problem]:
    """An item that must stand beside another and may not: every bill with it is reported, either way."""
    forbidding: dict[str, list[Any]] = defaultdict(list)
    for point in points:
        if type(point) in _PARTNERS:
            for code in point.codes:
                forbidding[code].append(point)
    found: dict[Pair, set[str]] = defaultdict(set)
    for point in points:
        if not isinstance(point, RequiredCompanion) or not point.companions:
            continue
        for code in point.codes:
            for other in forbidding[code]:
                partners = set(getattr(other, _PARTNERS[type(other)][0]))
                if set(point.companions) <= partners and _beside(point, other):
                    found[point, other].add(code)
    for pair, codes in found.items():
        what = f"须与“{pair[0].name}”同时收取，又不得与它同时收取（“{pair[1].name}”），怎样都会报"
        yield between(Severity.ERROR, "必须与不得矛盾", pair, codes, what, "核对项目内涵，停用错误的一条")


def _with_themselves(points: Sequence[Any], name: str) -> Iterator[Problem]:
    for point in points:
        both = set(point.codes) & set(getattr(point, name))
        if point.by_prefix:
            both |= _within(point.codes, getattr(point, name)) | _within(getattr(point, name), point.codes)
        if both:
            yield error(
                point,
                "与自身配对",
                f"“{point.name}”把 {several(both)} 与它自身配对，每一笔都会报",
                "从其中一边去掉这些代码",
                min(both),
            )


def _within(codes: Sequence[str], classes: Sequence[str]) -> set[str]:
    """The codes that fall into one of these classes."""
    return {code for code in codes if code.startswith(tuple(classes))}


def _twice(points: Sequence[Any], name: str, *, ordered: bool) -> Iterator[Problem]:
    """Pairs that another point lists too, in the same or in the opposite order."""
    first: dict[tuple[str, str], KnowledgePoint] = {}
    for point in points:
        for code in point.codes:
            for partner in getattr(point, name):
                first.setdefault((code, partner), point)
    again: dict[Pair, set[str]] = defaultdict(set)
    opposite: dict[Pair, set[str]] = defaultdict(set)
    for point in points:
        for code in point.codes:
            for partner in getattr(point, name):
                before = first[code, partner]
                if _beside(before, point) and not _versions(before, point):
                    again[before, point].add(code)
                back = first.get((partner, code))
                if back is not None and code < partner and _beside(back, point):
                    opposite[back, point].add(code)
    for pair, codes in again.items():
        yield between(Severity.WARNING, "配对重复", pair, codes, _listed_twice(pair), "停用其中一条")
    for pair, codes in opposite.items():
        if ordered:
            what = f"与“{pair[1].name}”互相列为已包含对方的项目，两笔都会报"
            yield between(Severity.ERROR, "互相包含", pair, codes, what, "核对项目内涵，停用方向错误的一条")
        else:
            yield between(Severity.WARNING, "配对重复", pair, codes, _listed_twice(pair), "停用其中一条")


def _listed_twice(pair: Pair) -> str:
    return f"的同一配对列在两条知识点中（“{pair[0].name}”与“{pair[1].name}”），会报两次"


def _beside(one: KnowledgePoint, other: KnowledgePoint) -> bool:
    return one is not other and one.region == other.region and together(one, other)


def _versions(one: KnowledgePoint, other: KnowledgePoint) -> bool:
    """Whether the check of overlapping versions has told of these two already."""
    return one.rule_code == other.rule_code and one.parallel == other.parallel
