"""Points that cannot both be right: together they leave nobody for whom the item is paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from mingcha.knowledge.checks.problem import Problem, Severity, between, together
from mingcha.knowledge.completion import DEFAULTS, Incomplete, complete
from mingcha.knowledge.kinds.coding import DiagnosisAge
from mingcha.knowledge.kinds.medication import Contraindication, PregnancyLimit
from mingcha.knowledge.kinds.scope import (
    AgeLimit,
    CareTypeLimit,
    DepartmentLimit,
    Indication,
    InsuranceLimit,
    SexLimit,
)
from mingcha.knowledge.point import FOREVER, KnowledgePoint

MALE = "1"
# Shortest and longest day count of a unit: two ages contradict only where no reading of them meets.
_SHORTEST = {"岁": 365, "月": 28, "天": 1}
_LONGEST = {"岁": 366, "月": 31, "天": 1}


def contradictions(points: Sequence[KnowledgePoint]) -> Iterator[Problem]:
    """Two points in force for one code that leave no lawful use of it."""
    for kind, check, contradict, remedy in _CHECKS:
        yield from _each(points, kind, kind, check, contradict, remedy)
    yield from _each(
        points, PregnancyLimit, SexLimit, "性别矛盾", _male_and_pregnant, "核对说明书，停用错误的一条"
    )
    yield from _each(
        points,
        Indication,
        Contraindication,
        "适应症与禁忌症矛盾",
        _treats_what_forbids,
        "核对两条的诊断编码；禁忌症只应列比适应症更窄的诊断",
    )


def _sexes(one: Any, other: Any) -> str:
    if not one.sex or not other.sex or one.sex == other.sex:
        return ""
    male, female = (one, other) if one.sex == MALE else (other, one)
    return f"既限男性（{male.name}）又限女性（{female.name}）"


def _ages(one: Any, other: Any) -> str:
    mine, its = complete(one, DEFAULTS), complete(other, DEFAULTS)
    if isinstance(mine, Incomplete) or isinstance(its, Incomplete):
        return ""  # the region has to say
    same_unit = mine.unit == its.unit
    (low, high), (from_, below) = (_span(limit, in_days=not same_unit) for limit in (mine, its))
    if max(low, from_) < min(high, below):
        return ""
    return f"限定的年龄没有交集（{one.name} 与 {other.name}）"


def _span(limit: Any, *, in_days: bool) -> tuple[int, int]:
    """The ages allowed, in the limit's unit or, read as widely as a calendar may, in days."""
    if not in_days:
        return limit.at_least, limit.below
    high = FOREVER if limit.below >= FOREVER else limit.below * _LONGEST.get(limit.unit, FOREVER)
    return limit.at_least * _SHORTEST.get(limit.unit, 0), high


def _accepted(one: Any, other: Any) -> str:
    mine, its = one.accepted, other.accepted
    if not mine or not its or any(a.startswith(b) or b.startswith(a) for a in mine for b in its):
        return ""
    return f"限定的范围没有交集（{one.name}：{'、'.join(mine)}；{other.name}：{'、'.join(its)}）"


def _male_and_pregnant(limit: Any, sex: Any) -> str:
    if sex.sex != MALE:
        return ""
    return f"限男性（{sex.name}），妊娠哺乳期的限定（{limit.name}）永不触发"


def _treats_what_forbids(indication: Any, forbidden: Any) -> str:
    treated, denied = indication.diagnoses, forbidden.diagnoses
    if not treated or not all(code.startswith(tuple(denied)) for code in treated):
        return ""
    return f"的全部适应症（{indication.name}）都列为禁忌症（{forbidden.name}）"


_CHECKS: tuple[tuple[type[KnowledgePoint], str, Callable[[Any, Any], str], str], ...] = (
    (SexLimit, "性别矛盾", _sexes, "核对说明书或项目内涵，停用错误的一条"),
    (AgeLimit, "年龄矛盾", _ages, "核对两条限定的年龄和单位，停用错误的一条"),
    (DiagnosisAge, "年龄矛盾", _ages, "核对两条限定的年龄和单位，停用错误的一条"),
    (CareTypeLimit, "范围矛盾", _accepted, "核对限定的医疗类别，停用错误的一条"),
    (DepartmentLimit, "范围矛盾", _accepted, "核对限定的科室，停用错误的一条"),
    (InsuranceLimit, "范围矛盾", _accepted, "核对限定的险种，停用错误的一条"),
)


def _each(
    points: Sequence[KnowledgePoint],
    kind: type[KnowledgePoint],
    other_kind: type[KnowledgePoint],
    check: str,
    contradict: Callable[[Any, Any], str],
    remedy: str,
) -> Iterator[Problem]:
    """Each two points of these kinds that contradict one another, with the codes on which they do."""
    by_code: dict[Any, list[KnowledgePoint]] = defaultdict(list)
    for point in points:
        if isinstance(point, other_kind):
            for code in point.codes:
                by_code[code, point.subject].append(point)
    found: dict[tuple[KnowledgePoint, KnowledgePoint], set[str]] = defaultdict(set)
    for point in points:
        if not isinstance(point, kind):
            continue
        for code in point.codes:
            for other in by_code[code, point.subject]:
                once = kind is not other_kind or point.point_id < other.point_id
                if once and other is not point and _meet(point, other):
                    found[point, other].add(code)
    for pair, codes in found.items():
        what = contradict(*pair)
        if what:
            yield between(Severity.ERROR, check, pair, codes, what, remedy)


def _meet(one: KnowledgePoint, other: KnowledgePoint) -> bool:
    """Whether a bill can meet both: on one day, in one region, and not the one in place of the other."""
    if one.rule_code == other.rule_code and one.parallel == other.parallel and one.region != other.region:
        return False
    nested = one.region.startswith(other.region) or other.region.startswith(one.region)
    return nested and together(one, other)
