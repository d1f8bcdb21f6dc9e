"""Institutions that stand out: by a share or a rate among their peers, or by what they billed beyond their stock.

Each mechanism has hospitals of its own, one a city: the first stands out, the second lies just at the threshold, the
others are their peers. All of it happens within the first whole quarter of the year.
"""

from __future__ import annotations

from datetime import date

from mingcha.domain.values import PRICE_SCALE, date_of, day_of
from mingcha.knowledge.kinds.capacity import DeviceCapacity, WorkTime
from mingcha.sample.goods import CONSUMABLE, DRUG, SERVICE
from mingcha.sample.places import COUNTED_PHARMACY, DEVICES, OBSERVED, OBSERVED_CITIES, WITH_DEVICES
from mingcha.sample.scenes.writing import UNRELATED, Circumstances, Writer
from mingcha.sample.script import (
    ADULT,
    FEMALE,
    NEAR_MISS,
    VIOLATION,
    After,
    Charge,
    Coded,
    Paper,
    Play,
    Truth,
    Venue,
    Visit,
    units,
)

CT, MAGNETIC_RESONANCE, LABORATORY = "002103000010000", "002102000010000", "002503000010000"
DRUGS = ("XV08ZZZ001A001010000001", "XV08ZZZ002A001010000002")
CONSUMABLES = ("C9700000000000000001", "C9700000000000000002")
INFECTED = Coded("Y95.x00", "院内情况")
VISITS, STAYS = 8, 10
# Where the library has no setting: three minutes a patient round the clock, as the rule has it.
A_DOCTORS_DAY = 480
FIRST, SECOND = OBSERVED_CITIES[:2]
COUNTED = Circumstances(venue=Venue(2, OBSERVED["stock"]))
COUNTER = Circumstances(care_type="41", venue=Venue(0, COUNTED_PHARMACY), department="Y00")


def write_institutions(writer: Writer) -> None:
    """All plays of whole institutions, with the records of their stock."""
    scene = Institutions(writer)
    plain = {kind: writer.goods.plain(kind)[0].code for kind in (DRUG, SERVICE, CONSUMABLE)}
    scene.shares("ZB10000205001000", "drug-share", plain[DRUG], LABORATORY)
    scene.shares("ZB10000205002000", "examination-share", LABORATORY, plain[SERVICE])
    scene.shares("ZB10000205003000", "consumable-share", plain[CONSUMABLE], plain[DRUG])
    scene.shares("ZB10000205004000", "treatment-share", plain[SERVICE], plain[DRUG])
    scene.shares("ZB10000205005000", "ct-share", CT, LABORATORY)
    scene.shares("ZB10000205006000", "magnetic-resonance-share", MAGNETIC_RESONANCE, LABORATORY)
    scene.infections("ZB10000205007000", "hospital-infection-rate", plain[DRUG])
    scene.readmissions("ZB10000205008000", "unplanned-readmission-rate", plain[DRUG])
    scene.doctors("MC10000403010000", "doctor-day-over-capacity", plain[DRUG])
    scene.stock("GZ10000202001000", "drug-stock-shortfall", DRUGS, OBSERVED_CITIES[:2])
    scene.stock("GZ10000202001000", "drug-stock-shortfall", DRUGS, OBSERVED_CITIES[:2], COUNTER)
    scene.stock("GZ10000203001000", "consumable-stock-shortfall", CONSUMABLES, OBSERVED_CITIES[2:4])
    scene.executors("MC10000403011000", "executor-day-over-time")
    scene.devices("MC10000403012000", "device-day-over-capacity")


class Institutions:
    """Writes plays that are staged together and make up the figures of whole institutions."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.begin = first_quarter(writer.year.start)

    def shares(self, rule: str, mechanism: str, code: str, other: str) -> None:
        """A person a hospital comes eight times; the code makes 98, 97 or 2 yuan of every hundred."""
        for city in OBSERVED_CITIES:
            yuan = {FIRST: 98, SECOND: 97}.get(city, 2)
            charges = [_charge(code, yuan), _charge(other, 100 - yuan)]
            visits = [self._visit(mechanism, city, charges, after=6 * number) for number in range(VISITS)]
            self._stage(rule, mechanism, city, visits)

    def infections(self, rule: str, mechanism: str, code: str) -> None:
        """Ten stays a hospital, four or three of them with a hospital infection at the first two."""
        for city in OBSERVED_CITIES:
            infected = {FIRST: 4, SECOND: 3}.get(city, 0)
            for number in range(STAYS):
                stay = self._stay(mechanism, city, code, 4 * number)
                if number < infected:
                    stay = stay._replace(diagnoses=(UNRELATED, INFECTED))
                self._stage(rule, mechanism, city, [stay], telling=number == 0)

    def readmissions(self, rule: str, mechanism: str, code: str) -> None:
        """Ten stays a hospital, of which four or three are followed by another; at a peer as planned."""
        for place, city in enumerate(OBSERVED_CITIES):
            pairs = {FIRST: 4}.get(city, 3 if place < 3 else 0)
            plan = "1" if place < 2 else "2"
            for number in range(STAYS - pairs):
                stays = [self._stay(mechanism, city, code, 0, plan=plan)]
                if number < pairs:
                    stays.append(self._stay(mechanism, city, code, 20, plan="1"))
                self._stage(rule, mechanism, city, stays, telling=number == 0)

    def doctors(self, rule: str, mechanism: str, code: str) -> None:
        """One doctor sees a patient more than is possible on a day, another just as many as are."""
        most = self.writer.library.setting(mechanism, "at_most", A_DOCTORS_DAY)
        for city, seen in ((FIRST, most + 1), (SECOND, most)):
            for number in range(seen):
                visit = self._visit(mechanism, city, [_charge(code, 20)])._replace(doctor=0)
                self._stage(rule, mechanism, city, [visit], telling=number == 0)

    def stock(
        self,
        rule: str,
        mechanism: str,
        codes: tuple[str, str],
        cities: tuple[str, ...],
        around: Circumstances = COUNTED,
    ) -> None:
        """Twenty packs could be used; with the tolerance twenty-one may be billed, and twenty-two are."""
        for city, code, billed in zip(cities, codes, (22, 21), strict=True):
            charges = [
                _charge(code, 5, units(billed // 2)),
                _charge(code, 5, units(billed - billed // 2)),
            ]
            here = around._replace(venue=around.venue._replace(cities=(city,)))
            visits = [
                self.writer.visit(here, [one], company=0, after=9 * number)
                for number, one in enumerate(charges)
            ]
            visits[0] = visits[0]._replace(papers=_records(code))
            self._together(rule, mechanism, VIOLATION if billed > 21 else NEAR_MISS, visits, telling=True)

    def executors(self, rule: str, mechanism: str) -> None:
        """The first item that somebody carries out, so often that a day is a little too short, or just long enough."""
        for point in self.writer.library.of(WorkTime)[:1]:
            enough = 24 * 60 // point.minutes
            around = {FIRST: enough + 1, SECOND: enough}
            for city, times in around.items():
                venue = Venue(2, OBSERVED[mechanism], (city,))
                self._often(rule, mechanism, venue, point.codes[0], times, most=enough)

    def devices(self, rule: str, mechanism: str) -> None:
        """At one hospital once more than its machines can do, at another just as often."""
        for point in self.writer.library.of(DeviceCapacity):
            enough = point.machines * point.hours * 60 // point.minutes
            for city, number in DEVICES.items():
                if point.institution_id == number and point.codes[0] == self._first_of(number):
                    venue = Venue(2, WITH_DEVICES, (city,))
                    times = enough + (city == FIRST)
                    self._often(rule, mechanism, venue, point.codes[0], times, most=enough)

    def _first_of(self, institution: str) -> str:
        points = self.writer.library.of(DeviceCapacity)
        return next(str(point.codes[0]) for point in points if point.institution_id == institution)

    def _often(self, rule: str, mechanism: str, venue: Venue, code: str, times: int, *, most: int) -> None:
        charges = [
            _charge(code, 20, units(part))._replace(executor=f"X{venue.cities[0]}")
            for part in (times // 2, times - times // 2)
        ]
        visit = self.writer.visit(Circumstances(venue=venue), charges, company=0)
        self._together(rule, mechanism, VIOLATION if times > most else NEAR_MISS, [visit], telling=True)

    def _visit(self, mechanism: str, city: str, charges: list[Charge], **more: int) -> Visit:
        around = Circumstances(venue=Venue(2, OBSERVED[mechanism], (city,)))
        return self.writer.visit(around, charges, company=0, **more)

    def _stay(self, mechanism: str, city: str, code: str, after: int, plan: str = "") -> Visit:
        around = Circumstances(care_type="2101", venue=Venue(2, OBSERVED[mechanism], (city,)))
        visit = self.writer.visit(around, [_charge(code, 90)], company=0, after=after, nights=2)
        said = (Paper("stay-outcomes", (("dscg_31days_rinp_flag", plan),)),) if plan else ()
        return visit._replace(papers=said)

    def _stage(
        self, rule: str, mechanism: str, city: str, visits: list[Visit], *, telling: bool = True
    ) -> None:
        planted = {FIRST: VIOLATION, SECOND: NEAR_MISS}.get(city, "")
        self._together(rule, mechanism, planted, visits, telling=telling and bool(planted))

    def _together(
        self, rule: str, mechanism: str, planted: str, visits: list[Visit], *, telling: bool
    ) -> None:
        """Stage visits of one person; the telling ones bear the truth about their institution."""
        if telling:
            note = "超过界限的机构" if planted == VIOLATION else "恰在界限上的机构"
            truth = Truth(rule, mechanism, False, planted, None, None, note, of_institution=True)
            visits = [visits[0]._replace(truth=truth), *visits[1:]]
        first = visits[0].after
        moved = tuple(visit._replace(after=visit.after - first) for visit in visits)
        day = self.begin + 3 + first
        self.writer.script.together.append(Play(mechanism, planted, moved, day, day, FEMALE, ADULT))


def first_quarter(start: int) -> int:
    """The first day of the first quarter that lies wholly after the beginning of the year that the city lives."""
    first = date_of(start)
    year, month = first.year, (first.month - 1) // 3 * 3 + 1
    if first > date(year, month, 1):
        year, month = (year + 1, 1) if month == 10 else (year, month + 3)
    return day_of(date(year, month, 1))


def _charge(code: str, yuan: int, quantity: int = units(1)) -> Charge:
    return Charge(code, quantity, yuan * PRICE_SCALE)


def _records(code: str) -> tuple[Paper, ...]:
    """Ten packs, thirty bought, two sent back, five destroyed, ten sold to self-payers, three left: twenty to be used.

    Of what was destroyed and sold a part was counted in single pieces, twenty-four a pack since this year.
    """
    item = (("med_list_codg", code), ("fixmedins_bchno", f"B{code[-6:]}"))
    rows = (
        ("stock-counts", (("invdate", After(-3)), ("inv_cnt", "10"))),
        ("stock-counts", (("invdate", After(57)), ("inv_cnt", "3"))),
        ("purchases", (("purc_retn_stoin_time", After(2)), ("purc_retn_cnt", "30"), ("returned", "0"))),
        ("purchases", (("purc_retn_stoin_time", After(6)), ("purc_retn_cnt", "2"), ("returned", "1"))),
        (
            "stock-changes",
            (("inv_chg_time", After(9)), ("cnt", "2"), ("inv_chg_type", "105"), ("trdn_flag", "0")),
        ),
        (
            "stock-changes",
            (("inv_chg_time", After(10)), ("cnt", "72"), ("inv_chg_type", "105"), ("trdn_flag", "1")),
        ),
        ("sales", (("sel_retn_time", After(12)), ("sel_retn_cnt", "9"), *_SELF_PAID, ("trdn_flag", "0"))),
        ("sales", (("sel_retn_time", After(13)), ("sel_retn_cnt", "24"), *_SELF_PAID, ("trdn_flag", "1"))),
    )
    packs = (
        Paper(
            "pack-factors",
            (item[0], ("conv_ratio", "12"), ("begndate", After(-3000)), ("enddate", After(-20))),
        ),
        Paper("pack-factors", (item[0], ("conv_ratio", "24"), ("begndate", After(-19)))),
    )
    return (*(Paper(table, (*item, *said)) for table, said in rows), *packs)


_SELF_PAID = (("hi_feesetl_type", "0"), ("returned", "0"))
