"""Checks of the diagnoses."""

from __future__ import annotations

from mingcha.domain.coding import is_diagnosis_code
from mingcha.domain.settlement_list import ListedDiagnosis
from mingcha.knowledge.settlement_list.checks.check import Entered
from mingcha.knowledge.settlement_list.sent import Row, SentList

WESTERN = "1"
YES = "1"
NOT_ON_ADMISSION = "4"
CHECKS = Entered()


@CHECKS.check("D901", ListedDiagnosis.code, "至少一条西医诊断", of_list=True)
def _no_diagnosis(_row: Row, sent: SentList) -> bool:
    return not any(_western(row) for row in sent.nodes["diseinfo"])


@CHECKS.check("D902", ListedDiagnosis.main, "应有一条主要诊断", of_list=True)
def _no_main_diagnosis(_row: Row, sent: SentList) -> bool:
    rows = [row for row in sent.nodes["diseinfo"] if _western(row)]
    return bool(rows) and not any(_is_main(row) for row in rows)


@CHECKS.check("D903", ListedDiagnosis.main, "主要诊断只能有一条")
def _another_main_diagnosis(row: Row, sent: SentList) -> bool:
    rows = [other for other in sent.nodes["diseinfo"] if _western(other) and _is_main(other)]
    return row in rows[1:]


@CHECKS.check("D904", ListedDiagnosis.code, "同一诊断只填写一次")
def _diagnosis_twice(row: Row, sent: SentList) -> bool:
    code = row.text(ListedDiagnosis.code).upper()
    earlier = sent.nodes["diseinfo"][: row.number - 1]
    return bool(code) and any(other.text(ListedDiagnosis.code).upper() == code for other in earlier)


@CHECKS.check("D905", ListedDiagnosis.on_admission, "入院病情为“无”的诊断不应作为主要诊断")
def _main_came_later(row: Row, _sent: SentList) -> bool:
    return _western(row) and _is_main(row) and row.text(ListedDiagnosis.on_admission) == NOT_ON_ADMISSION


@CHECKS.check("D906", ListedDiagnosis.code, "应为医保版疾病诊断编码，如 J18.900 或 J18.900x001")
def _diagnosis_misshapen(row: Row, _sent: SentList) -> bool:
    code = row.text(ListedDiagnosis.code)
    return bool(code) and _western(row) and not is_diagnosis_code(code)


def _western(row: Row) -> bool:
    return row.text(ListedDiagnosis.type) in ("", WESTERN)


def _is_main(row: Row) -> bool:
    return row.text(ListedDiagnosis.main) == YES
