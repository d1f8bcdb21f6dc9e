"""Drugs dispensed while the same is still in use, or while enough of it is left at home."""

from __future__ import annotations

from typing import Any

from mingcha.knowledge.kinds.limits import SupplyLimit
from mingcha.knowledge.kinds.medication import DrugClass
from mingcha.sample.goods import DRUG
from mingcha.sample.scenes.limits import Limited
from mingcha.sample.scenes.writing import Circumstances, Writer
from mingcha.sample.script import (
    ADULT,
    FEMALE,
    NEAR_MISS,
    VIOLATION,
    Charge,
    Dosing,
    Play,
    Truth,
    Visit,
    units,
)

MONTH = 30
TAKE_HOME, TAKEN_HOME = "MC10000404002000", "take-home-over-days"


def write_supplies(writer: Writer) -> None:
    """All plays of repeated and left-over medication, and of drugs taken home."""
    for kind, write in ((DrugClass, _repeated), (SupplyLimit, _left)):
        for point in writer.library.of(kind):
            around = writer.circumstances(point.codes[0], point)
            if around is not None and len(point.codes) > 1:
                write(_Supplied(writer, point, point.codes[0], around))

    for good in writer.goods.plain(DRUG)[:4]:
        _taken_home(writer, good.code)


def _taken_home(writer: Writer, code: str) -> None:
    """Drugs of a stay, taken home for longer than the region allows."""
    allowed = writer.library.setting(TAKEN_HOME, "days", 30)

    def stage(planted: str, note: str, days: int, excess: int = 0, **more: Any) -> None:
        told = {"supply_days": days, "dosing": Dosing(take_home="1"), **more}
        charge = writer.charge(code, units(days), day=2, **told)
        truth = Truth(
            TAKE_HOME, TAKEN_HOME, False, planted, units(excess), charge.billed * excess // days, note
        )
        visit = writer.visit(Circumstances(care_type="2101"), [charge._replace(truth=truth)], nights=3)
        days_of_play = (writer.year.start + 2, writer.year.end - 6)
        writer.script.add(Play(TAKEN_HOME, planted, (visit,), *days_of_play, FEMALE, ADULT, note))

    for over in (1, 15):
        stage(VIOLATION, f"出院带药超过 {over} 天", allowed + over, over)
    stage(NEAR_MISS, "出院带药恰好为设定天数", allowed)
    stage(NEAR_MISS, "标志为不是出院带药", 3 * allowed, dosing=Dosing(take_home="0"))
    stage(NEAR_MISS, "出院带药而天数算不出", 3 * allowed, supply_days=None)


class _Supplied(Limited):
    """Writes plays about one drug and another of the same point, dispensed for so many days."""

    @property
    def other(self) -> str:
        return str(self.point.codes[1])

    def bought(self, code: str, days: int = MONTH, *, excess: int = 0, note: str = "", **more: Any) -> Charge:
        """One unit a day; so many of the days are in excess, or, with a note alone, just none."""
        charge = self.writer.charge(code, units(days), **{"supply_days": days, **more})
        if excess:
            amount = charge.billed * excess // days
            return charge._replace(
                truth=self.writer.truth(self.point, note, excess=units(excess), amount=amount)
            )
        return charge._replace(truth=self.writer.near_miss(self.point, note)) if note else charge

    def at(self, after: int, *charges: Charge, **more: Any) -> Visit:
        return self.visit(charges, after=after, company=0, **more)

    def plant(self, note: str, *visits: Visit) -> None:
        self.stage(VIOLATION, note, *visits)

    def spare(self, note: str, *visits: Visit) -> None:
        self.stage(NEAR_MISS, note, *visits)


def _repeated(scene: _Supplied) -> None:
    one, other, allowed = scene.code, scene.other, scene.point.overlap_days
    first = scene.at(0, scene.bought(one))
    note = "用药期内又开同类的另一种"
    scene.plant(note, first, scene.at(10, scene.bought(other, excess=20, note=note)))
    note = "又开同一种药品，重叠多一天"
    last = scene.at(MONTH - allowed - 1, scene.bought(one, excess=allowed + 1, note=note))
    scene.plant(note, first, last)
    note = "同一处方两种同类药品"
    both = [scene.bought(one, 14, minute=600), scene.bought(other, 14, excess=14, note=note, minute=640)]
    scene.plant(note, scene.at(0, *both))
    note = "天数未填，由数量、规格、剂量和频次算出"
    pack = scene.writer.charge(one, units(1), dosing=Dosing("1片", "qd", "口服", "10mg*28片/盒"))
    scene.plant(note, scene.at(0, pack), scene.at(10, scene.bought(other, excess=18, note=note)))
    note = "重叠恰好等于允许天数"
    scene.spare(note, first, scene.at(MONTH - allowed, scene.bought(other, note=note)))
    note = "同一处方同一种药品分两行"
    twice = [scene.bought(one, minute=600), scene.bought(one, note=note, minute=640)]
    scene.spare(note, scene.at(0, *twice))
    note = "给药途径不同"
    by_mouth = scene.bought(one, dosing=Dosing(way="口服"))
    scene.spare(
        note, scene.at(0, by_mouth), scene.at(5, scene.bought(other, note=note, dosing=Dosing(way="外用")))
    )
    note = "已判为重复的部分不使后面的重复"
    flagged = scene.at(10, scene.bought(other, excess=20, note="用药期内又开同类的另一种"))
    scene.plant(note, first, flagged, scene.at(MONTH - allowed, scene.bought(one)))
    _beside(scene, allowed)


def _left(scene: _Supplied) -> None:
    one, other, allowed = scene.code, scene.other, scene.point.left_days
    first = scene.at(0, scene.bought(one, allowed + MONTH))
    for code, note in ((one, "药量尚足又开同一药品"), (other, "药量尚足又开同成分的另一规格")):
        scene.plant(note, first, scene.at(20, scene.bought(code, excess=10, note=note)))
    note = "每次提前二十天，积少成多"
    times = allowed // 20 + 1
    early = [scene.at(10 * number, scene.bought(one)) for number in range(times)]
    scene.plant(note, *early, scene.at(10 * times, scene.bought(one, excess=20 * times - allowed, note=note)))
    note = "剩余恰好等于允许天数"
    scene.spare(note, first, scene.at(MONTH, scene.bought(one, note=note)))
    note = "同一处方两种规格合为一次开药"
    both = [scene.bought(one, allowed + MONTH, minute=600), scene.bought(other, note=note, minute=640)]
    scene.spare(note, scene.at(0, *both))
    note = "已判超出的天数不再计入剩余"
    flagged = scene.at(1, scene.bought(one, 7, excess=7, note="药量尚足又开同一药品"))
    scene.plant(note, first, flagged, scene.at(MONTH, scene.bought(one)))
    _beside(scene, allowed)


def _beside(scene: _Supplied, allowed: int) -> None:
    """What neither rule looks at: what was given back, what a stay used, what nobody can count in days."""
    one, long = scene.code, allowed + MONTH
    note = "先开的已退费"
    back = scene.writer.charge(one, -units(long), minute=700, refund_of=0)
    returned = scene.at(0, scene.bought(one, long, minute=600), back)
    scene.spare(note, returned, scene.at(5, scene.bought(one, note=note)))
    note = "住院期间的用药不比较"
    stay = scene.at(0, scene.bought(one, long), stay=True, nights=3)
    scene.spare(note, stay, scene.at(12, scene.bought(one, note=note)))
    note = "天数算不出"
    untold = scene.bought(one, note=note, supply_days=None, dosing=Dosing("遵医嘱", "qd"))
    scene.spare(note, scene.at(0, scene.bought(one, long)), scene.at(5, untold))
