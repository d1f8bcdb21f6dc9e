"""Diagnoses and procedures that do not fit the person's sex or age, or one another: coded rows without money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mingcha.knowledge.kinds.coding import (
    CodeList,
    DiagnosisCharge,
    MainDiagnosisLimit,
    ProcedureIndication,
    StayLength,
)
from mingcha.knowledge.kinds.scope import SexLimit
from mingcha.knowledge.point import FOREVER, Subject
from mingcha.sample.goods import SERVICE
from mingcha.sample.scenes.writing import UNRELATED, Circumstances, Writer, coded
from mingcha.sample.script import (
    FEMALE,
    MALE,
    NEAR_MISS,
    VIOLATION,
    Age,
    Charge,
    Coded,
    Visit,
    units,
)


def write_coded(writer: Writer) -> None:
    """All plays of diagnosis and procedure rules."""
    points = [*writer.library.coded(Subject.DIAGNOSIS), *writer.library.coded(Subject.PROCEDURE)]
    for point in points:
        for prefix in point.codes:
            others = [
                other
                for other in points
                if other is not point
                and other.subject is point.subject
                and any(prefix.startswith(code) or code.startswith(prefix) for code in other.codes)
            ]
            if others:
                continue
            if isinstance(point, CodeList | MainDiagnosisLimit):
                _write_code(writer, point, prefix)
            elif isinstance(point, StayLength):
                _write_stay(writer, point, prefix)
            elif isinstance(point, DiagnosisCharge):
                _write_charged(writer, point, prefix)
            else:
                _write(writer, point, prefix)


def _write(writer: Writer, point: Any, prefix: str) -> None:
    days = (max(point.effective_from, writer.year.start), min(point.effective_to, writer.year.end) - 4)
    wrong, lawful = _cases(writer, point)
    for planted, cases in ((VIOLATION, wrong), (NEAR_MISS, lawful)):
        for note, around in cases:
            # A diagnosis or a procedure has no money.
            truth = (
                writer.truth(point, note, amount=0) if planted == VIOLATION else writer.near_miss(point, note)
            )
            writer.play(point, planted, days, around, [_visit(writer, point, prefix, around, truth)], note)


def _write_code(writer: Writer, point: Any, prefix: str) -> None:
    """Plays of points that look at the code itself: is it listed, and does it stand in the right place?"""
    days = (max(point.effective_from, writer.year.start), min(point.effective_to, writer.year.end) - 4)
    around = Circumstances(care_type="2101")
    for planted, note, code, place in _code_cases(point, prefix):
        truth = writer.truth(point, note, amount=0) if planted == VIOLATION else writer.near_miss(point, note)
        visit = _visit(writer, point, code, around, truth, company=1)
        if place:
            visit = visit._replace(diagnoses=visit.diagnoses[::-1])
        writer.play(point, planted, days, around, [visit], note)


def _write_stay(writer: Writer, point: StayLength, prefix: str) -> None:
    """Plays of points that look at how long the stay lasted."""
    stay, clinic = Circumstances(care_type="2101"), Circumstances(care_type="11")
    for planted, note, nights, around, place in (
        (VIOLATION, "比通常多住一天", point.at_most + 1, stay, 0),
        (VIOLATION, "比通常少住一天", point.at_least - 1, stay, 0),
        (NEAR_MISS, "恰好最长", point.at_most, stay, 0),
        (NEAR_MISS, "恰好最短", point.at_least, stay, 0),
        (NEAR_MISS, "只是次要诊断", point.at_most + 1, stay, 1),
        (NEAR_MISS, "门诊", 0, clinic, 0),
    ):
        truth = writer.truth(point, note, amount=0) if planted == VIOLATION else writer.near_miss(point, note)
        visit = _visit(writer, point, prefix, around, truth, company=1)._replace(nights=nights)
        if place:
            visit = visit._replace(diagnoses=visit.diagnoses[::-1])
        days = (
            max(point.effective_from, writer.year.start),
            min(point.effective_to, writer.year.end) - nights - 3,
        )
        writer.play(point, planted, days, around, [visit], note)


def _write_charged(writer: Writer, point: DiagnosisCharge, prefix: str) -> None:
    """Plays of points that look for what a diagnosis must have been charged for."""
    fitting = [code for code in writer.goods if code.startswith(point.items)]
    days = (max(point.effective_from, writer.year.start), min(point.effective_to, writer.year.end) - 6)
    stay, clinic = Circumstances(care_type="2101"), Circumstances(care_type="11")
    # Something else is charged on every such stay: of a bill without lines nothing is known.
    other = [writer.charge(writer.goods.plain(SERVICE)[0].code)]
    given = [*other, *(writer.charge(code, minute=610) for code in fitting[:1])]
    refunded = [*given, writer.charge(given[-1].code, units(-1), minute=660, refund_of=1)]
    for planted, note, around, charges, place in (
        (VIOLATION, "主要诊断没有对应的收费", stay, other, 0),
        (VIOLATION, "其他诊断没有对应的收费", stay, other, 1),
        (VIOLATION, "对应的收费全部退费", stay, refunded, 0),
        (NEAR_MISS, "有对应的收费", stay, given, 0),
        (NEAR_MISS, "其他诊断有对应的收费", stay, given, 1),
        (NEAR_MISS, "门诊没有对应的收费", clinic, other, 0),
    ):
        truth = writer.truth(point, note, amount=0) if planted == VIOLATION else writer.near_miss(point, note)
        visit = _visit(writer, point, prefix, around, truth, company=0, charges=charges)
        if place:
            visit = visit._replace(diagnoses=visit.diagnoses[::-1])
        writer.play(point, planted, days, around, [visit], note)


def _code_cases(point: Any, prefix: str) -> list[tuple[str, str, str, int]]:
    """Planted or not, note, code, and its place among the diagnoses."""
    if isinstance(point, MainDiagnosisLimit):
        code = prefix if len(prefix) > 1 else f"{prefix}20"
        return [(VIOLATION, "作主要诊断", code, 0), (NEAR_MISS, "作其他诊断", code, 1)]
    return [
        (VIOLATION, "编码库中没有", f"{point.listed[0]}X099", 0),
        (NEAR_MISS, "编码库中有", point.listed[-1], 0),
    ]


def _visit(
    writer: Writer,
    point: Any,
    prefix: str,
    around: Circumstances,
    truth: Any,
    company: int = 4,
    charges: Sequence[Charge] = (),
) -> Visit:
    row = coded(prefix)._replace(name=point.name, truth=truth)
    visit = writer.visit(around, charges, company=company, nights=2 if around.care_type != "11" else 0)
    if point.subject is Subject.DIAGNOSIS:
        return visit._replace(diagnoses=(row, UNRELATED))
    return visit._replace(procedures=(row, Coded("99.1800", "电解质注射或输注")))


def _cases(
    writer: Writer, point: Any
) -> tuple[list[tuple[str, Circumstances]], list[tuple[str, Circumstances]]]:
    stay = Circumstances(care_type="2101")
    if isinstance(point, ProcedureIndication):
        fitting = writer.suited(stay._replace(diagnoses=(UNRELATED, coded(point.diagnoses[0]))))
        return (
            [("没有对应的诊断", stay)],
            [("次要诊断对应", fitting), ("诊断缺失", stay._replace(diagnoses=()))],
        )
    if isinstance(point, SexLimit):
        other = FEMALE if point.sex == MALE else MALE
        return (
            [("性别相反", stay._replace(sex=other))],
            [("性别相符", stay._replace(sex=point.sex)), ("性别缺失", stay._replace(sex=""))],
        )
    wrong, lawful = [], [("出生日期缺失", stay._replace(age=None))]
    if point.below < FOREVER:
        wrong.append(("刚满年龄上限", stay._replace(age=Age(point.below, point.unit))))
        # The stay lasts two nights: three days short of the limit on the first day, inside it on the last.
        lawful.append(("未满年龄上限", stay._replace(age=Age(point.below, point.unit, more_days=-3))))
    if point.at_least > 0:
        wrong.append(("未满年龄下限", stay._replace(age=Age(point.at_least, point.unit, more_days=-3))))
        lawful.append(("刚满年龄下限", stay._replace(age=Age(point.at_least, point.unit))))
    return wrong, lawful
