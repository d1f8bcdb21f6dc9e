"""Who is paid for what, where: told by tables beside the bills, of one visit each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mingcha.sample.goods import CLASS_B, CLASS_C, DRUG, LAPSED, SERVICE
from mingcha.sample.places import (
    CONSENTING,
    PHARMACY,
    UNCONTRACTED,
    UNCONTRACTED_PHARMACY,
    is_pharmacy,
)
from mingcha.sample.scenes.writing import Circumstances, Writer
from mingcha.sample.script import (
    ADULT,
    FEMALE,
    NEAR_MISS,
    VIOLATION,
    After,
    Charge,
    Paper,
    Play,
    Settling,
    Truth,
    Venue,
    Visit,
    units,
)

LONG_AGO = After(-2_000)
UNPAID = Settling(fund_percent=0)
DISEASE, OTHER_DISEASE = "M03900", "M01600"
# At pharmacies the fund usually pays nothing: the account does.
SOLD = Settling(fund_percent=60)
COUNTER = Circumstances(care_type="41", venue=Venue(0, PHARMACY), department="Y00")


class Told(NamedTuple):
    """What is told of a visit that is settled as usual unless said otherwise; `first` and `last` narrow the days."""

    planted: str
    note: str
    papers: tuple[Paper, ...] = ()
    settling: Settling = Settling()
    around: Circumstances = Circumstances()
    first: int | None = None
    last: int | None = None


def write_entitlement(writer: Writer) -> None:
    """All plays of whom and for what the fund owes nothing."""
    _write_directory(writer)
    _write_doctors(writer)
    for mechanism, code, certain, whole, told in (
        ("not-insured", "MC10000401001000", True, True, _insured()),
        ("not-entitled", "MC10000401002000", True, True, _entitled()),
        ("institution-not-contracted", "MC10000401003000", True, True, _contracted(writer)),
        ("identity-not-confirmed", "MC10000401004000", False, True, _identified()),
        ("consent-missing", "MC10000401005000", False, False, _consented()),
        ("disease-not-registered", "MC10000401010000", False, True, _registered()),
    ):
        for one in told:
            billed = DRUG if is_pharmacy(one.around.venue.type) else SERVICE
            for good in writer.goods.plain(billed)[:4]:
                _stage(writer, mechanism, code, one, good.code, certain=certain, whole=whole)


def _write_directory(writer: Writer) -> None:
    """What is not in the directory on its day and is reckoned with all the same."""
    middle = writer.year.start + writer.year.days // 2

    def listed(item: str, payment_class: str, *until: tuple[str, int]) -> tuple[Paper, ...]:
        since = ("begndate", writer.year.start - 700)
        return (Paper("directory", (("hilist_code", item), ("chrgitm_lv", payment_class), since, *until)),)

    plain = writer.charge(writer.goods.plain(SERVICE)[0].code, units(2))
    reckoned = plain._replace(payment_class="03", in_scope=plain.billed)
    c, lapsed, b = listed(CLASS_C, "03"), listed(LAPSED, "01", ("enddate", middle)), listed(CLASS_B, "02")
    for told, charge in (
        (Told(VIOLATION, "目录为丙类，上传为甲类", c), writer.charge(CLASS_C, payment_class="01")),
        (Told(VIOLATION, "上传为丙类，目录未登记"), reckoned),
        (Told(VIOLATION, "目录到期次日起", lapsed, first=middle + 1), writer.charge(LAPSED)),
        (Told(VIOLATION, "只计入一分", c), writer.charge(CLASS_C, in_scope=1)),
        (Told(NEAR_MISS, "目录到期当日", lapsed, first=middle, last=middle), writer.charge(LAPSED)),
        (
            Told(NEAR_MISS, "目录为乙类，上传为丙类", b),
            writer.charge(CLASS_B, payment_class="03", in_scope=1),
        ),
        (Told(NEAR_MISS, "丙类而未计入政策范围", c), writer.charge(CLASS_C, in_scope=0)),
        (Told(NEAR_MISS, "上传为乙类，目录未登记"), plain._replace(payment_class="02")),
    ):
        _stage_line(writer, "outside-directory", "MC10000401006000", told, charge)


def _write_doctors(writer: Writer) -> None:
    """Doctors whom only these scenes see: number 5 never had the right, number 6 always has."""

    def state(insured: str) -> tuple[Paper, ...]:
        return (Paper("doctor-states", (("begntime", writer.year.start - 700), ("hi_dr_flag", insured))),)

    for told, doctor in (
        (Told(VIOLATION, "医师没有医保资格", state("0")), 5),
        (Told(VIOLATION, "药店凭没有医保资格的医师处方售药", state("0"), around=COUNTER), 5),
        (Told(NEAR_MISS, "医师有医保资格", state("1")), 6),
        (Told(NEAR_MISS, "医师没有状态记录"), 7),
    ):
        billed = DRUG if is_pharmacy(told.around.venue.type) else SERVICE
        for good in writer.goods.plain(billed)[:4]:
            charge = writer.charge(good.code, units(2))
            _stage_line(writer, "doctor-not-insured", "MC10000401007000", told, charge, doctor)


def _stage_line(
    writer: Writer, mechanism: str, code: str, told: Told, charge: Charge, doctor: int | None = None
) -> None:
    """A visit with one line; in excess is all of it."""
    quantity, amount = (charge.quantity, charge.billed) if told.planted == VIOLATION else (0, 0)
    truth = Truth(code, mechanism, False, told.planted, quantity, amount, told.note)
    visit = writer.visit(told.around, [charge._replace(truth=truth)], company=0)
    _add(writer, mechanism, told, visit._replace(papers=told.papers, doctor=doctor))


def _add(writer: Writer, mechanism: str, told: Told, visit: Visit) -> None:
    first = writer.year.start + 2 if told.first is None else told.first
    last = writer.year.end - 2 if told.last is None else told.last
    writer.script.add(Play(mechanism, told.planted, (visit,), first, last, FEMALE, ADULT, told.note))


def _stage(
    writer: Writer, mechanism: str, code: str, told: Told, item: str, *, certain: bool, whole: bool
) -> None:
    """A visit of one charge; in excess is the whole bill, or no money at all."""
    charge = writer.charge(item, units(1))
    amount = charge.billed if told.planted == VIOLATION and whole else 0
    truth = Truth(code, mechanism, certain, told.planted, None, amount, told.note)
    visit = writer.visit(told.around, [charge], company=0)
    _add(writer, mechanism, told, visit._replace(papers=told.papers, settling=told.settling, truth=truth))


def _insured() -> Iterator[Told]:
    def period(**more: str | After) -> tuple[Paper, ...]:
        return (Paper("insured-periods", (("psn_insu_date", LONG_AGO), *more.items())),)

    lapsed = period(paus_insu_date=After(0))
    yield Told(VIOLATION, "当日起暂停参保", lapsed)
    yield Told(VIOLATION, "次日才参保", (Paper("insured-periods", (("psn_insu_date", After(1)),)),))
    yield Told(VIOLATION, "无效参保", period(psn_insu_stas="3"))
    yield Told(NEAR_MISS, "次日起暂停参保", period(paus_insu_date=After(1)))
    yield Told(NEAR_MISS, "当日参保", (Paper("insured-periods", (("psn_insu_date", After(0)),)),))
    yield Told(NEAR_MISS, "已暂停，基金未支付", lapsed, UNPAID)
    yield Told(NEAR_MISS, "终止参保而日期不明", period(psn_insu_stas="4"))


def _entitled() -> Iterator[Told]:
    def benefit(enjoyed: str, until: After, insurance: str = "310", fund: str = "100") -> tuple[Paper, ...]:
        said = (
            ("fund_pay_type", insurance + fund),
            ("trt_enjymnt_flag", enjoyed),
            ("begndate", LONG_AGO),
            ("enddate", until),
        )
        return (Paper("entitlements", said),)

    working, resident = Circumstances(insurance="310"), Circumstances(insurance="390")
    yield Told(VIOLATION, "待遇被封锁", benefit("0", After(9)), around=working)
    yield Told(VIOLATION, "待遇前一日到期", benefit("1", After(-1)), around=working)
    yield Told(VIOLATION, "居民待遇前一日到期", benefit("1", After(-1), "390"), around=resident)
    yield Told(NEAR_MISS, "待遇当日到期", benefit("1", After(0)), around=working)
    yield Told(NEAR_MISS, "只有个人账户没有待遇", benefit("0", After(9), fund="200"), around=working)
    yield Told(NEAR_MISS, "没有待遇，基金未支付", benefit("0", After(9)), UNPAID, around=working)


def _contracted(writer: Writer) -> Iterator[Told]:
    """The agreement of these hospitals ended in the middle of the year, on one day for all."""
    ended = writer.year.start + writer.year.days // 2
    state = (
        ("begntime", writer.year.start - 300),
        ("endtime", ended),
        ("InstitutionState.service_state", "1"),
        ("InstitutionState.agreement_in_force", "是"),
    )
    papers = (Paper("institution-states", state),)
    there = Circumstances(venue=Venue(2, UNCONTRACTED))
    yield Told(VIOLATION, "协议到期次日起", papers, around=there, first=ended + 1)
    yield Told(VIOLATION, "协议刚到期", papers, around=there, first=ended + 1, last=ended + 1)
    counter = COUNTER._replace(venue=Venue(0, UNCONTRACTED_PHARMACY))
    yield Told(VIOLATION, "药店协议到期之后", papers, SOLD, counter, first=ended + 1)
    yield Told(NEAR_MISS, "药店协议到期当日", papers, SOLD, counter, first=ended, last=ended)
    yield Told(NEAR_MISS, "协议到期当日", papers, around=there, first=ended, last=ended)
    yield Told(NEAR_MISS, "协议到期后，基金未支付", papers, UNPAID, there, first=ended + 1)


def _identified() -> Iterator[Told]:
    def checks(*results: str, review: str = "") -> tuple[Paper, ...]:
        return tuple(
            Paper("identity-checks", (("recog_rslt", result), ("chk_stas", review), ("crtf_time", After(0))))
            for result in results
        )

    yield Told(VIOLATION, "核验失败", checks("0"))
    yield Told(VIOLATION, "两次核验都失败", checks("0", "2"))
    yield Told(VIOLATION, "药店购药，核验失败", checks("0"), SOLD, COUNTER)
    yield Told(NEAR_MISS, "先失败后成功", checks("0", "1"))
    yield Told(NEAR_MISS, "特殊登记已审核通过", checks("4", review="1"))
    yield Told(NEAR_MISS, "核验审核中", checks("3"))
    yield Told(NEAR_MISS, "核验失败，基金未支付", checks("0"), UNPAID)


def _consented() -> Iterator[Told]:
    """These hospitals report consents since before the year, as one of an earlier visit shows."""
    there = Circumstances(venue=Venue(2, CONSENTING))
    earlier = (Paper("consents", (("mdtrt_id", "E-EARLIER"), ("Consent.signed_at", LONG_AGO))),)
    signed = (Paper("consents", (("Consent.signed_at", After(0)),)),)
    yield Told(VIOLATION, "有自费而没有同意书", earlier, around=there)
    yield Told(NEAR_MISS, "已签同意书", signed, around=there)
    yield Told(NEAR_MISS, "没有自费，没有同意书", earlier, Settling(own_percent=0), there)


def _registered() -> Iterator[Told]:
    def registration(disease: str, until: After) -> tuple[Paper, ...]:
        said = (("opsp_dise_code", disease), ("begndate", LONG_AGO), ("enddate", until))
        return (Paper("chronic-registrations", said),)

    chronic, plain = Circumstances(care_type="14"), Circumstances()
    mine, other = registration(DISEASE, After(90)), registration(OTHER_DISEASE, After(90))
    yield Told(VIOLATION, "备案的是另一病种", other, around=chronic)
    yield Told(VIOLATION, "备案前一日到期", registration(DISEASE, After(-1)), around=chronic)
    yield Told(NEAR_MISS, "已备案", mine, around=chronic)
    yield Told(NEAR_MISS, "两个病种都备案", mine + other, around=chronic)
    yield Told(NEAR_MISS, "备案当日到期", registration(DISEASE, After(0)), around=chronic)
    yield Told(NEAR_MISS, "普通门诊", other, around=plain)
    yield Told(NEAR_MISS, "没有备案，基金未支付", other, UNPAID, chronic)
