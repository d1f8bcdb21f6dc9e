"""Drugs of a later step: used at once, after the earlier step, or with a word that it was used elsewhere."""

from __future__ import annotations

from typing import Any

from mingcha.knowledge.kinds.scope import StepDrug
from mingcha.sample.scenes.limits import Limited
from mingcha.sample.scenes.writing import Writer
from mingcha.sample.script import NEAR_MISS, VIOLATION, Charge, Visit, units


def write_steps(writer: Writer) -> None:
    """All plays of drugs by steps."""
    points = writer.library.of(StepDrug)
    for point in points:
        first = next((p.codes[0] for p in points if p.plan == point.plan and p.step < point.step), None)
        around = writer.circumstances(point.codes[0], point)
        if first is not None and around is not None:
            _write(Limited(writer, point, point.codes[0], around), first)


def _write(scene: Limited, first: str) -> None:
    days = scene.writer.library.setting("step-skipped", "days", 180)

    def skipped(note: str, flag: str = "") -> Charge:
        return scene.writer.whole(scene.point, note, scene.line(units(2), first_line=flag))

    def lawful(note: str, flag: str = "") -> Charge:
        return scene.near(units(2), note, first_line=flag)

    def earlier(after: int = 0, **more: Any) -> Visit:
        return scene.visit([scene.writer.charge(first, units(1), **more)], company=0, after=after)

    def later(charge: Charge, after: int = 0) -> Visit:
        return scene.visit([charge], company=0, after=after)

    for flag, note in (("", "没有用过前一阶梯，标志为空"), ("0", "没有用过前一阶梯，标志为否")):
        scene.stage(VIOLATION, note, later(skipped(note, flag)))
    note = "前一阶梯用在回看天数之前"
    scene.stage(VIOLATION, note, earlier(), later(skipped(note), days + 1))
    note = "前一阶梯用在其后"
    scene.stage(VIOLATION, note, later(skipped(note)), earlier(10))
    note = "前一阶梯恰在回看天数之内"
    scene.stage(NEAR_MISS, note, earlier(), later(lawful(note), days))
    note = "历史中没有，标志为是"
    scene.stage(NEAR_MISS, note, later(lawful(note, "1")))
    note = "标志为否而历史中用过"
    scene.stage(NEAR_MISS, note, earlier(), later(lawful(note, "0"), 20))
    note = "同一次就诊合用前一阶梯"
    beside = scene.writer.charge(first, units(1), minute=590)
    scene.stage(NEAR_MISS, note, scene.visit([beside, lawful(note)._replace(minute=640)], company=0))
