"""Limits that can never bind: no bill exceeds them, or a stricter one always speaks first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from mingcha.domain.codelists import CODE_LISTS
from mingcha.knowledge.checks.problem import Problem, Severity, between, together, warning
from mingcha.knowledge.kinds.charging import PriceCeiling, SameIncisionGroup, SplitCharge
from mingcha.knowledge.kinds.coding import DiagnosisAge
from mingcha.knowledge.kinds.limits import CourseLimit, DispenseLimit, QuantityLimit, SpendingCap, WindowLimit
from mingcha.knowledge.kinds.scope import AgeLimit, CareTypeLimit, HerbAlone, HerbNeverPaid, LevelLimit
from mingcha.knowledge.point import FOREVER, KnowledgePoint

# Nobody reaches these ages.
_OLDEST = {"岁": 150, "月": 1_800, "天": 54_750}
_YEAR = 366
_WHOLE = 10_000
_CHECK = "永不触发"


def of_limits(points: Sequence[KnowledgePoint]) -> Iterator[Problem]:
    """Limits without effect, each by itself and beside others of the same code."""
    for point in points:
        reason = _without_effect(point)
        if reason:
            yield warning(point, _CHECK, f"“{point.name}”{reason}", "核对限定值和单位；确无限制的可以删除")
    yield from _short_of_parts(points)
    yield from _shadowed(points)
    yield from _windows_within_days(points)


def _without_effect(point: KnowledgePoint) -> str:
    match point:
        case AgeLimit() | DiagnosisAge():
            stated = point.at_least > 0 or point.below < FOREVER
            open_above = point.below >= _OLDEST.get(point.unit, FOREVER)
            return "不限下限，上限又高于人的寿命" if stated and point.at_least <= 0 and open_above else ""
        case LevelLimit():
            return "最低级别为无等级，任何机构都符合" if point.at_least <= 0 else ""
        case SameIncisionGroup():
            return "折价比例不低于 100%" if (point.later_ratio or 0) >= _WHOLE else ""
        case CareTypeLimit():
            everywhere = all(care.startswith(point.accepted) for care in CODE_LISTS["med_type"])
            return "允许全部医疗类别" if point.accepted and everywhere else ""
        case CourseLimit():
            return "一年内的天数上限不少于一年" if point.period == "年" and point.days >= _YEAR else ""
        case _:
            return ""


def _short_of_parts(points: Sequence[KnowledgePoint]) -> Iterator[Problem]:
    """Bundles that name fewer parts than must be met together."""
    parts: dict[Any, set[str]] = defaultdict(set)
    bundles = [point for point in points if isinstance(point, SplitCharge)]
    for point in bundles:
        parts[point.rule_code, point.region, point.bundle].update(point.codes)
    for point in bundles:
        named = len(parts[point.rule_code, point.region, point.bundle])
        if named < point.components:
            yield warning(
                point,
                _CHECK,
                f"“{point.name}”要求出现 {point.components} 个组成项目，而只列出 {named} 个",
                "补全组成项目，或改正“构成分解的项目数”",
                min(point.codes, default=""),
            )


class _Scale(NamedTuple):
    """How limits of one kind compare: those with the same `beside` measure the same thing."""

    kind: type[KnowledgePoint]
    beside: Callable[[Any], Any]
    strictness: Callable[[Any], int]


# The larger the strictness, the sooner a limit speaks; the longer the period, the sooner the same number.
_PERIODS = {"小时": 0, "日": 1, "就诊": 2, "年": 3}
_SCALES = (
    _Scale(WindowLimit, lambda p: p.days, lambda p: -p.allowed),
    _Scale(CourseLimit, lambda p: (p.period, p.counting), lambda p: -p.days),
    _Scale(LevelLimit, lambda p: (p.exempt_at_least, p.exempt_types), lambda p: p.at_least),
    _Scale(DispenseLimit, lambda p: p.max_quantity, lambda p: -p.max_days),
)


def _shadowed(points: Sequence[KnowledgePoint]) -> Iterator[Problem]:
    """Limits beside which a stricter one of the same code always speaks, whatever is billed."""
    for scale in _SCALES:
        yield from _beside(points, scale.kind, scale.kind, _stricter(scale))
    yield from _beside(points, QuantityLimit, QuantityLimit, _sooner("allowed"))
    yield from _beside(points, SpendingCap, SpendingCap, _sooner("cap"))
    yield from _beside(points, PriceCeiling, PriceCeiling, _dearer)
    yield from _beside(points, HerbAlone, HerbNeverPaid, lambda _one, _other: True)


def _stricter(scale: _Scale) -> Callable[[Any, Any], bool]:
    def shadows(one: Any, other: Any) -> bool:
        return scale.beside(one) == scale.beside(other) and scale.strictness(one) < scale.strictness(other)

    return shadows


def _sooner(name: str) -> Callable[[Any, Any], bool]:
    """A limit of a longer period that allows no more than one of a shorter period leaves it nothing to say."""

    def shadows(one: Any, other: Any) -> bool:
        mine, its = getattr(one, name), getattr(other, name)
        if one.period == other.period:
            return bool(its < mine)
        return _PERIODS.get(one.period, 9) < _PERIODS.get(other.period, -1) and bool(its <= mine)

    return shadows


def _dearer(one: Any, other: Any) -> bool:
    """A price for all levels shadows one of a level that is not lower."""
    return other.rank in {-1, one.rank} and one.rank != -1 and bool(other.ceiling <= one.ceiling)


def _beside(
    points: Sequence[KnowledgePoint],
    kind: type[KnowledgePoint],
    other_kind: type[KnowledgePoint],
    shadows: Callable[[Any, Any], bool],
) -> Iterator[Problem]:
    """Points of one kind that one of the other kind shadows, code by code, within a region."""
    others: dict[tuple[str, str], list[KnowledgePoint]] = defaultdict(list)
    for point in points:
        if isinstance(point, other_kind):
            for code in point.codes:
                others[code, point.region].append(point)
    found: dict[tuple[KnowledgePoint, KnowledgePoint], list[str]] = defaultdict(list)
    for point in points:
        if isinstance(point, kind):
            for code in point.codes:
                for other in others[code, point.region]:
                    if other is not point and together(point, other) and shadows(point, other):
                        found[point, other].append(code)
    for (point, other), codes in found.items():
        yield between(
            Severity.WARNING,
            "被遮蔽",
            (point, other),
            codes,
            f"已有更严的“{other.name}”（规则 {other.rule_code}），“{point.name}”永远不起作用",
            "核对两条的限定值和单位，停用多余的一条",
        )


def _windows_within_days(points: Sequence[KnowledgePoint]) -> Iterator[Problem]:
    """A window that allows as much as its days together do: one visit a day can never exceed it."""

    def within(window: Any, day: Any) -> bool:
        return day.period == "日" and bool(day.allowed * window.days <= window.allowed)

    yield from _beside(points, WindowLimit, QuantityLimit, within)
