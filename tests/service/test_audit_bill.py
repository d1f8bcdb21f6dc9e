"""One message in, the national answer out: format, identifiers, current and history, refusals."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from mingcha.audit.bill import Answer, BillAuditor
from mingcha.audit.plans import plan_of
from mingcha.domain.errors import InputError
from mingcha.gateways.national.envelope import Envelope, answered, envelope_of
from mingcha.gateways.national.envelope import refused as refusal_of
from mingcha.ingest.beside.bill import read_beside
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.sample.messages import sample_message

# Transaction 3101, output: name → longest text, None for numbers.
RESULT = {
    "jr_id": 50, "rule_id": 50, "rule_name": 200, "vola_cont": 500, "patn_id": 50, "mdtrt_id": 50,
    "judge_result_detail_dtos": None, "vola_amt": None, "vola_amt_stas": 3, "sev_deg": 3, "vola_evid": 500,
    "vola_bhvr_type": 3, "task_id": 50,
}  # fmt: skip
DETAIL = {"jrd_id": 50, "patn_id": 50, "mdtrt_id": 50, "rx_id": 50, "vola_item_type": 3, "vola_amt": None}


@pytest.fixture(scope="module")
def auditor() -> BillAuditor:
    release = release_of(1, starter_points(), starter_settings(), with_demonstration=True)
    return BillAuditor(plan_of(release))


def asked(auditor: BillAuditor, message: Any) -> tuple[Answer, dict[str, Any]]:
    content = json.dumps(message, ensure_ascii=False).encode()
    answer = auditor(content)
    return answer, json.loads(answered(envelope_of(content), answer.output, answer.note))


def patient(message: dict[str, Any]) -> dict[str, Any]:
    found = message["input"]["data"]["patient_dtos"]
    return found[0] if isinstance(found, list) else found


def encounters(message: dict[str, Any]) -> list[dict[str, Any]]:
    found = patient(message)["fsi_encounter_dtos"]
    return found if isinstance(found, list) else [found]


def test_every_field_of_the_answer_is_there_within_its_length(auditor: BillAuditor) -> None:
    _, content = asked(auditor, sample_message("stay"))
    assert set(content) == {"infcode", "inf_refmsgid", "refmsg_time", "respond_time", "err_msg", "output"}
    assert content["infcode"] == 0
    assert len(content["inf_refmsgid"]) == 30
    results = content["output"]["result"]
    assert results
    for result in results:
        assert list(result) == list(RESULT)
        assert all(len(result[name]) <= most for name, most in RESULT.items() if most is not None)
        assert result["sev_deg"] in {"1", "2"}
        assert result["vola_amt_stas"] in {"0", "1"}
        assert result["vola_bhvr_type"] in {"1", "2"}
        details = result["judge_result_detail_dtos"]
        assert details
        for detail in details:
            assert list(detail) == list(DETAIL)
            assert all(len(detail[name]) <= most for name, most in DETAIL.items() if most is not None)
        assert sum(round(detail["vola_amt"] * 100) for detail in details) == round(result["vola_amt"] * 100)


def test_an_answer_names_the_region_that_judged(auditor: BillAuditor) -> None:
    message = sample_message("stay")
    patient(message)["poolarea"] = "440100"
    (care,) = {enc["medins_admdvs"] for enc in encounters(message)}
    _, content = asked(auditor, message)
    evidence = {result["rule_id"]: result["vola_evid"] for result in content["output"]["result"]}
    assert evidence
    assert all(text.startswith(f"判断地区 {care}；") for text in evidence.values())


def test_the_planted_line_is_named_as_it_was_sent(auditor: BillAuditor) -> None:
    message = sample_message("stay")
    answer, content = asked(auditor, message)
    sent = {order["rx_id"] for enc in encounters(message) for order in enc["fsi_order_dtos"]}
    named = {d["rx_id"] for r in content["output"]["result"] for d in r["judge_result_detail_dtos"]}
    assert named <= sent
    assert named == {row["line_id"] for row in answer.findings}


def test_a_bill_without_fault_is_answered_with_an_empty_result(auditor: BillAuditor) -> None:
    _, content = asked(auditor, sample_message("visit"))
    assert content["output"] == {"result": []}


def test_the_same_message_gets_the_same_answer_to_the_byte(auditor: BillAuditor) -> None:
    content = json.dumps(sample_message("stay-with-history")).encode()
    assert auditor(content) == auditor(content)


def test_a_bare_input_is_answered_with_a_bare_result(auditor: BillAuditor) -> None:
    message = sample_message("stay")
    _, enveloped = asked(auditor, message)
    for bare in (message["input"], message["input"]["data"]):
        assert asked(auditor, bare)[1] == enveloped["output"]


def test_patients_and_encounters_as_object_or_as_list_are_the_same(auditor: BillAuditor) -> None:
    message = sample_message("stay")
    expected = asked(auditor, message)[1]
    other = copy.deepcopy(message)
    data = other["input"]["data"]
    data["patient_dtos"] = [patient(other)] if isinstance(data["patient_dtos"], dict) else patient(other)
    assert asked(auditor, other)[1] == expected
    held = patient(other)["fsi_encounter_dtos"]
    patient(other)["fsi_encounter_dtos"] = [held] if isinstance(held, dict) else held[0]
    assert asked(auditor, other)[1] == expected


def test_only_the_current_encounter_gets_findings_and_the_others_are_history(auditor: BillAuditor) -> None:
    message = sample_message("stay-with-history")
    current = patient(message)["curr_mdtrt_id"]
    assert len(encounters(message)) > 1
    _, content = asked(auditor, message)
    assert {result["mdtrt_id"] for result in content["output"]["result"]} == {current}
    history = next(enc["mdtrt_id"] for enc in encounters(message) if enc["mdtrt_id"] != current)
    patient(message)["curr_mdtrt_id"] = history
    _, content = asked(auditor, message)
    assert current not in {result["mdtrt_id"] for result in content["output"]["result"]}


def test_an_unknown_sex_gives_no_finding_but_could_not_judge(auditor: BillAuditor) -> None:
    message = sample_message("stay")
    patient(message)["gend"] = ""
    answer, content = asked(auditor, message)
    assert content["output"]["result"] == []
    assert "性别未知" in {why for _, why in answer.unjudged}


def test_a_message_whose_current_encounter_is_not_there_is_refused(auditor: BillAuditor) -> None:
    message = sample_message("visit")
    patient(message)["curr_mdtrt_id"] = "another"
    with pytest.raises(InputError, match="curr_mdtrt_id"):
        asked(auditor, message)


def test_a_line_of_the_history_that_cannot_be_read_is_told_beside_the_answer(auditor: BillAuditor) -> None:
    message = sample_message("stay-with-history")
    encounters(message)[1]["fsi_order_dtos"][0]["cnt"] = "两盒"
    answer, content = asked(auditor, message)
    assert content["infcode"] == 0
    assert content["output"]["result"]
    assert "fsi_encounter_dtos[1].fsi_order_dtos[0].cnt" in content["err_msg"]
    assert [fault.value for fault in answer.left_out] == ["两盒"]


@pytest.mark.parametrize(("name", "value"), [("cnt", "两盒"), ("drord_begn_date", ""), ("hilist_code", "")])
def test_a_bill_with_a_line_that_cannot_be_read_is_refused_and_says_where(
    auditor: BillAuditor, name: str, value: str
) -> None:
    message = sample_message("stay")
    encounters(message)[0]["fsi_order_dtos"][3][name] = value
    with pytest.raises(InputError, match="不能审核") as caught:
        asked(auditor, message)
    assert caught.value.where == f"input.data.patient_dtos[0].fsi_encounter_dtos[0].fsi_order_dtos[3].{name}"


def test_a_current_encounter_that_cannot_be_read_is_refused_and_not_called_faultless(
    auditor: BillAuditor,
) -> None:
    message = sample_message("stay")
    encounters(message)[0]["adm_date"] = "三月"
    with pytest.raises(InputError, match="三月"):
        asked(auditor, message)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'"x"', b"\xff\xfe", b'{"input":{"data":{}}}'])
def test_what_is_no_message_is_refused_with_infcode_minus_one(auditor: BillAuditor, content: bytes) -> None:
    with pytest.raises(InputError) as refused:
        auditor(content)
    answer = json.loads(refusal_of(envelope_of(content), str(refused.value)))
    assert answer["infcode"] == -1
    assert 0 < len(answer["err_msg"]) <= 200
    assert len(answer["inf_refmsgid"]) == 30


def test_a_refusal_bears_the_id_of_the_message_it_answers() -> None:
    ids = {json.loads(refusal_of(Envelope(msgid=name), "x"))["inf_refmsgid"] for name in ("A", "B", "A")}
    assert len(ids) == 2


def test_tables_beside_a_bill_are_laid_beside_its_encounters(auditor: BillAuditor, tmp_path: Path) -> None:
    message = sample_message("stay")
    (tmp_path / "insured-periods.csv").write_text(
        "psn_no,insutype,psn_insu_date,paus_insu_date\n"
        f"{patient(message)['patn_id']},{encounters(message)[0]['insutype']},2001-01-01,2002-01-01\n",
        "utf-8",
    )
    encounters(message)[0]["setl_id"] = ""
    alone, _ = asked(auditor, message)
    assert alone.unjudged["MC10000401001000", "不知是否在参保期内"] == 1
    informed = BillAuditor(auditor.plan, read_beside([tmp_path]))
    answer, _ = asked(informed, message)
    assert "MC10000401001000" in {row["rule_code"] for row in answer.findings}
    assert ("MC10000401001000", "不知是否在参保期内") not in answer.unjudged


def test_a_message_that_tells_the_end_of_its_orders_is_judged_by_it_without_a_table(
    auditor: BillAuditor,
) -> None:
    message = sample_message("stay")
    silent, _ = asked(auditor, message)
    assert silent.unjudged["MC10000403013000", "医嘱有效至未知"] == 1
    orders = encounters(message)[0]["fsi_order_dtos"]
    last = max(order["drord_begn_date"] for order in orders)
    for order in orders:
        order["drord_stop_date"] = last
    told, _ = asked(auditor, message)
    assert ("MC10000403013000", "医嘱有效至未知") not in told.unjudged
    assert "MC10000403013000" not in {row["rule_code"] for row in told.findings}
    late = next(order for order in orders if order["drord_begn_date"] == last)
    late["drord_stop_date"] = encounters(message)[0]["adm_date"]
    found = [row for row in asked(auditor, message)[0].findings if row["rule_code"] == "MC10000403013000"]
    assert [row["line_id"] for row in found] == [late["rx_id"]]
