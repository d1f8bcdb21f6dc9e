"""What each layer of benefit paid of a bill: as its standard says, a cent more than is borne, and much too much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from mingcha.domain.values import PRICE_SCALE
from mingcha.sample.goods import SERVICE
from mingcha.sample.scenes.benefit import ELSEWHERE, HERE
from mingcha.sample.scenes.entitlement import LONG_AGO
from mingcha.sample.scenes.writing import Circumstances, Writer
from mingcha.sample.script import (
    ADULT,
    FEMALE,
    NEAR_MISS,
    VIOLATION,
    Paper,
    Play,
    Settling,
    Truth,
    Venue,
    Visit,
    units,
)

TOLERANCE = 100
THIRD, SECOND = Venue(3), Venue(2)
EMPLOYEE_STAY = Circumstances(insurance="310", care_type="2101", venue=THIRD)
RESIDENT_STAY = Circumstances(insurance="390", care_type="2101", venue=SECOND)
EMPLOYEE, RESIDENT = Circumstances(insurance="310"), Circumstances(insurance="390")
NIGHTS = 4


class Told(NamedTuple):
    """How a bill of so many fen was settled, and how much too much the layer paid."""

    planted: str
    note: str
    billed: int
    settling: Settling
    papers: tuple[Paper, ...] = ()
    around: Circumstances = EMPLOYEE
    amount: int = 0


def write_benefit_layers(writer: Writer) -> None:
    """All plays of layers that paid another amount than their standards say."""
    for mechanism, code, told in (
        ("basic-layer-overpaid", "MC10000401015000", _basic()),
        ("critical-layer-overpaid", "MC10000401016000", _critical()),
        ("subsidy-layer-overpaid", "MC10000401017000", _subsidy()),
        ("assistance-layer-overpaid", "MC10000401018000", _assistance()),
    ):
        item = writer.goods.plain(SERVICE)[0].code
        for one in told:
            _stage(writer, mechanism, code, one, item)


def _stage(writer: Writer, mechanism: str, code: str, told: Told, item: str) -> None:
    charge = writer.charge(item, units(1), told.billed * PRICE_SCALE // 100)
    nights = NIGHTS if told.around.care_type.startswith("2") else 0
    visit: Visit = writer.visit(told.around, [charge], company=0, nights=nights)._replace(
        papers=told.papers,
        settling=told.settling,
        truth=Truth(code, mechanism, False, told.planted, None, told.amount, told.note),
    )
    days = (writer.year.start + 2, writer.year.end - NIGHTS - 4)
    writer.script.add(Play(mechanism, told.planted, (visit,), *days, FEMALE, ADULT, told.note))


def _person(kind: str, *, servant: str = "0") -> tuple[Paper, ...]:
    said = (("psn_insu_date", LONG_AGO), ("psn_type", kind), ("cvlserv_flag", servant))
    return (Paper("insured-periods", said),)


def _identity(kind: str) -> tuple[Paper, ...]:
    return (Paper("person-identities", (("psn_idet_type", kind), ("begntime", LONG_AGO))),)


def _settled(percent: int, deductible: int = 0, **more: Any) -> Settling:
    """Nothing of the bill lies out of scope."""
    return Settling(own_percent=0, fund_percent=percent, deductible=deductible, **more)


def _basic() -> Iterator[Told]:
    """A bill of 2000.05 yuan: beyond a deductible of 800 an employee at a hospital of the third rank is paid 70 %."""
    billed, deductible = 200_005, 80_000
    beyond = billed - deductible
    due = beyond * 70 // 100

    def paid(percent: int, over: int = 0, deducted: int = deductible, **more: Any) -> Settling:
        return _settled(percent, deducted, over=over, **more)

    def told(planted: str, note: str, settling: Settling, kind: str, *more: Any) -> Told:
        papers = (*_person(kind), *(more[0] if more else ()))
        return Told(planted, note, billed, settling, papers, EMPLOYEE_STAY)

    most = beyond * 74 // 100
    yield told(VIOLATION, "在职按退休的比例", paid(74), "11")._replace(amount=most - due)
    least = TOLERANCE + 1
    yield told(VIOLATION, "比容差多一分", paid(70, least), "1101")._replace(amount=least)
    unminded = (billed - 70_000) * 70 // 100
    yield told(VIOLATION, "起付线按低一级机构", paid(70, 0, 70_000), "11")._replace(amount=unminded - due)
    away = beyond * 70 // 100 - beyond * 65 // 100
    yield told(VIOLATION, "异地已备案按本地比例", paid(70, remote=True), "11", HERE)._replace(amount=away)
    resident = (billed - 60_000) * 75 // 100 - (billed - 60_000) * 65 // 100
    yield Told(
        VIOLATION, "居民按职工的比例", billed, paid(75, 0, 60_000), _person("15"), RESIDENT_STAY, resident
    )
    yield told(NEAR_MISS, "在职按比例", paid(70), "11")
    yield told(NEAR_MISS, "恰好多出容差", paid(70, TOLERANCE), "11")
    yield told(NEAR_MISS, "退休按退休的比例", paid(74), "12")
    yield told(NEAR_MISS, "少支付", paid(60), "11")
    yield told(NEAR_MISS, "异地已备案按比例", paid(65, remote=True), "11", HERE)
    yield told(NEAR_MISS, "异地未备案按五成", paid(50, remote=True), "11", ELSEWHERE)
    yield told(NEAR_MISS, "异地而没有备案资料", paid(50, remote=True), "11")
    yield told(NEAR_MISS, "离休没有标准", paid(80), "13")
    yield Told(NEAR_MISS, "人员类别未知", billed, paid(80), (), EMPLOYEE_STAY)
    yield Told(NEAR_MISS, "起付线未知", billed, Settling(fund_percent=78), _person("11"), EMPLOYEE_STAY)


def _critical() -> Iterator[Told]:
    """Of a bill of 2000.13 yuan 600.04 are left after 70 %: 60 % of them are due, 360.02, once 10,000 were borne."""
    billed, borne = 200_013, 1_000_000
    left = billed - billed * 70 // 100
    due = left * 60 // 100
    least = TOLERANCE + 1

    def told(planted: str, note: str, paid: int, before: int, amount: int = 0, kind: str = "21") -> Told:
        settling = _settled(70, serious=paid, burden=before)
        return Told(planted, note, billed, settling, _identity(kind), RESIDENT, amount)

    yield told(VIOLATION, "还没有过起付标准", due, 0, due)
    yield told(VIOLATION, "比容差多一分", due + least, borne, least)
    # The second tier begins 30,000 beyond the deductible; 18,000 are paid of the first.
    higher = left * 70 // 100
    yield told(VIOLATION, "没有过第二段，按第二段比例", higher, borne, higher - due)
    capped = borne + 3_000_000 + 3_200_000 * 100 // 70
    yield told(VIOLATION, "年度上限已满", due, capped + 1_000, due)
    rest = 10_000
    full = borne + 3_000_000 + (3_200_000 - rest) * 100 // 70 + 1
    yield told(VIOLATION, "年度上限只余一百元", rest + least, full, least)
    yield told(NEAR_MISS, "年度上限只余一百元，恰好多出容差", rest + TOLERANCE, full)
    yield told(NEAR_MISS, "起付标准已过，按比例", due, borne)
    yield told(NEAR_MISS, "恰好多出容差", due + TOLERANCE, borne)
    for beyond, planted, over in ((40_000, NEAR_MISS, TOLERANCE), (40_007, VIOLATION, least)):
        first = left - beyond
        reached = (3_000_000 * 60 + beyond * 70) // 100
        mixed = reached - (3_000_000 - first) * 60 // 100 + over
        note = "一部分过了第二段，" + ("恰好多出容差" if planted == NEAR_MISS else "比容差多一分")
        yield told(planted, note, mixed, borne + 3_000_000 - first, over if planted == VIOLATION else 0)
    yield told(NEAR_MISS, "少支付", due - 5_000, borne)
    yield told(NEAR_MISS, "低保按倾斜的比例", left * 65 // 100, 500_000, kind="2303")
    yield Told(NEAR_MISS, "人员身份未知", billed, _settled(70, serious=left, burden=0), (), RESIDENT)
    unknown = _settled(70, serious=left)
    yield Told(NEAR_MISS, "年度累计未知", billed, unknown, _identity("21"), RESIDENT)
    employee = _settled(70, large=left * 80 // 100, burden=2_000_000)
    yield Told(NEAR_MISS, "职工大额按比例", billed, employee, _person("11"))
    yield Told(
        VIOLATION, "职工大额按退休的比例", billed, employee._replace(large=left * 85 // 100), _person("11"),
        amount=left * 85 // 100 - left * 80 // 100,
    )  # fmt: skip


def _subsidy() -> Iterator[Told]:
    """Of a bill of 2001.13 yuan 600.34 are left after 70 %: a civil servant gets 60 % of what exceeds 100."""
    billed, deductible = 200_113, 10_000
    left = billed - billed * 70 // 100
    due = (left - deductible) * 60 // 100
    least = TOLERANCE + 1
    servant, other = _person("11", servant="1"), _person("11")

    def told(
        planted: str, note: str, paid: int, who: tuple[Paper, ...], amount: int = 0, large: int = 0
    ) -> Told:
        settling = _settled(70, subsidy=paid, large=large, burden=2_000_000)
        return Told(planted, note, billed, settling, who, EMPLOYEE, amount)

    yield told(VIOLATION, "没有扣起付标准", left * 60 // 100, servant, left * 60 // 100 - due)
    yield told(VIOLATION, "比容差多一分", due + least, servant, least)
    yield told(VIOLATION, "不是公务员", due, other, due)
    large = 10_000
    yield told(
        VIOLATION, "大额已支付的又补助", due, servant, due - (left - large - deductible) * 60 // 100, large
    )
    # The help ends at 2000 yuan.
    much = 2_000_000
    most = 200_000
    rich = _settled(70, subsidy=most + least)
    yield Told(VIOLATION, "超过补助上限", much, rich, servant, EMPLOYEE, least)
    yield Told(
        NEAR_MISS, "补助上限之内多出容差", much, _settled(70, subsidy=most + TOLERANCE), servant, EMPLOYEE
    )
    yield told(NEAR_MISS, "公务员按比例", due, servant)
    yield told(NEAR_MISS, "恰好多出容差", due + TOLERANCE, servant)
    yield told(NEAR_MISS, "少补助", due - 5_000, servant)
    yield told(NEAR_MISS, "退休公务员按较高的比例", (left - 5_000) * 70 // 100, _person("12", servant="1"))
    yield Told(NEAR_MISS, "是否公务员未知", billed, _settled(70, subsidy=due), (), EMPLOYEE)


def _assistance() -> Iterator[Told]:
    """Of a bill of 2000.13 yuan 600.04 are left after 70 %: 60 % of them are due, 360.02, once 1,000 were borne."""
    billed, borne = 200_013, 100_000
    left = billed - billed * 70 // 100
    due = left * 60 // 100
    least = TOLERANCE + 1

    def told(
        planted: str, note: str, paid: int, before: int | None, amount: int = 0, kind: str = "2305"
    ) -> Told:
        settling = _settled(70, assistance=paid, assisted=before)
        return Told(planted, note, billed, settling, _identity(kind), RESIDENT, amount)

    yield told(VIOLATION, "还没有过起付标准", due, 0, due)
    yield told(VIOLATION, "比容差多一分", due + least, borne, least)
    yield told(VIOLATION, "低收入按低保的比例", left * 75 // 100, borne, left * 75 // 100 - due)
    rest = 8_000
    full = borne + (2_000_000 - rest) * 100 // 60
    yield told(VIOLATION, "年度限额只余八十元", rest + least, full, least)
    yield told(NEAR_MISS, "年度限额只余八十元，恰好多出容差", rest + TOLERANCE, full)
    yield told(NEAR_MISS, "起付标准已过，按比例", due, borne)
    yield told(NEAR_MISS, "恰好多出容差", due + TOLERANCE, borne)
    yield told(NEAR_MISS, "少救助", due - 5_000, borne)
    yield told(NEAR_MISS, "低保没有起付标准", left * 75 // 100, 0, kind="2303")
    yield told(NEAR_MISS, "优抚人员没有标准", left, 0, kind="21")
    yield told(NEAR_MISS, "年度累计未知", left, None)
    yield Told(NEAR_MISS, "人员身份未知", billed, _settled(70, assistance=left, assisted=0), (), RESIDENT)
