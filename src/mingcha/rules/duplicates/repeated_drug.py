"""重复开药：同一成分或同一药理类别的药品，用药时间重叠。

## 检查什么
同一参保人在门诊、药店取得的药品中，同一知识点（同成分或同药理类别）的两种药品，或不同处方的同一种药品，用药期重叠的天数超过允许天数。
知识点可以列出全码，也可以只写医保药品代码的开头：西药前 6 位是药理类别（如 XA10BK），前 10 位是成分；新代码自动归入。
用药期自开药日起，长短为上传的周期天数；没有上传的，由数量、规格、单次剂量和频次算出。跨就诊、跨机构比较，报在后开的一笔。

## 为何违规
疗效相同的药品同时使用没有必要，并增加不良反应；先作可疑，听取机构说明。超出数量按重叠天数占用药期的比例折算，向下取整。

## 不报什么
重叠恰好等于允许天数的；同一处方内同一种药品分两行的；两者给药途径已知而不同的；先开的已退费的；
住院期间的用药（含出院带药），按日计费，不作比较；天数既没有上传也算不出的，记为“无法判断”。已判为重复的部分不再使后面的药品成为重复。

## 处理建议
核对两张处方的开具医师与用药目的；换药、遗失补开或联合用药确有依据的上传说明，其余退回重叠部分。
允许重叠的天数没有全国统一值，缺省七天（提前取药），各地可另行设定。
"""

from typing import Any, NamedTuple

from mingcha.domain.claims import Line
from mingcha.knowledge.kinds.medication import DrugClass
from mingcha.rules.base import Grain, Group, ItemRule, LineFacts, Verdicts
from mingcha.rules.settings import setting
from mingcha.rules.supply import dispensed, more_than, part_of, same_prescription


class Course(NamedTuple):
    """A line in use up to a day (not included), by a way that may be unknown."""

    line: LineFacts
    until: int
    route: str | None


class RepeatedDrug(ItemRule[DrugClass]):
    slug, version, since = "repeated-drug", 1, "0.1.0"
    title = "重复开药"
    grain = Grain.PERSON
    legal_basis = ("fund-regulation", "rules-2025", "prescription-measures")
    reads = (Line.course_days, Line.route)
    when = dispensed
    only_if = more_than(DrugClass.overlap_days)
    value, limit = Line.course_days, DrugClass.overlap_days
    message = "{item} 与在用的同{alike_by}药品重叠 {value}，允许 {limit}"

    overlap_days: Any = setting(7, label="允许重叠天数", unit="天", at_least=0, at_most=90)

    def judge(self, group: Group[DrugClass], point: DrugClass) -> Verdicts:
        in_use: list[Course] = []
        for line in group.lines:
            lasting, route = group.read(line, Line.course_days), group.read(line, Line.route)
            beside = [course for course in in_use if _another(course, line, route)]
            longest = max(beside, key=lambda course: course.until, default=None)
            overlap = 0 if longest is None else max(0, min(longest.until - line.day, lasting))
            excess = overlap if overlap > point.overlap_days else 0
            in_use.append(Course(line, line.day + lasting - excess, route))
            if excess and longest is not None:
                yield group.violates(
                    line,
                    excess=part_of(line.quantity, excess, lasting),
                    excess_amount=part_of(line.amount, excess, lasting),
                    value=overlap,
                    limit=point.overlap_days,
                    related=[longest.line],
                )

    def evidence(self, value: Any, limit: Any, _point: Any) -> tuple[str | None, str | None]:
        return f"{value}天", f"{limit}天"


def _another(course: Course, line: LineFacts, route: str | None) -> bool:
    """Whether a course in use is not of the same drug and prescription as this line, nor by another way."""
    if course.line.item == line.item and same_prescription(course.line, line):
        return False
    return course.route is None or route is None or course.route == route
