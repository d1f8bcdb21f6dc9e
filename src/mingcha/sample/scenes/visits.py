"""Faults that show over several visits of one person: stays that follow too soon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mingcha.sample.goods import CONSUMABLE
from mingcha.sample.scenes.writing import Circumstances, Writer
from mingcha.sample.script import ADULT, FEMALE, NEAR_MISS, VIOLATION, Play, Truth, Venue, Visit, units

READMITTED = "readmitted-too-soon"
SPLIT_STAYS = "GZ10000204001000"
NIGHTS = 4


def write_visits(writer: Writer) -> None:
    """All plays of faults over several visits."""
    scene = Visits(writer)
    for code in [good.code for good in writer.goods.plain(CONSUMABLE)[:4]]:
        _readmissions(scene, code)


class Visits:
    """Writes plays of several visits that are about no knowledge point."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer

    def stay(self, code: str, after: int = 0, nights: int = NIGHTS, care_type: str = "2101") -> Visit:
        """A stay at a hospital of the second rank, the play's first one or the same again."""
        around = Circumstances(care_type=care_type)
        charges = [self.writer.charge(code, units(1))]
        return self.writer.visit(around, charges, nights=nights, after=after, returning=after > 0)

    def stage(self, rule: str, mechanism: str, planted: str, note: str, visits: Iterable[Visit]) -> None:
        """Add a play whose last visit is the one that is, or nearly is, a fault."""
        *before, last = visits
        truth = Truth(rule, mechanism, False, planted, None, 0, note)
        year = self.writer.year
        ends = max(visit.after + visit.nights for visit in (*before, last))
        staged = (*before, replace(last, truth=truth))
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
    elsewhere = replace(again(2), venue=Venue(rank=3), returning=False)
    scene.stage(*near, "转到另一家机构", [first, elsewhere])
    surgery = scene.stay(code, NIGHTS + 2, nights=1, care_type="28")
    scene.stage(*near, "日间手术", [first, surgery])
    overlapping = scene.stay(code, NIGHTS - 2)
    scene.stage(*near, "两次住院日期重叠", [first, overlapping])
