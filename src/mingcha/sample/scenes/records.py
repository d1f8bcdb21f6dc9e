"""Faults of the record itself, which need no knowledge: sums, prices, dates and missing facts."""

from __future__ import annotations

from mingcha.domain.values import PRICE_SCALE
from mingcha.sample.goods import CONSUMABLE, DRUG
from mingcha.sample.places import PHARMACY
from mingcha.sample.scenes.writing import STAY_BEGINS, STAY_ENDS, Circumstances, Writer
from mingcha.sample.script import (
    ADULT,
    FEMALE,
    NEAR_MISS,
    VIOLATION,
    Charge,
    Play,
    Truth,
    Venue,
    Visit,
    units,
)

LINE_RECORDS = "GZ10000201002000"
STAY_DATES = "GZ10000201008000"
AMOUNT, TOTAL, RECORD, OUTSIDE = (
    "amount-mismatch",
    "total-mismatch",
    "line-record-fault",
    "charge-outside-stay",
)
FEN = PRICE_SCALE // 100


def write_records(writer: Writer) -> None:
    """All plays of record faults."""
    scene = Records(writer)
    for code in [good.code for good in writer.goods.plain(CONSUMABLE)[:8]]:
        _amounts(scene, code)
        _totals(scene, code)
        _missing(scene, code)
        _outside(scene, code)


class Records:
    """Writes plays that are about no knowledge point."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer

    def truth(
        self, mechanism: str, planted: str, note: str, amount: int, quantity: int | None = None
    ) -> Truth:
        """The truth of a record fault; all of them are 明确违规."""
        code = STAY_DATES if mechanism == OUTSIDE else LINE_RECORDS
        return Truth(code, mechanism, True, planted, quantity, amount, note)

    def stage(self, mechanism: str, planted: str, note: str, visit: Visit) -> None:
        """Add a play of one visit on any day of the year."""
        last = self.writer.year.end - 1 - max(visit.nights + 1, 1)
        play = Play(mechanism, planted, (visit,), self.writer.year.start + 2, last, FEMALE, ADULT, note)
        self.writer.script.add(play)

    def line(self, mechanism: str, planted: str, note: str, charge: Charge, excess: int) -> None:
        """A play of one out-patient visit whose one odd line is this."""
        charge = charge._replace(truth=self.truth(mechanism, planted, note, excess))
        self.stage(mechanism, planted, note, self.writer.visit(Circumstances(), [charge], company=3))


def _amounts(scene: Records, code: str) -> None:
    charge = scene.writer.charge(code, units(3), 1251 * FEN)
    fault = (AMOUNT, VIOLATION)
    scene.line(*fault, "金额多出十元", charge._replace(amount=charge.billed + 1_000), 1_000)
    scene.line(*fault, "金额多出五分", charge._replace(amount=charge.billed + 5), 5)
    scene.line(*fault, "金额少了两元", charge._replace(amount=charge.billed - 200), 0)
    near = (AMOUNT, NEAR_MISS)
    thirds = scene.writer.charge(code, units(3), 1_670_000)
    scene.line(*near, "单价四舍五入，金额为整", thirds._replace(amount=500), 0)
    scene.line(*near, "单价有四位小数", scene.writer.charge(code, units(3), 3_333_300), 0)
    scene.line(*near, "金额与单价数量相符", charge, 0)


def _totals(scene: Records, code: str) -> None:
    for off, note in ((1_500, "总费用比明细合计多"), (-700, "总费用比明细合计少")):
        visit = scene.writer.visit(Circumstances(), [scene.writer.charge(code, units(2))], company=4)
        # Which line is wrong nobody can say, so no money is claimed.
        truth = scene.truth(TOTAL, VIOLATION, note, 0)
        scene.stage(TOTAL, VIOLATION, note, visit._replace(total_off=off, truth=truth))
    note = "有退费，总费用等于净额"
    billed = [
        scene.writer.charge(code, units(2)),
        scene.writer.charge(code, units(-1), refund_of=0, minute=700),
    ]
    visit = scene.writer.visit(Circumstances(), billed, company=4)
    scene.stage(TOTAL, NEAR_MISS, note, visit._replace(truth=scene.truth(TOTAL, NEAR_MISS, note, 0)))


def _missing(scene: Records, code: str) -> None:
    charge = scene.writer.charge(code, units(2))
    for column, note in (
        ("pric", "单价缺失"),
        ("drord_dept_codg", "开单科室缺失"),
        ("drord_dr_codg", "开单医师缺失"),
    ):
        # Beside a line that states it and is never left out: what no line states is no fault of one.
        beside = scene.writer.charge(code, minute=520)
        missing = charge._replace(blank=column, truth=scene.truth(RECORD, VIOLATION, note, 0))
        scene.stage(RECORD, VIOLATION, note, scene.writer.visit(Circumstances(), [beside, missing]))
    scene.line(RECORD, NEAR_MISS, "规格缺失", charge._replace(blank="spec"), 0)
    note = "药店购药没有开单医师"
    drug = scene.writer.charge(scene.writer.goods.plain(DRUG)[0].code, units(2), blank="drord_dr_codg")
    drug = drug._replace(truth=scene.truth(RECORD, NEAR_MISS, note, 0))
    bought = Circumstances(care_type="41", venue=Venue(0, PHARMACY), department="Y00")
    scene.stage(RECORD, NEAR_MISS, note, scene.writer.visit(bought, [drug], company=1))


def _outside(scene: Records, code: str) -> None:
    nights = 4
    for day, minute, note in (
        (-1, 600, "入院前一日计费"),
        (nights + 1, 600, "出院次日计费"),
        (nights + 2, 615, "出院后第二日计费"),
    ):
        _stay(scene, code, day, minute, note, VIOLATION)
    _stay(scene, code, 0, STAY_BEGINS - 60, "入院当日、入院时刻之前", NEAR_MISS)
    _stay(scene, code, nights, STAY_ENDS + 60, "出院当日、出院时刻之后", NEAR_MISS)


def _stay(scene: Records, code: str, day: int, minute: int, note: str, planted: str) -> None:
    charge = scene.writer.charge(code, units(1), day=day, minute=minute)
    excess, quantity = (charge.billed, charge.quantity) if planted == VIOLATION else (0, 0)
    charge = charge._replace(truth=scene.truth(OUTSIDE, planted, note, excess, quantity))
    around = Circumstances(care_type="2101")
    scene.stage(OUTSIDE, planted, note, scene.writer.visit(around, [charge], company=5, nights=4))
