"""Settlement lists on their way into a dataset: whose they are, which one counts, what they say of a bill."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from mingcha.domain.errors import InputError
from mingcha.ingest.claims import import_claims
from mingcha.ingest.report import ImportReport
from mingcha.ingest.settlement_lists import is_list, read_list
from mingcha.store.lake import Bucket, Lake
from tests.support.lists import FAULTLESS, spoiled

ENCOUNTERS = """mdtrt_id,patn_id,medins_id,adm_date,dscg_date,med_type,setl_id,medfee_sumamt,brdy
E1,P1,H1,2026-03-02 09:00:00,2026-03-05 15:00:00,2101,S1,1000.00,1961-10-15
E2,P2,H1,2026-04-02 09:00:00,2026-04-05 15:00:00,2101,S2,1000.00,1961-10-15
"""
LINES = """mdtrt_id,rx_id,hilist_code,drord_begn_date,cnt,pric,sumamt
E1,L1,X1,2026-03-02 10:00:00,1,1000.00,1000.00
E2,L2,X1,2026-04-02 10:00:00,1,1000.00,1000.00
"""


def imported(folder: Path, *messages: Any, **tables: str) -> tuple[ImportReport, Bucket]:
    claims = folder / "claims"
    claims.mkdir()
    (claims / "encounters.csv").write_text(ENCOUNTERS, "utf-8")
    (claims / "lines.csv").write_text(LINES, "utf-8")
    for name, text in tables.items():
        (claims / f"{name.replace('_', '-')}.csv").write_text(text, "utf-8")
    if messages:
        lines = "".join(json.dumps(message, ensure_ascii=False) + "\n" for message in messages)
        (claims / "lists.ndjson").write_text(lines, "utf-8")
    report = import_claims([claims], folder / "dataset")
    return report, Lake(folder / "dataset").read_bucket(0)


def facts(bucket: Bucket, number: int = 0) -> dict[str, Any]:
    return bucket.encounters.row(number, named=True)


def test_a_list_is_checked_beside_its_bill_and_a_stay_without_one_is_not_known(tmp_path: Path) -> None:
    report, bucket = imported(tmp_path, spoiled("setlinfo", setl_id="S9", prfs=""))
    assert facts(bucket)["list_faults"] == ["A071 setlinfo.prfs", "A918 setlinfo.setl_id S9"]
    assert facts(bucket)["list_fault_count"] == 2
    assert facts(bucket)["diagnosis_fault_count"] == facts(bucket)["procedure_fault_count"] == 0
    assert facts(bucket, 1)["list_faults"] is None
    assert facts(bucket, 1)["list_fault_count"] is None
    assert report.optional["settlement-lists"] == 1
    assert all(table.balanced for table in report.tables)


def test_diagnoses_and_operations_of_a_list_stand_in_where_the_bill_has_none(tmp_path: Path) -> None:
    diagnoses = "mdtrt_id,dise_codg,dise_name,maindise_flag\nE1,J18.900,肺炎,1\n"
    second = copy.deepcopy(FAULTLESS)
    second["input"]["setlinfo"]["mdtrt_id"] = "E2"
    _, bucket = imported(tmp_path, FAULTLESS, second, diagnoses=diagnoses)
    told = bucket.diagnoses.select("enc", "diagnosis_code", "main").rows()
    assert told == [(0, "J18.900", True), (1, "K80.200", True), (1, "I10.X00X002", False)]
    assert bucket.procedures.select("enc", "procedure_code", "main").rows() == [
        (enc, code, main) for enc in (0, 1) for code, main in (("51.2300", True), ("99.1800", False))
    ]


def test_a_list_says_how_many_operations_there_were_none_included(tmp_path: Path) -> None:
    second = copy.deepcopy(FAULTLESS)
    second["input"]["setlinfo"]["mdtrt_id"] = "E2"
    second["input"]["oprninfo"] = []
    _, bucket = imported(tmp_path, FAULTLESS, second)
    assert bucket.encounters["procedure_count"].to_list() == [2, 0]


def test_a_list_says_what_a_newborn_weighed_in_grams_and_the_encounter_in_kilograms(tmp_path: Path) -> None:
    second = copy.deepcopy(FAULTLESS)
    second["input"]["setlinfo"] |= {"mdtrt_id": "E2", "nwb_adm_wt": "3250.00"}
    _, bucket = imported(tmp_path, FAULTLESS, second)
    assert bucket.encounters["weight"].to_list() == [None, 32_500]


def test_of_two_lists_of_one_stay_the_one_sent_last_counts(tmp_path: Path) -> None:
    wrong = spoiled("setlinfo", prfs="")
    right = copy.deepcopy(FAULTLESS)
    right["inf_time"] = "2026-03-07 10:00:00"
    report, bucket = imported(tmp_path, right, wrong)
    assert facts(bucket)["list_faults"] == []
    assert report.optional["settlement-lists"] == 2


def test_a_list_that_cannot_be_read_is_rejected_with_its_reason(tmp_path: Path) -> None:
    nobody = spoiled("setlinfo", mdtrt_id="")
    report, _ = imported(tmp_path, nobody, FAULTLESS)
    assert report.rejected == 1
    assert "结算清单缺少就诊ID" in report.rejects_file.read_text("utf-8")


def test_a_list_without_a_bill_is_kept_and_says_nothing(tmp_path: Path) -> None:
    report, bucket = imported(tmp_path, spoiled("setlinfo", mdtrt_id="E9"))
    assert bucket.encounters["list_faults"].null_count() == 2
    assert report.optional["settlement-lists"] == 1


def test_the_head_of_a_list_may_come_as_a_table_and_only_its_columns_are_judged(tmp_path: Path) -> None:
    table = "mdtrt_id,setl_id,prfs,adm_time,dscg_time\nE1,S1,,2026-03-02 09:00:00,2026-03-01 09:00:00\n"
    table += "E2,S2,24,2026-04-02 09:00:00,2026-04-05 15:00:00\n"
    _, bucket = imported(tmp_path, settlement_lists=table)
    first = [text for text in facts(bucket)["list_faults"] if " ? " not in text]
    assert first == [
        "A071 setlinfo.prfs",
        "A904 setlinfo.dscg_time 2026-03-01 09:00:00",
        "A917 setlinfo.dscg_time 2026-03-01 09:00:00",
    ]
    assert "A061 ? nationality" in facts(bucket, 1)["list_faults"]
    assert facts(bucket, 1)["diagnosis_fault_count"] is None


def test_a_list_is_read_with_and_without_envelope_and_with_numbers_that_are_no_texts() -> None:
    bare = copy.deepcopy(FAULTLESS["input"])
    bare["setlinfo"]["lv1_nurscare_days"] = 1.5
    bare["setlinfo"]["poscode"] = None
    wrapped = {**FAULTLESS, "input": json.dumps({"data": bare})}
    for message in (bare, {"input": bare}, wrapped):
        content = json.dumps(message).encode()
        head = read_list(content).head
        assert head.texts["first_nursing"] == "1.5"
        assert head.values["first_nursing"] == 15_000
        assert head.texts["postcode"] == ""
    assert is_list(json.dumps(FAULTLESS).encode())
    assert not is_list(b'{"input": {"data": {"patient_dtos": []}}}')


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"setlinfo": ', "JSON"),
        (b'["setlinfo"]', "没有结算清单"),
        (b'{"input": "{\\"setlinfo\\""}', "JSON"),
        (b'{"setlinfo": []}', "一个 setlinfo"),
        (b'{"setlinfo": {"mdtrt_id": " "}}', "缺少就诊ID"),
    ],
)
def test_what_is_no_list_is_refused_and_says_why(content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_list(content)
