"""How much the fund paid of a bill: by share, deductible, yearly cap, and where care was given."""

from __future__ import annotations

from typing import NamedTuple

from mingcha.domain.values import PRICE_SCALE
from mingcha.sample.goods import SERVICE
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
    Visit,
    units,
)

# As the settings of the starter pack have it: per cent, fen; the tolerance is one yuan.
SHARE, UNREFERRED, LOWEST, CAP, TOLERANCE = 80, 50, 60_000, 10_000_000, 100
BILLED = 200_000
IN_SCOPE = BILLED * 95 // 100
USUAL = 70
STAY = Circumstances(care_type="2101")
HERE = (Paper("referrals", (("begndate", LONG_AGO),)),)
ELSEWHERE = (Paper("referrals", (("begndate", LONG_AGO), ("reflin_medins_no", "H-OTHER"))),)


class Told(NamedTuple):
    """How a bill was settled, and how much too much the fund paid."""

    planted: str
    note: str
    settling: Settling
    amount: int = 0
    around: Circumstances = Circumstances()
    papers: tuple[Paper, ...] = ()


def write_benefit(writer: Writer) -> None:
    """All plays of a fund that paid too much."""
    for mechanism, code, told in (
        ("deductible-too-low", "MC10000401011000", _deductibles()),
        ("fund-share-too-high", "MC10000401012000", _shares()),
        ("unreferred-share-too-high", "MC10000401013000", _away_from_home()),
        ("fund-over-yearly-cap", "MC10000401014000", _caps()),
    ):
        for good in writer.goods.plain(SERVICE)[:2]:
            for one in told:
                _stage(writer, mechanism, code, one, good.code)


def _stage(writer: Writer, mechanism: str, code: str, told: Told, item: str) -> None:
    charge = writer.charge(item, units(1), BILLED * PRICE_SCALE // 100)
    nights = 4 if told.around.care_type == STAY.care_type else 0
    visit: Visit = writer.visit(told.around, [charge], company=0, nights=nights)._replace(
        papers=told.papers,
        settling=told.settling,
        truth=Truth(code, mechanism, False, told.planted, None, told.amount, told.note),
    )
    year = writer.year
    writer.script.add(
        Play(mechanism, told.planted, (visit,), year.start + 2, year.end - 8, FEMALE, ADULT, told.note)
    )


def _shares() -> list[Told]:
    def paid(percent: int, over: int = 0) -> Settling:
        return Settling(fund_percent=percent, deductible=0, over=over)

    least = TOLERANCE + 1
    return [
        Told(VIOLATION, "按 85% 支付", paid(85), IN_SCOPE * 5 // 100),
        Told(VIOLATION, "比容差多一分", paid(SHARE, least), least),
        Told(NEAR_MISS, "恰好按比例", paid(SHARE)),
        Told(NEAR_MISS, "恰好多出容差", paid(SHARE, TOLERANCE)),
        Told(NEAR_MISS, "起付线未知", Settling(fund_percent=90)),
    ]


def _away_from_home() -> list[Told]:
    def paid(percent: int, over: int = 0, *, remote: bool = True) -> Settling:
        return Settling(fund_percent=percent, deductible=0, over=over, remote=remote)

    much, least = IN_SCOPE * (USUAL - UNREFERRED) // 100, TOLERANCE + 1
    return [
        Told(VIOLATION, "异地未备案，按备案比例支付", paid(USUAL), much, papers=ELSEWHERE),
        Told(VIOLATION, "异地未备案，比容差多一分", paid(UNREFERRED, least), least, papers=ELSEWHERE),
        Told(NEAR_MISS, "异地未备案，恰好多出容差", paid(UNREFERRED, TOLERANCE), papers=ELSEWHERE),
        Told(NEAR_MISS, "异地已备案", paid(USUAL), papers=HERE),
        Told(NEAR_MISS, "本地就医，备案在别处", paid(USUAL, remote=False), papers=ELSEWHERE),
        Told(NEAR_MISS, "异地，没有任何备案资料", paid(USUAL)),
    ]


def _deductibles() -> list[Told]:
    def deducted(deductible: int, percent: int = USUAL) -> Settling:
        return Settling(fund_percent=percent, deductible=deductible)

    return [
        Told(VIOLATION, "没有扣起付线", deducted(0), around=STAY),
        Told(VIOLATION, "起付线少一分", deducted(LOWEST - 1), around=STAY),
        Told(NEAR_MISS, "起付线恰好", deducted(LOWEST), around=STAY),
        Told(NEAR_MISS, "起付线高于最低标准", deducted(LOWEST + 20_000), around=STAY),
        Told(NEAR_MISS, "没有扣起付线，基金未支付", deducted(0, 0), around=STAY),
        Told(NEAR_MISS, "门诊没有住院起付线", deducted(0)),
    ]


def _caps() -> list[Told]:
    fund = IN_SCOPE * USUAL // 100

    def before(paid: int, percent: int = USUAL) -> Settling:
        return Settling(fund_percent=percent, deductible=0, before=paid)

    return [
        Told(VIOLATION, "超过限额一分", before(CAP - fund + 1), 1),
        Told(VIOLATION, "只余一百元", before(CAP - 10_000), fund - 10_000),
        Told(NEAR_MISS, "恰好到限额", before(CAP - fund)),
        Told(NEAR_MISS, "早已超过，本次未支付", before(CAP + 1, 0)),
        Told(NEAR_MISS, "年度累计未知", Settling(fund_percent=USUAL, deductible=0)),
    ]
