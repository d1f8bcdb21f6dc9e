"""Settlement lists (4101) of staged stays: without fault but for what a scene writes itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mingcha.domain.values import MINUTES_A_DAY, date_of, moment_of, yuan
from mingcha.sample.script import At, Change, Coded, Visit

_FUND_PERCENT = 70


def list_message(stay: Mapping[str, Any], visit: Visit) -> str:
    """The message of one stay as a hospital sends it, in one line.

    Args:
        stay: encounter, person, settlement, institution, day, nights, total; admitted, discharged, first_day, last_day
            and sent as they are written.
        visit: what the scene wrote: the diagnoses and operations, and the values of the list that it gives itself.
    """
    sent: dict[str, Any] = {
        "setlinfo": _head(stay),
        "payinfo": [{"fund_pay_type": "310100", "fund_payamt": yuan(stay["total"] * _FUND_PERCENT // 100)}],
        "opspdiseinfo": [],
        "diseinfo": [_diagnosis(row, place) for place, row in enumerate(visit.diagnoses)],
        "iteminfo": [],
        "oprninfo": [_operation(row, place) for place, row in enumerate(visit.procedures)],
        "icuinfo": [],
        "bldinfo": [],
    }
    for change in visit.listing or ():
        _row(sent, change)[change.field] = _written(change.value, stay["day"])
    envelope = {
        "infno": "4101",
        "msgid": f"{stay['institution']}{stay['encounter'][1:]:0>18}",
        "inf_time": stay["sent"],
        "fixmedins_code": stay["institution"],
        "input": sent,
    }
    return msgspec.json.encode(envelope).decode()


def _head(stay: Mapping[str, Any]) -> dict[str, str]:
    return {
        "psn_no": stay["person"],
        "mdtrt_id": stay["encounter"],
        "setl_id": stay["settlement"],
        "ntly": "CHN",
        "prfs": "24",
        "adm_way": "2",
        "trt_type": "10",
        "adm_time": stay["admitted"],
        "dscg_time": stay["discharged"],
        "dscg_caty": "A03",
        "scd_nurscare_days": str(stay["nights"]),
        "dscg_way": "1",
        "bill_code": "35060126",
        "bill_no": stay["settlement"][-10:],
        "biz_sn": stay["settlement"],
        "days_rinp_flag_31": "1",
        "setl_begn_date": stay["first_day"],
        "setl_end_date": stay["last_day"],
        "medins_fill_dept": "医保办公室",
        "medins_fill_psn": "样例填报人",
        "hi_paymtd": "3",
    }


def _diagnosis(row: Coded, place: int) -> dict[str, str]:
    return {
        "diag_type": "1",
        "diag_code": row.code,
        "diag_name": row.name,
        "adm_cond_type": "1",
        "maindiag_flag": "1" if place == 0 else "0",
    }


def _operation(row: Coded, place: int) -> dict[str, str]:
    return {
        "oprn_oprt_type": "1" if place == 0 else "2",
        "oprn_oprt_name": row.name,
        "oprn_oprt_code": row.code,
        "oper_dr_code": "D1",
    }


def _row(sent: dict[str, Any], change: Change) -> dict[str, str]:
    """The row that a change is about; a row behind the last is a new one."""
    node = sent[change.node]
    if isinstance(node, dict):
        return node
    while len(node) <= change.row:
        node.append({})
    row: dict[str, str] = node[change.row]
    return row


def _written(value: str | At, first: int) -> str:
    if isinstance(value, str):
        return value
    day = first + value.day
    return date_of(day).isoformat() if value.minute is None else _moment(day, value.minute)


def _moment(day: int, minute: int) -> str:
    return moment_of(day * MINUTES_A_DAY + minute).isoformat(sep=" ")
