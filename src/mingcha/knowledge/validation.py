"""What is wrong with a set of points before it is released, and what to do about each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from mingcha.domain.values import date_of
from mingcha.knowledge.kinds import AgeLimit, DiagnosisAge, SexLimit
from mingcha.knowledge.point import FOREVER, KnowledgePoint, Status, Subject
from mingcha.knowledge.sources import sources

# Lengths by class, as issued; the field lengths of the interface specification are no validation.
_ITEM = re.compile(r"X[0-9A-Z]{22}|Z[0-9A-Z]{19}|[0-9]{15}|T[0-9]{9}|C[0-9A-Z]{19}|C[0-9A-Z]{26}")
_DIAGNOSIS = re.compile(r"[A-Z][0-9]{2}(\.[0-9A-Z+*/-]*)?")
_PROCEDURE = re.compile(r"[0-9]{2}(\.[0-9X-]*)?")


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


def validate(points: Iterable[KnowledgePoint]) -> list[Problem]:
    """All problems of these points, the errors first."""
    held = list(points)
    found = [problem for point in held for problem in _of_one(point)]
    found += _same_id(held)
    found += _overlapping(held)
    found += _both_sexes(held)
    return sorted(found, key=lambda problem: problem.severity is not Severity.ERROR)


def _of_one(point: KnowledgePoint) -> Iterator[Problem]:
    held = point.__dict__
    if not point.codes:
        yield _problem(point, "没有代码", f"“{point.name}”没有任何代码", "补上医保目录编码，或删除这条知识点")
    start, end = held.get("effective_from", 0), held.get("effective_to", FOREVER)
    if start >= end:
        yield _problem(
            point,
            "从不生效",
            f"“{point.name}”失效日期 {date_of(end)} 不晚于生效日期 {date_of(start)}",
            "核对两个日期；确已作废的可以删除",
        )
    yield from _source_problems(point)
    form = _FORMS[point.subject]
    matches = form.fullmatch
    for code in point.codes:
        if not matches(code):
            yield _problem(
                point,
                "代码格式",
                f"代码“{code}”不符合{point.subject.value}的格式",
                "西药 X 共 23 位、中成药 Z 共 20 位、项目 15 位数字、饮片 T 加 9 位；核对是否抄错",
                code,
            )
    if isinstance(point, AgeLimit | DiagnosisAge) and point.at_least >= point.below:
        yield _problem(
            point,
            "年龄上下限",
            f"年龄下限 {point.at_least} 不小于上限 {point.below}",
            "核对两个界限（上限不含）",
        )


_FORMS = {Subject.ITEM: _ITEM, Subject.DIAGNOSIS: _DIAGNOSIS, Subject.PROCEDURE: _PROCEDURE}


def _source_problems(point: KnowledgePoint) -> Iterator[Problem]:
    held = point.__dict__
    source_id = held.get("source_id", "")
    if source_id and source_id not in sources():
        yield _problem(
            point, "来源未知", f"来源编号“{source_id}”不在来源目录中", "在来源目录登记该文件，或改正编号"
        )
    elif not source_id and not held.get("source_document") and not held.get("demonstration"):
        yield _problem(
            point, "没有来源", f"“{point.name}”没有来源", "填写来源文件、文号和日期；仅供演示的标明“演示”"
        )


def _same_id(points: list[KnowledgePoint]) -> Iterator[Problem]:
    seen: set[str] = set()
    for point in points:
        if point.point_id in seen:
            yield _problem(
                point, "编号重复", f"知识点编号“{point.point_id}”出现不止一次", "每条知识点用自己的编号"
            )
        seen.add(point.point_id)


def _overlapping(points: list[KnowledgePoint]) -> Iterator[Problem]:
    """Two points of one rule in force for one code, partner or group, and region would count a line twice."""
    first: dict[tuple[str, tuple[object, ...]], KnowledgePoint] = {}
    more: dict[tuple[str, tuple[object, ...]], list[KnowledgePoint]] = {}
    for point in points:
        shared = (point.rule_code, point.region, point.parallel)
        for code in point.codes:
            key = (code, shared)
            before = first.setdefault(key, point)
            if before is not point:
                more.setdefault(key, [before]).append(point)
    for (code, _), claiming in more.items():
        claiming = sorted(
            claiming, key=lambda point: (point.effective_from, point.effective_to, point.point_id)
        )
        lasting = claiming[0]
        for point in claiming[1:]:
            if point.effective_from < lasting.effective_to and point.effective_from < point.effective_to:
                yield _overlap(code, lasting, point)
            lasting = max(lasting, point, key=lambda each: each.effective_to)


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


def _both_sexes(points: list[KnowledgePoint]) -> Iterator[Problem]:
    seen: dict[tuple[object, ...], SexLimit] = {}
    for point in points:
        if not isinstance(point, SexLimit) or not point.sex:
            continue
        for code in point.codes:
            other = seen.setdefault((point.subject, code, point.region), point)
            if other.sex != point.sex and _together(other, point):
                yield Problem(
                    Severity.ERROR,
                    "性别矛盾",
                    (other.point_id, point.point_id),
                    code,
                    f"{code} 既限男性（{_named('1', other, point)}）又限女性（{_named('2', other, point)}）",
                    "核对说明书或项目内涵，停用错误的一条",
                )


def _named(sex: str, *points: SexLimit) -> str:
    return next(point.name for point in points if point.sex == sex)


def _together(one: KnowledgePoint, other: KnowledgePoint) -> bool:
    return one.effective_from < other.effective_to and other.effective_from < one.effective_to


def _problem(point: KnowledgePoint, check: str, what: str, remedy: str, code: str = "") -> Problem:
    return Problem(Severity.ERROR, check, (point.point_id,), code, what, remedy)
