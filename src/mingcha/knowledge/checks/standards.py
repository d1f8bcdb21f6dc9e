"""Standards of benefit that say what no fund pays, or that would hold for one bill alike so that none is chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from mingcha.knowledge.checks.problem import Problem, Severity, between, error, together
from mingcha.knowledge.kinds.entitlement import NO_TIER, BenefitStandard
from mingcha.knowledge.point import KnowledgePoint

_WHOLE = 10_000
_STATED = BenefitStandard.told_apart_by


def of_standards(points: Sequence[KnowledgePoint]) -> Iterator[Problem]:
    """Problems of each standard, and of each two that are as particular as one another."""
    standards = [point for point in points if isinstance(point, BenefitStandard)]
    for standard in standards:
        for what, remedy in _of_one(standard):
            yield error(standard, "待遇标准", f"“{standard.name}”{what}", remedy)
    alike: dict[Any, list[BenefitStandard]] = defaultdict(list)
    for standard in standards:
        alike[standard.rule_code, standard.region, len(_stated(standard))].append(standard)
    for same in alike.values():
        for one, other in combinations(same, 2):
            if one.parallel != other.parallel and together(one, other) and _may_both_fit(one, other):
                yield between(
                    Severity.WARNING,
                    "待遇标准",
                    (one, other),
                    one.codes,
                    f"的“{one.name}”与“{other.name}”同样具体，可能同时适用于一次结算，届时无法判断",
                    "给其中一条补上另一条写明的条件，或改成互不相交",
                )


def _of_one(standard: BenefitStandard) -> Iterator[tuple[str, str]]:
    shares = [share or 0 for share in (standard.ratio, standard.second_ratio, standard.third_ratio)]
    if not all(0 <= share <= _WHOLE for share in shares):
        yield "支付比例不在 0 与 100% 之间", "改正比例；可写作 85% 或 0.85"
    starts = (standard.second_from, standard.third_from)
    if starts[1] < NO_TIER and starts[0] >= starts[1]:
        yield "第三段起点不大于第二段起点", "各段起点从小到大填写，均从起付标准以上算起"
    for start, share, name in zip(starts, shares[1:], ("第二段", "第三段"), strict=True):
        if start >= NO_TIER and share:
            yield f"填了{name}比例而没有起点", f"补上{name}起点，或删去比例"


def _stated(standard: BenefitStandard) -> list[str]:
    declared = BenefitStandard.fields()
    return [name for name in _STATED if getattr(standard, name) != declared[name].default]


def _may_both_fit(one: BenefitStandard, other: BenefitStandard) -> bool:
    """Whether a bill may meet all that both state; what only one states is left open."""
    both = set(_stated(one)) & set(_stated(other))
    return _meet(one.codes, other.codes) and all(_meet(getattr(one, n), getattr(other, n)) for n in both)


def _meet(one: Any, other: Any) -> bool:
    """Whether two values, or two sets of prefixes, have anything in common."""
    if not isinstance(one, tuple):
        return bool(one == other)
    return any(a.startswith(b) or b.startswith(a) for a in one for b in other)
