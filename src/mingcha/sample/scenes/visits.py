"""Faults that show over several visits of one person: stays that follow too soon, visits too many."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mingcha.sample.goods import CONSUMABLE, DRUG
from mingcha.sample.places import PHARMACY
from mingcha.sample.scenes.writing import Circumstances, Writer
from mingcha.sample.script import ADULT, FEMALE, NEAR_MISS, VIOLATION, Play, Truth, Venue, Visit, units

READMITTED = "readmitted-too-soon"
SPLIT_STAYS = "GZ10000204001000"
NIGHTS = 4

# How often within how many days, where the library has no setting: as the rules have it.
FREQUENT = {
    "frequent-stays": ("GZ10000204004000", 90, 4),
    "frequent-visits": ("GZ10000204002000", 30, 20),
    "frequent-purchases": ("GZ10000204003000", 30, 10),
}


def write_visits(writer: Writer) -> None:
    """All plays of faults over several visits."""
    scene = Visits(writer)
    for code in [good.code for good in writer.goods.plain(CONSUMABLE)[:4]]:
        _readmissions(scene, code)
        _frequent_stays(scene, code)
        _frequent_visits(scene, code)
    for code in [good.code for good in writer.goods.plain(DRUG)[:4]]:
        _frequent_purchases(scene, code)


class Visits:
    """Writes plays of several visits that are about no knowledge point."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.consumable = writer.goods.plain(CONSUMABLE)[0].code
        self.drug = writer.goods.plain(DRUG)[0].code

    def stay(self, code: str, after: int = 0, nights: int = NIGHTS, care_type: str = "2101") -> Visit:
        """A stay at a hospital of the second rank, the play's first one or the same again."""
        around = Circumstances(care_type=care_type)
        charges = [self.writer.charge(code, units(1))]
        return self.writer.visit(around, charges, nights=nights, after=after, returning=after > 0)

    def out_patient(self, code: str, after: int, care_type: str = "11") -> Visit:
        """A small out-patient visit."""
        charges = [self.writer.charge(code, units(1))]
        return self.writer.visit(Circumstances(care_type=care_type), charges, company=0, after=after)

    def purchase(self, code: str, after: int) -> Visit:
        """A purchase at a pharmacy."""
        around = Circumstances(care_type="41", venue=Venue(0, PHARMACY), department="Y00")
        charges = [self.writer.charge(code, units(1), blank="drord_dr_codg")]
        return self.writer.visit(around, charges, company=0, after=after)

    def stage(self, rule: str, mechanism: str, planted: str, note: str, visits: Iterable[Visit]) -> None:
        """Add a play whose last visit is the one that is, or nearly is, a fault."""
        *before, last = visits
        truth = Truth(rule, mechanism, False, planted, None, 0, note)
        year = self.writer.year
        ends = max(visit.after + visit.nights for visit in (*before, last))
        staged = (*before, last._replace(truth=truth))
        self.writer.script.add(
            Play(mechanism, planted, staged, year.start + 2, year.end - 2 - ends, FEMALE, ADULT, note)
        )


def _readmissions(scene: Visits, code: str) -> None:
    fault = (SPLIT_STAYS, READMITTED, VIOLATION)
    near = (SPLIT_STAYS, READMITTED, NEAR_MISS)
    days = scene.writer.library.setting(READMITTED, "days", 7)
    first = scene.stay(code)

    def again(interval: int) -> Visit:
        return scene.stay(code, NIGHTS + interval)

    scene.stage(*fault, "出院次日又入院", [first, again(1)])
    scene.stage(*fault, "恰好在设定天数时又入院", [first, again(days)])
    scene.stage(*fault, "出院当日又入院", [first, again(0)])
    scene.stage(*near, "比设定天数多一天", [first, again(days + 1)])
    elsewhere = again(2)._replace(venue=Venue(rank=3), returning=False)
    scene.stage(*near, "转到另一家机构", [first, elsewhere])
    surgery = scene.stay(code, NIGHTS + 2, nights=1, care_type="28")
    scene.stage(*near, "日间手术", [first, surgery])


def _frequent_stays(scene: Visits, code: str) -> None:
    def stay(after: int) -> Visit:
        return scene.stay(code, after)

    _frequent(scene, "frequent-stays", stay, scene.stay(code, 10, nights=1, care_type="28"), "日间手术")


def _frequent_visits(scene: Visits, code: str) -> None:
    def visit(after: int) -> Visit:
        return scene.out_patient(code, after)

    chronic = scene.out_patient(code, 10, care_type="14")
    _frequent(scene, "frequent-visits", visit, chronic, "门诊慢特病")
    _frequent(scene, "frequent-visits", visit, scene.purchase(scene.drug, 10), "药店购药")


def _frequent_purchases(scene: Visits, code: str) -> None:
    def purchase(after: int) -> Visit:
        return scene.purchase(code, after)

    other = scene.out_patient(scene.consumable, 10)
    _frequent(scene, "frequent-purchases", purchase, other, "门诊取药")


def _frequent(scene: Visits, mechanism: str, visit: Callable[[int], Visit], other: Visit, what: str) -> None:
    """Visits evenly spread over the days, as many as allowed, then one more within them or just after.

    Args:
        visit: gives one that counts, so many days after the first.
        other: one that does not count, on the tenth day, and what it is.
    """
    rule, days, allowed = FREQUENT[mechanism]
    days = scene.writer.library.setting(mechanism, "days", days)
    allowed = scene.writer.library.setting(mechanism, "allowed", allowed)
    within = [visit(number * (days - 1) // allowed) for number in range(allowed)]
    fault, near = (rule, mechanism, VIOLATION), (rule, mechanism, NEAR_MISS)
    scene.stage(*fault, "最后一日又一次，超出次数", [*within, visit(days - 1)])
    scene.stage(*near, "隔满天数又一次", [*within, visit(days)])
    instead = sorted([*within[:-1], other], key=lambda one: one.after)
    scene.stage(*near, f"其中一次是{what}", [*instead, visit(days - 1)])
