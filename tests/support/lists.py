"""A settlement list (4101) without fault, to be spoiled by tests."""

from __future__ import annotations

import copy
from typing import Any

FAULTLESS: dict[str, Any] = {
    "infno": "4101",
    "inf_time": "2026-03-06 10:00:00",
    "fixmedins_code": "H35010000001",
    "input": {
        "setlinfo": {
            "psn_no": "P1",
            "mdtrt_id": "E1",
            "setl_id": "S1",
            "ntly": "CHN",
            "prfs": "24",
            "adm_way": "2",
            "trt_type": "10",
            "adm_time": "2026-03-02 09:00:00",
            "dscg_time": "2026-03-05 15:00:00",
            "dscg_caty": "A03",
            "lv1_nurscare_days": "1",
            "scd_nurscare_days": "3",
            "dscg_way": "1",
            "bill_code": "35060126",
            "bill_no": "0012345678",
            "biz_sn": "B1",
            "days_rinp_flag_31": "1",
            "setl_begn_date": "2026-03-02",
            "setl_end_date": "2026-03-05",
            "medins_fill_dept": "医保办",
            "medins_fill_psn": "填报人",
            "hi_paymtd": "3",
        },
        "payinfo": [{"fund_pay_type": "310100", "fund_payamt": "720.00"}],
        "diseinfo": [
            {
                "diag_type": "1",
                "diag_code": "K80.200",
                "diag_name": "胆囊结石",
                "adm_cond_type": "1",
                "maindiag_flag": "1",
            },
            {
                "diag_type": "1",
                "diag_code": "I10.x00x002",
                "diag_name": "高血压",
                "adm_cond_type": "1",
                "maindiag_flag": "0",
            },
        ],
        "oprninfo": [
            {
                "oprn_oprt_type": "1",
                "oprn_oprt_name": "腹腔镜下胆囊切除术",
                "oprn_oprt_code": "51.2300",
                "anst_way": "1",
                "oper_dr_code": "D1",
                "anst_dr_code": "D2",
                "oprn_oprt_begntime": "2026-03-03 09:00:00",
                "oprn_oprt_endtime": "2026-03-03 10:30:00",
            },
            {
                "oprn_oprt_type": "2",
                "oprn_oprt_name": "静脉输注",
                "oprn_oprt_code": "99.1800",
                "oper_dr_code": "D1",
                "oprn_oprt_begntime": "2026-03-03 11:00:00",
            },
        ],
        "icuinfo": [
            {
                "scs_cutd_ward_type": "1",
                "scs_cutd_inpool_time": "2026-03-03 10:30:00",
                "scs_cutd_exit_time": "2026-03-04 10:30:00",
                "scs_cutd_sum_dura": "1/0/0",
            }
        ],
        "bldinfo": [{"bld_cat": "13", "bld_amt": "2", "bld_unt": "U"}],
    },
}
# What is known of the bill that the list belongs to: days and minutes as stored, fen.
KNOWN: dict[str, Any] = {
    "birth_date": -3_000,
    "started_at": 29_540_700,
    "ended_at": 29_545_380,
    "settlement_id": "S1",
    "total_amount": 100_000,
}


def spoiled(node: str, row: int = 0, **changed: Any) -> dict[str, Any]:
    """The faultless list with some fields of one row changed."""
    message = copy.deepcopy(FAULTLESS)
    found = message["input"].setdefault(node, [])
    target = found if isinstance(found, dict) else found[row]
    target.update(changed)
    return message


def with_rows(node: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The faultless list with other rows in one node."""
    message = copy.deepcopy(FAULTLESS)
    message["input"][node] = rows
    return message
