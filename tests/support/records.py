"""What a hospital's system tells of care, one message of each transaction: the `input` of it."""

from __future__ import annotations

from typing import Any

from tests.platform.gateway.calling import HOSPITAL

PERSON = "3501000000000000000000000001"
VISIT = {"mdtrt_id": "V1", "psn_no": PERSON, "vali_flag": "1"}
NAME = "欧阳建国"
CT = {**VISIT, "rpotc_no": "R1", "exam_item_name": "胸部CT", "exam_date": "2026-03-01", "rpt_dr_name": NAME}
INPUTS: dict[str, dict[str, Any]] = {
    "4301": {
        "rgstinfo": VISIT,
        "caseinfo": {"mdtrt_date": "2026-03-01", "algs": "青霉素", "vali_flag": "1"},
        "diseinfo": [{"diag_code": "I10.x00", "diag_name": "高血压病", "vali_flag": "1"}],
    },
    "4302": {
        "oprninfo": {
            **VISIT,
            "oprn_oprt_code": "47.0100",
            "oprn_oprt_name": "阑尾切除术",
            "oprn_oprt_time": "2026-03-01 10:00:00",
        }
    },
    "4401": {
        "baseinfo": {**VISIT, "adm_date": "2026-02-20", "psn_name": NAME, "fixmedins_code": HOSPITAL},
        "diseinfo": [{"diag_code": "K80.100", "diag_name": "胆囊结石", "vali_flag": "1"}],
    },
    "4402": {
        "data": [
            {
                **VISIT,
                "drord_no": "O1",
                "drord_detl_name": "头孢呋辛",
                "drug_used_way": "静脉滴注",
                "medc_begntime": "2026-03-01 08:00:00",
                "medc_endtime": "2026-03-03 08:00:00",
            },
            {**VISIT, "drord_no": "O2", "drord_detl_name": "一级护理"},
        ]
    },
    "4501": {"examinfo": CT},
    "4502": {
        "labinfo": {**VISIT, "rpotc_no": "L1", "rpt_date": "2026-03-01"},
        "iteminfo": [{"rpotc_no": "L1", "exam_item_detl_name": "葡萄糖", "exam_rslt_val": "7.10"}],
    },
    "4503": {"data": {**VISIT, "rpotc_no": "C1", "germ_name": "大肠埃希菌", "clte_time": "2026-03-01"}},
    "4504": {"data": {**VISIT, "rpotc_no": "C1", "sstb_name": "阿莫西林", "germ_name": "大肠埃希菌"}},
    "4505": {"data": {**VISIT, "palg_no": "P1", "cma_date": "2026-03-01", "palg_diag": "慢性炎症"}},
}
