"""Charges after their order was stopped or the patient ordered to leave, and stays that changed their 费别."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mingcha.sample.goods import SERVICE
from mingcha.sample.scenes.writing import Circumstances, Writer
from mingcha.sample.script import (
    ADULT,
    FEMALE,
    NEAR_MISS,
    VIOLATION,
    After,
    Paper,
    Play,
    Truth,
    Visit,
    units,
)

AFTER_ORDER = ("MC10000403013000", "charged-after-order")
CHANGED = ("MC10000405007000", "fee-category-changed")
STAY, CLINIC = Circumstances(care_type="2101"), Circumstances()
NIGHTS = 4
ORDER, LEAVE = "Y1", "CY"
OWN, EMPLOYEE = "自费", "职工医保"


class Ordered(NamedTuple):
    """One charge of a stay and what is said of its order: on the line, and by tables of the stay."""

    planted: str
    note: str
    day: int
    papers: tuple[Paper, ...] = ()
    order: str = ""
    stopped: int | None = None


def write_orders(writer: Writer) -> None:
    """All plays of orders and of 费别."""
    for good in writer.goods.plain(SERVICE)[:4]:
        for told in _ordered():
            _stage_charge(writer, good.code, told)
        for planted, note, around, categories in _categories():
            _stage_stay(writer, good.code, planted, note, around, categories)


def _order(number: str = ORDER, **said: str | After) -> tuple[Paper, ...]:
    return (Paper("orders", (("drord_no", number), *said.items())),)


def _ordered() -> Iterator[Ordered]:
    stopped = _order(drord_endtime=After(2), vali_flag="1")
    yield Ordered(VIOLATION, "医嘱停止次日", 3, stopped, ORDER)
    yield Ordered(VIOLATION, "明细自带停止时间，停止次日", 3, stopped=2)
    yield Ordered(VIOLATION, "用药停止次日", 3, _order(medc_endtime=After(2)), ORDER)
    leave = Paper("orders", (("drord_no", LEAVE), ("Order.discharge", "是"), ("drord_endtime", After(2))))
    yield Ordered(VIOLATION, "出院医嘱执行次日，明细没有医嘱号", 3, (leave,))
    given = Paper("orders", (("drord_no", LEAVE), ("Order.discharge", "是"), ("drord_isu_time", After(1))))
    yield Ordered(VIOLATION, "出院医嘱开立第三日，医嘱未停止", 3, (*_order(vali_flag="1"), given), ORDER)
    yield Ordered(NEAR_MISS, "医嘱停止当日", 2, stopped, ORDER)
    yield Ordered(NEAR_MISS, "明细自带停止时间，停止当日", 2, stopped=2)
    yield Ordered(NEAR_MISS, "医嘱没有停止", 3, _order(vali_flag="1"), ORDER)
    yield Ordered(
        NEAR_MISS, "停止的医嘱后来又报了更晚的停止", 3, (*stopped, *_order(drord_endtime=After(3))), ORDER
    )
    yield Ordered(NEAR_MISS, "出院医嘱开立次日", 2, (given,))
    yield Ordered(NEAR_MISS, "停止的医嘱记录无效", 3, _order(drord_endtime=After(1), vali_flag="0"), ORDER)
    yield Ordered(NEAR_MISS, "医嘱记录中没有这条医嘱", 3, stopped, "Y9")


def _stage_charge(writer: Writer, item: str, told: Ordered) -> None:
    charge = writer.charge(item, units(2), day=told.day, order=told.order, stopped=told.stopped)
    excess = (charge.quantity, charge.billed) if told.planted == VIOLATION else (0, 0)
    truth = Truth(*AFTER_ORDER, False, told.planted, *excess, told.note)
    visit = writer.visit(STAY, [charge._replace(truth=truth)], nights=NIGHTS)
    _add(writer, AFTER_ORDER[1], told.planted, told.note, visit._replace(papers=told.papers))


def _categories() -> Iterator[tuple[str, str, Circumstances, tuple[str, ...]]]:
    yield VIOLATION, "自费改为职工医保", STAY, (OWN, EMPLOYEE)
    yield VIOLATION, "改成自费又改回来", STAY, (EMPLOYEE, OWN, EMPLOYEE)
    yield NEAR_MISS, "登记两次，费别相同", STAY, (EMPLOYEE, EMPLOYEE)
    yield NEAR_MISS, "只登记一次", STAY, (EMPLOYEE,)
    yield NEAR_MISS, "没有费别登记", STAY, ()
    yield NEAR_MISS, "门诊登记两种费别", CLINIC, (OWN, EMPLOYEE)


def _stage_stay(
    writer: Writer,
    item: str,
    planted: str,
    note: str,
    around: Circumstances,
    categories: tuple[str, ...],
) -> None:
    papers = tuple(
        Paper("fee-categories", (("begntime", After(day)), ("FeeCategory.fee_category", category)))
        for day, category in enumerate(categories)
    )
    nights = NIGHTS if around is STAY else 0
    visit = writer.visit(around, [writer.charge(item)], nights=nights)
    truth = Truth(*CHANGED, False, planted, None, 0, note)
    _add(writer, CHANGED[1], planted, note, visit._replace(papers=papers, truth=truth))


def _add(writer: Writer, mechanism: str, planted: str, note: str, visit: Visit) -> None:
    days = (writer.year.start + 2, writer.year.end - NIGHTS - 4)
    writer.script.add(Play(mechanism, planted, (visit,), *days, FEMALE, ADULT, note))
