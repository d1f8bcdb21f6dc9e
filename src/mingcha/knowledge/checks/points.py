"""What is wrong with one point by itself: its codes, dates, bounds and source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mingcha.domain.values import date_of
from mingcha.knowledge.checks.problem import Problem, error
from mingcha.knowledge.kinds.by_slug import KINDS
from mingcha.knowledge.kinds.coding import DiagnosisAge
from mingcha.knowledge.kinds.scope import AgeLimit
from mingcha.knowledge.point import FOREVER, KnowledgePoint, Subject
from mingcha.knowledge.sources import sources

# Lengths by class, as issued; the field lengths of the interface specification are no validation.
_ITEM = re.compile(r"X[0-9A-Z]{22}|Z[0-9A-Z]{19}|[0-9]{15}|T[0-9]{9}|C[0-9A-Z]{19}|C[0-9A-Z]{26}")
# 西药 from the anatomical class with its group of therapy on, 中成药 from the class on.
_CLASS_OR_ITEM = re.compile(rf"X[A-Z][0-9]{{2}}[0-9A-Z]{{0,19}}|Z[A-Z][0-9A-Z]{{2,18}}|{_ITEM.pattern}")
_DIAGNOSIS = re.compile(r"[A-Z]([0-9]{2}(\.[0-9A-Z+*/.-]*)?)?")
_PROCEDURE = re.compile(r"[0-9]{2}(\.[0-9A-Z-]*)?")

_INSURANCE = re.compile(r"[0-9]{2,6}")
_DISEASE = re.compile(r"[0-9A-Z]{4,20}")
FORMS = {
    Subject.ITEM: _ITEM,
    Subject.DIAGNOSIS: _DIAGNOSIS,
    Subject.PROCEDURE: _PROCEDURE,
    Subject.DISEASE: _DISEASE,
    Subject.INSURANCE: _INSURANCE,
}

# The fields of a kind that take one of a few words.
_CLOSED = {slug: [field for field in kind.fields().values() if field.one_of] for slug, kind in KINDS.items()}


def of_points(points: Iterable[KnowledgePoint]) -> Iterator[Problem]:
    """Problems of each point, and ids that stand twice."""
    seen: set[str] = set()
    for point in points:
        yield from _of_one(point)
        if point.point_id in seen:
            yield error(
                point, "编号重复", f"知识点编号“{point.point_id}”出现不止一次", "每条知识点用自己的编号"
            )
        seen.add(point.point_id)


def _of_one(point: KnowledgePoint) -> Iterator[Problem]:
    held = point.__dict__
    if not point.codes:
        yield error(point, "没有代码", f"“{point.name}”没有任何代码", "补上医保目录编码，或删除这条知识点")
    start, end = held.get("effective_from", 0), held.get("effective_to", FOREVER)
    if start >= end:
        yield error(
            point,
            "从不生效",
            f"“{point.name}”失效日期 {date_of(end)} 不晚于生效日期 {date_of(start)}",
            "核对两个日期；确已作废的可以删除",
        )
    yield from _source_problems(point)
    yield from _unknown_words(point)
    form = _CLASS_OR_ITEM if point.by_prefix else FORMS[point.subject]
    matches = form.fullmatch
    for code in point.codes:
        if not matches(code):
            yield error(
                point,
                "代码格式",
                f"代码“{code}”不符合{point.subject.value}的格式",
                "西药 X 共 23 位、中成药 Z 共 20 位、项目 15 位数字、饮片 T 加 9 位；药品类别至少 4 位；核对是否抄错",
                code,
            )
    if isinstance(point, AgeLimit | DiagnosisAge) and point.at_least >= point.below:
        yield error(
            point,
            "年龄上下限",
            f"年龄下限 {point.at_least} 不小于上限 {point.below}",
            "核对两个界限（上限不含）",
        )


def _source_problems(point: KnowledgePoint) -> Iterator[Problem]:
    held = point.__dict__
    source_id = held.get("source_id", "")
    if source_id and source_id not in sources():
        yield error(
            point, "来源未知", f"来源编号“{source_id}”不在来源目录中", "在来源目录登记该文件，或改正编号"
        )
    elif not source_id and not held.get("source_document") and not held.get("demonstration"):
        yield error(
            point, "没有来源", f"“{point.name}”没有来源", "填写来源文件、文号和日期；仅供演示的标明“演示”"
        )


def _unknown_words(point: KnowledgePoint) -> Iterator[Problem]:
    """Words that the rules do not know: a misspelt scope would be judged by nobody."""
    for field in _CLOSED.get(point.slug, ()):
        word = getattr(point, field.name)
        if word and word not in field.one_of:
            what = f"“{point.name}”的{field.label}“{word}”不是可用的词"
            yield error(point, "用词", what, f"可用：{'、'.join(field.one_of)}")
