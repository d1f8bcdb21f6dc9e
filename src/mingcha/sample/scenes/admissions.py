"""Stays that ought not to be: too short or too long, idle in bed, for an ailment that needs no bed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mingcha.domain.values import PRICE_SCALE
from mingcha.sample.goods import SERVICE
from mingcha.sample.scenes.writing import Circumstances, Writer
from mingcha.sample.script import (
    ADULT,
    FEMALE,
    NEAR_MISS,
    VIOLATION,
    Charge,
    Coded,
    Play,
    Truth,
    Visit,
    units,
)

LENGTH = ("MC10000402005000", "stay-length-unusual")
IDLE = ("MC10000402007000", "idle-stay")
LOW_STANDARD = ("GZ10000204005000", "low-standard-admission")
LIGHT, GRAVE = Coded("R51.x00", "头痛"), Coded("I63.900", "脑梗死")
TEST, NURSING, TREATMENT = "04", "07", "05"


def write_admissions(writer: Writer) -> None:
    """All plays of stays that ought not to be."""
    scene = Admissions(writer)
    for number in range(3):
        scene.turn = number
        _lengths(scene)
        _idle(scene)
        _low_standard(scene)


class Admissions:
    """Writes plays of one stay whose truth stands on the stay."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.turn = 0
        services = writer.goods.plain(SERVICE)
        self._of_type = {
            kind: [good.code for good in services if good.charge_type == kind]
            for kind in (TEST, NURSING, TREATMENT)
        }

    def setting(self, mechanism: str, name: str, default: int) -> int:
        """The number that a mechanism's setting has everywhere."""
        return self.writer.library.setting(mechanism, name, default)

    def charge(self, kind: str, day: int = 0, yuan: int = 20) -> Charge:
        """A plain service of a 收费类别 on a day of the stay, at a price in yuan."""
        code = self._of_type[kind][self.turn % len(self._of_type[kind])]
        return self.writer.charge(code, units(1), yuan * PRICE_SCALE, day=day)

    def stay(self, charges: Sequence[Charge], nights: int, care_type: str = "2101") -> Visit:
        """A stay with these charges and no other."""
        return self.writer.visit(Circumstances(care_type=care_type), charges, company=0, nights=nights)

    def stage(self, rule: tuple[str, str], planted: str, note: str, visit: Visit) -> None:
        """Add a play of the one stay."""
        code, mechanism = rule
        visit = visit._replace(truth=Truth(code, mechanism, False, planted, None, 0, note))
        year = self.writer.year
        last = year.end - 2 - visit.nights
        self.writer.script.add(Play(mechanism, planted, (visit,), year.start + 2, last, FEMALE, ADULT, note))


def _lengths(scene: Admissions) -> None:
    shortest = scene.setting(LENGTH[1], "shortest", 1)
    longest = scene.setting(LENGTH[1], "longest", 180)

    def stay(nights: int, care_type: str = "2101") -> Visit:
        return scene.stay([scene.charge(TREATMENT)], nights, care_type)

    scene.stage(LENGTH, VIOLATION, "当日入院、当日出院", stay(shortest - 1))
    scene.stage(LENGTH, VIOLATION, "比最长天数多一天", stay(longest + 1))
    scene.stage(LENGTH, NEAR_MISS, "恰好最短天数", stay(shortest))
    scene.stage(LENGTH, NEAR_MISS, "恰好最长天数", stay(longest))
    scene.stage(LENGTH, NEAR_MISS, "当日出院的日间手术", stay(shortest - 1, "28"))
    scene.stage(LENGTH, NEAR_MISS, "当日转院", stay(shortest - 1)._replace(discharge_way="2"))


def _idle(scene: Admissions) -> None:
    allowed = scene.setting(IDLE[1], "idle_days", 7)
    nights = allowed + 3

    def stay(active: int, of: int = nights, care_type: str = "2101") -> Visit:
        nursing = [scene.charge(NURSING, day) for day in range(of)]
        return scene.stay([*nursing, *_daily(scene, active)], of, care_type)

    scene.stage(IDLE, VIOLATION, "只有两天有诊疗", stay(2))
    scene.stage(IDLE, VIOLATION, "整个住院没有诊疗", stay(0, allowed + 1))
    scene.stage(IDLE, NEAR_MISS, "只记护理的恰好为设定天数", stay(3))
    scene.stage(IDLE, NEAR_MISS, "住院天数恰好为设定天数", stay(0, allowed))


def _daily(scene: Admissions, days: int) -> Iterator[Charge]:
    for day in range(days):
        yield scene.charge(TREATMENT, day)
        yield scene.charge(TEST, day)


def _low_standard(scene: Admissions) -> None:
    share = scene.setting(LOW_STANDARD[1], "treated_below", 20)

    def stay(treated: int, *diagnoses: Coded) -> Visit:
        charges = [scene.charge(TEST, 0, 100 - treated)]
        charges += [scene.charge(TREATMENT, 1, treated)] if treated else []
        return scene.stay(charges, 2)._replace(diagnoses=diagnoses)

    scene.stage(LOW_STANDARD, VIOLATION, "头痛住院只做化验", stay(0, LIGHT))
    scene.stage(LOW_STANDARD, VIOLATION, "治疗占比差一个百分点", stay(share - 1, LIGHT))
    scene.stage(LOW_STANDARD, NEAR_MISS, "治疗占比恰好为下限", stay(share, LIGHT))
    scene.stage(LOW_STANDARD, NEAR_MISS, "另有重症诊断", stay(0, LIGHT, GRAVE))
