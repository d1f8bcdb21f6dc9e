"""Checks of operations and anaesthesia."""

from __future__ import annotations

from mingcha.domain.coding import is_procedure_code
from mingcha.domain.settlement_list import ListedProcedure
from mingcha.knowledge.settlement_list.checks.check import Entered
from mingcha.knowledge.settlement_list.checks.stay import before, outside
from mingcha.knowledge.settlement_list.sent import Row, SentList

MAIN_OPERATION = "1"
# 全身、椎管内、复合麻醉: with an anaesthetist, unlike those that the surgeon gives himself.
WITH_ANAESTHETIST = ("1", "2", "4")
CHECKS = Entered()


@CHECKS.check("P901", ListedProcedure.type, "有手术操作的应有一条主要手术操作", of_list=True)
def _no_main_operation(_row: Row, sent: SentList) -> bool:
    rows = sent.nodes["oprninfo"]
    return bool(rows) and not any(_is_main_operation(row) for row in rows)


@CHECKS.check("P902", ListedProcedure.type, "主要手术操作只能有一条")
def _another_main_operation(row: Row, sent: SentList) -> bool:
    return row in [other for other in sent.nodes["oprninfo"] if _is_main_operation(other)][1:]


@CHECKS.check("P903", ListedProcedure.code, "同一时间开始的同一手术操作只填写一次")
def _operation_twice(row: Row, sent: SentList) -> bool:
    def named(one: Row) -> tuple[str, str]:
        return one.text(ListedProcedure.code).upper(), one.text(ListedProcedure.begun_at)

    return bool(named(row)[0]) and named(row) in map(named, sent.nodes["oprninfo"][: row.number - 1])


@CHECKS.check("P904", ListedProcedure.code, "应为医保版手术操作编码，如 51.2300 或 51.2300x001")
def _operation_misshapen(row: Row, _sent: SentList) -> bool:
    code = row.text(ListedProcedure.code)
    return bool(code) and not is_procedure_code(code)


@CHECKS.check("P905", ListedProcedure.ended_at, "不早于手术操作开始时间")
def _operation_backwards(row: Row, _sent: SentList) -> bool:
    return before(row, ListedProcedure.ended_at, ListedProcedure.begun_at)


@CHECKS.check("P906", ListedProcedure.anaesthesia_ended_at, "不早于麻醉开始时间")
def _anaesthesia_backwards(row: Row, _sent: SentList) -> bool:
    return before(row, ListedProcedure.anaesthesia_ended_at, ListedProcedure.anaesthesia_begun_at)


@CHECKS.check("P907", ListedProcedure.begun_at, "在住院期间")
def _operated_outside_stay(row: Row, sent: SentList) -> bool:
    return outside(row.value(ListedProcedure.begun_at), sent)


@CHECKS.check("P908", ListedProcedure.anaesthetist_id, "全身、椎管内、复合麻醉的必填")
def _anaesthetist_missing(row: Row, _sent: SentList) -> bool:
    given = row.text(ListedProcedure.anaesthesia).startswith(WITH_ANAESTHETIST)
    return given and not row.text(ListedProcedure.anaesthetist_id)


def _is_main_operation(row: Row) -> bool:
    return row.text(ListedProcedure.type) == MAIN_OPERATION
