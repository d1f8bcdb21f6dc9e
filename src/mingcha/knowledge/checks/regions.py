"""Regions: points of a narrower region that say nothing new, or that silence the wider one by accident."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from mingcha.domain.item_codes import beginnings
from mingcha.knowledge.checks.overlap import limit_of
from mingcha.knowledge.checks.problem import Problem, Severity, between, error, together
from mingcha.knowledge.point import KnowledgePoint, Status

_REGION = re.compile(r"([0-9]{2}){1,3}")
_WAITING = (Status.NEEDS_MAPPING, Status.NEEDS_SETTING, Status.ENDED)


def of_regions(points: Sequence[KnowledgePoint]) -> Iterator[Problem]:
    """Faults between a region and those it lies in."""
    narrow = [point for point in points if point.region]
    for point in narrow:
        if not _REGION.fullmatch(point.region):
            yield error(
                point,
                "地区格式",
                f"“{point.name}”的适用地区“{point.region}”不是行政区划前缀",
                "写成 2、4 或 6 位数字，如 35、3501、350102；全国留空",
            )
    if narrow:
        yield from _against_wider(points, narrow)


def _against_wider(points: Sequence[KnowledgePoint], narrow: Sequence[KnowledgePoint]) -> Iterator[Problem]:
    named = {(point.rule_code, code, point.parallel) for point in narrow for code in point.codes}
    by_code: dict[Any, list[KnowledgePoint]] = defaultdict(list)
    for point in points:
        for code in point.codes:
            key = (point.rule_code, code, point.parallel)
            if key in named:
                by_code[key].append(point)
    found: dict[tuple[KnowledgePoint, KnowledgePoint], list[str]] = defaultdict(list)
    for point in narrow:
        for code in point.codes:
            wider = _next_wider(point, by_code[point.rule_code, code, point.parallel])
            if wider is not None:
                found[point, wider].append(code)
    for (point, wider), codes in found.items():
        yield from _between(point, wider, codes)
    yield from _parts_of_classes(points, narrow)


def _parts_of_classes(
    points: Sequence[KnowledgePoint], narrow: Sequence[KnowledgePoint]
) -> Iterator[Problem]:
    """A narrower region's point replaces a class as a whole or not at all: of a part of it both would judge."""
    classes: dict[Any, list[KnowledgePoint]] = defaultdict(list)
    for point in points:
        if point.by_prefix:
            for code in point.codes:
                classes[point.rule_code, code, point.parallel].append(point)
    for point in narrow:
        for code in point.codes if point.by_prefix else ():
            for begin in beginnings(code):
                wider = _next_wider(point, classes.get((point.rule_code, begin, point.parallel), ()))
                if wider is not None:
                    yield between(
                        Severity.ERROR,
                        "地区只改了类别的一部分",
                        (point, wider),
                        [code],
                        f"地区 {point.region} 的“{point.name}”只写了“{wider.name}”（{begin}）中的一部分，两条都会判断",
                        "地区的一条写上同样的类别，或把较宽的一条拆成几类",
                    )


def _next_wider(point: KnowledgePoint, beside: Sequence[KnowledgePoint]) -> KnowledgePoint | None:
    """The point that would judge in this region if this one were not there."""
    wider = [
        other
        for other in beside
        if len(other.region) < len(point.region)
        and point.region.startswith(other.region)
        and together(point, other)
    ]
    return max(wider, key=lambda other: len(other.region), default=None)


def _between(point: KnowledgePoint, wider: KnowledgePoint, codes: Sequence[str]) -> Iterator[Problem]:
    here, there = f"地区 {point.region}", f"{wider.region or '全国'}"
    if point.status in _WAITING and wider.status not in _WAITING:
        yield between(
            Severity.ERROR,
            "地区遮蔽",
            (point, wider),
            codes,
            f"在{here}由“{point.name}”代替（{there}的“{wider.name}”不再判断），而它{point.status}，结果无人判断",
            "补全这条地区知识点，或停用它",
        )
    elif limit_of(point) == limit_of(wider) and point.certainty == wider.certainty:
        yield between(
            Severity.WARNING,
            "地区多余",
            (point, wider),
            codes,
            f"在{here}的“{point.name}”与{there}的相同，没有改变什么",
            "停用地区的一条；确有不同的改正限定值",
        )
