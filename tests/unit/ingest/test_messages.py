"""National messages in all the shapes that hospital systems send, read into the words of the domain."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest

from mingcha.domain.errors import InputError
from mingcha.domain.values import day_of, minute_of
from mingcha.ingest.messages import Message, decode_message, read_message
from mingcha.sample.messages import MESSAGES, sample_message


def order(**more: Any) -> dict[str, Any]:
    return {
        "rx_id": "L1",
        "hilist_code": "X01",
        "cnt": "2",
        "pric": "1.5",
        "sumamt": "3.00",
        "drord_begn_date": "2026-03-01 09:00:00",
        **more,
    }


def encounter(*orders: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "mdtrt_id": "E1",
        "medins_id": "H1",
        "adm_date": "2026-03-01 08:00:00",
        "dscg_date": "",
        "med_type": "11",
        "insutype": "310",
        "fsi_order_dtos": list(orders),
        "fsi_diagnose_dtos": [{"dise_codg": "i10.x00", "maindise_flag": "1", "dias_srt_no": "1"}],
        **more,
    }


def patient(*encounters: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "patn_id": "P1",
        "patn_name": "某人",
        "gend": "1",
        "brdy": "1980-01-02",
        "curr_mdtrt_id": "E1",
        "fsi_encounter_dtos": list(encounters),
        **more,
    }


def read(message: Any) -> Message:
    return read_message(json.dumps(message, ensure_ascii=False).encode())


def bill(*orders: dict[str, Any], **more: Any) -> Message:
    return read({"infno": "3101", "input": {"data": {"patient_dtos": [patient(encounter(*orders, **more))]}}})


def test_a_message_becomes_facts_and_columns_in_stored_units() -> None:
    message = bill(order())
    one = message.encounters[0]
    assert (message.transaction, message.rows, message.faults) == ("3101", 1, [])
    assert one.current
    assert one.facts["sex"] == "1"
    assert one.facts["birth_date"] == day_of(date(1980, 1, 2))
    assert one.facts["ended_at"] is None
    assert "person_name" not in one.facts
    assert one.lines["billed_quantity"] == [20_000]
    assert one.lines["unit_price"] == [1_500_000]
    assert one.lines["billed_amount"] == one.lines["amount"] == [300]
    assert one.lines["charged_at"] == [minute_of(datetime(2026, 3, 1, 9))]
    assert one.diagnoses["diagnosis_code"] == ["I10.X00"]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda data: {"infno": "3102", "input": {"data": data}},
        lambda data: {"input": {"data": data}},
        lambda data: {"input": data},
        lambda data: {"data": data},
        lambda data: data,
        lambda data: {"input": json.dumps({"data": data})},
    ],
    ids=["envelope", "input.data", "input", "data", "bare", "input as text"],
)
@pytest.mark.parametrize("one", [True, False], ids=["objects", "lists"])
def test_every_wrapping_and_one_object_for_a_list_say_the_same(wrap: Any, one: bool) -> None:
    visit = encounter(order())
    if one:
        visit |= {"fsi_order_dtos": order(), "fsi_diagnose_dtos": visit["fsi_diagnose_dtos"][0]}
    person = patient() | {"fsi_encounter_dtos": visit if one else [visit]}
    message = read(wrap({"trig_scen": "1", "patient_dtos": person if one else [person]}))
    assert message.trigger == "1"
    assert message.encounters[0].lines["item_code"] == ["X01"]


def test_numbers_nulls_and_booleans_where_text_belongs_are_understood() -> None:
    one = bill(
        order(cnt=2.50, pric=0.1, sumamt=0.25, rxno=None, long_drord_flag=True), med_type=11
    ).encounters[0]
    assert one.lines["billed_quantity"] == [25_000]
    assert one.lines["unit_price"] == [100_000]
    assert one.lines["long_order"] == [True]
    assert one.lines["prescription_id"] == [None]
    assert one.facts["care_type"] == "11"


def test_zero_is_how_an_empty_number_is_sent_but_not_an_empty_flag() -> None:
    extension = {"o_prdDays": "0", "o_firstItemFlag": "0"}
    one = bill(order(ownpay_amt="0", hilist_pric="0.00", extend_order_map=extension)).encounters[0]
    assert one.lines["own_expense"] == [None]
    assert one.lines["price_ceiling"] == [None]
    assert one.lines["supply_days"] == [None]
    assert one.lines["first_line_used"] == [False]


def test_an_empty_first_line_flag_is_unknown() -> None:
    for extension in ({"o_firstItemFlag": ""}, {}, None):
        lines = bill(order(extend_order_map=extension)).encounters[0].lines
        assert lines["first_line_used"] == [None]


def test_an_unreadable_optional_value_is_unknown_and_told() -> None:
    message = bill(order(extend_order_map={"o_prdDays": "七天"}))
    assert message.encounters[0].lines["supply_days"] == [None]
    (fault,) = message.faults
    assert (fault.field.name, fault.value, fault.rejected) == ("supply_days", "七天", False)


def history(*orders: dict[str, Any], **more: Any) -> Message:
    """A faultless current bill, and these lines as its history."""
    earlier = encounter(*orders, mdtrt_id="E0", **more)
    return read({"patient_dtos": patient(encounter(order(rx_id="L0")), earlier)})


def test_a_line_of_the_history_without_a_required_fact_is_left_out_and_told_the_others_stay() -> None:
    message = history(order(), order(rx_id="L2", cnt=""), order(rx_id="L3", drord_begn_date="x"))
    assert message.encounters[1].lines["line_id"] == ["L1"]
    assert {(f.encounter, f.row, f.field.name) for f in message.faults if f.rejected} == {
        (1, 1, "billed_quantity"),
        (1, 2, "charged_at"),
    }


def test_what_is_left_of_a_bill_no_longer_adds_up_to_its_total() -> None:
    assert history(order(), medfee_sumamt="3").encounters[1].facts["lines_rejected"] == 0
    lacking = history(order(), order(rx_id="L2", cnt=""), medfee_sumamt="6")
    assert lacking.encounters[1].facts["lines_rejected"] == 1


def test_an_encounter_without_its_time_is_left_out_with_all_its_lines() -> None:
    sent = {"patient_dtos": patient(encounter(order(), order(rx_id="L2"), adm_date=""))}
    message = decode_message(json.dumps(sent).encode())
    assert message.encounters == []
    assert {f.row for f in message.faults if f.rejected} == {-1, 0, 1}


def test_an_unknown_sex_is_unknown_and_not_a_sex_of_zero() -> None:
    assert read({"patient_dtos": patient(encounter(order()), gend="0")}).encounters[0].facts["sex"] is None


def test_refunds_are_netted_and_lines_come_in_order_of_charge() -> None:
    later = order(rx_id="L0", drord_begn_date="2026-03-02 09:00:00", cnt="-1", sumamt="-1.50")
    lines = bill(later, order()).encounters[0].lines
    assert lines["line_key"] == ["L1", "L0"]
    assert lines["quantity"] == [10_000, 0]
    assert lines["amount"] == [150, 0]


def test_a_line_that_stands_twice_counts_once() -> None:
    message = bill(order(), order())
    assert message.encounters[0].lines["line_id"] == ["L1"]
    assert message.faults == []


def test_of_contradicting_lines_of_the_history_one_is_left_out() -> None:
    message = history(order(), order(), order(cnt="9"))
    assert message.encounters[1].lines["line_id"] == ["L1"]
    assert [f.reason for f in message.faults] == ["同一明细标识的内容不同"]


def test_lines_without_identifiers_are_numbered() -> None:
    assert bill(order(rx_id=""), order(rx_id="")).encounters[0].lines["line_key"] == ["#1", "#2"]


def test_history_is_what_is_not_the_current_encounter() -> None:
    person = patient(encounter(order()), encounter(order(rx_id="L9"), mdtrt_id="E0"))
    assert [one.current for one in read({"patient_dtos": [person]}).encounters] == [True, False]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b'{"input": 5}', b'{"patient_dtos": [1]}', b"\xff\xfe"]
)
def test_what_is_no_message_is_one_clear_error(content: bytes) -> None:
    with pytest.raises(InputError) as caught:
        decode_message(content)
    assert caught.value.remedy


def test_the_envelope_and_what_is_asked_for_are_kept() -> None:
    data = {"trig_scen": "4", "rule_ids": ["R1", " R2 ", ""], "patient_dtos": patient(encounter(order()))}
    message = read(
        {"infno": "3101", "msgid": "M1", "inf_time": "2026-03-01 10:00:00", "input": {"data": data}}
    )
    assert (message.message_id, message.sent_at) == ("M1", "2026-03-01 10:00:00")
    assert message.rule_ids == ("R1", "R2")
    assert read({**data, "rule_ids": "R1，R2"}).rule_ids == ("R1", "R2")
    assert read({**data, "rule_ids": ""}).rule_ids == ()


def test_fields_that_are_not_of_the_specification_are_ignored() -> None:
    strange = {"vendor": {"deep": [1, None, {"x": 1.5}]}, "his_md_cnt": "1η2"}
    message = bill(order(**strange, extend_order_map={"o_own": "x"}), **strange)
    assert message.faults == []
    assert message.encounters[0].lines["item_code"] == ["X01"]


@pytest.mark.parametrize(
    ("field", "zero"),
    [
        ("matn_stas", None),
        ("med_mdtrt_type", "0"),
        ("out_setl_flag", False),
        ("ownpay_amt", None),
        ("selfpay_amt", None),
        ("acct_payamt", None),
        ("hifp_payamt", None),
        ("medfee_sumamt", None),
    ],
)
def test_a_zero_of_an_encounter_means_what_its_field_lets_it_mean(field: str, zero: object) -> None:
    names = {
        "matn_stas": "maternity_state",
        "med_mdtrt_type": "visit_type",
        "out_setl_flag": "remote_settlement",
        "ownpay_amt": "own_expense",
        "selfpay_amt": "self_paid",
        "acct_payamt": "account_paid",
        "hifp_payamt": "fund_paid",
        "medfee_sumamt": "total_amount",
    }
    assert bill(order(), **{field: "0"}).encounters[0].facts[names[field]] == zero
    assert bill(order(), **{field: ""}).encounters[0].facts[names[field]] is None


@pytest.mark.parametrize(("sent", "held"), [("12.5", 125_000), (3.25, 32_500), ("", None), ("12kg", None)])
def test_a_weight_beside_the_specification_is_read_in_kilograms(sent: object, held: int | None) -> None:
    assert bill(order(), wt=sent).encounters[0].facts["weight"] == held


def test_a_number_that_must_be_sent_may_be_zero() -> None:
    lines = bill(order(cnt="0", sumamt=0)).encounters[0].lines
    assert lines["billed_quantity"] == lines["billed_amount"] == [0]


def test_decimals_are_read_exactly_whether_written_as_numbers_or_as_text() -> None:
    # 0.07 × 100 and 1.1 × 3 are no whole numbers in binary.
    for amount in (0.07, "0.07", "0.070", 7e-2):
        assert bill(order(sumamt=amount)).encounters[0].lines["billed_amount"] == [7]
    raw = json.dumps({"patient_dtos": patient(encounter(order(pric="@")))}).replace('"@"', "0.333333")
    assert read_message(raw.encode()).encounters[0].lines["unit_price"] == [333_333]


@pytest.mark.parametrize(
    "count", ["1e30", 10**30, "9" * 61, "1e400", "NaN", "Infinity", "十", "--", "１２ａ"]
)
def test_a_quantity_that_is_none_or_too_large_leaves_the_line_out(count: Any) -> None:
    message = history(order(), order(rx_id="L2", cnt=count))
    assert message.encounters[1].lines["line_id"] == ["L1"]
    assert [(f.row, f.field.name) for f in message.faults] == [(1, "billed_quantity")]


def test_quantity_times_price_beyond_64_bits_leaves_the_line_out() -> None:
    message = history(order(), order(rx_id="L2", cnt="9999999", pric="99999999", sumamt="1"))
    assert message.encounters[1].lines["line_id"] == ["L1"]
    assert [(f.row, f.field.name, f.rejected) for f in message.faults] == [(1, "unit_price", True)]


def test_a_fault_says_where_in_the_message_the_value_stands() -> None:
    earlier = encounter(order(rx_id="L2", cnt="x", extend_order_map={"o_prdDays": "y"}), mdtrt_id="E0")
    person = patient(encounter(order()), earlier, brdy="z")
    message = read({"input": {"data": {"patient_dtos": [person]}}})
    root = "input.data.patient_dtos[0]"
    assert {message.path_of(fault): fault.value for fault in message.faults} == {
        f"{root}.brdy": "z",
        f"{root}.fsi_encounter_dtos[1].fsi_order_dtos[0].cnt": "x",
        f"{root}.fsi_encounter_dtos[1].fsi_order_dtos[0].extend_order_map.o_prdDays": "y",
    }


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"patn_id": ""}, "patient_dtos[0].patn_id"),
        ({"fsi_encounter_dtos": []}, "patient_dtos"),
        ({"curr_mdtrt_id": "E9"}, "patient_dtos"),
        (
            {"fsi_encounter_dtos": encounter(order(), adm_date="31日")},
            "patient_dtos[0].fsi_encounter_dtos[0].adm_date",
        ),
        (
            {"fsi_encounter_dtos": encounter(order(), medins_id="")},
            "patient_dtos[0].fsi_encounter_dtos[0].medins_id",
        ),
        (
            {"fsi_encounter_dtos": encounter(order(), order(rx_id="L2", cnt="两盒"))},
            "patient_dtos[0].fsi_encounter_dtos[0].fsi_order_dtos[1].cnt",
        ),
        (
            {"fsi_encounter_dtos": encounter(order(), order(cnt="9"))},
            "patient_dtos[0].fsi_encounter_dtos[0].fsi_order_dtos[1].rx_id",
        ),
    ],
)
def test_a_bill_that_cannot_be_audited_is_refused_and_not_answered_as_faultless(
    more: dict[str, Any], path: str
) -> None:
    with pytest.raises(InputError) as caught:
        read({"patient_dtos": {**patient(encounter(order())), **more}})
    assert caught.value.where == path
    assert caught.value.remedy


def test_a_history_that_cannot_be_read_does_not_hold_up_the_current_bill() -> None:
    message = read({"patient_dtos": patient(encounter(order()), encounter(mdtrt_id="E0", adm_date=""))})
    assert [one.current for one in message.encounters] == [True]
    assert [message.path_of(f) for f in message.faults] == ["patient_dtos[0].fsi_encounter_dtos[1].adm_date"]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b'{"input": {"data": {"patient_dtos": 5}}}', "input.data.patient_dtos"),
        (
            json.dumps({"patient_dtos": patient(encounter(order(cnt=[1])))}).encode(),
            "patient_dtos.fsi_encounter_dtos[0].fsi_order_dtos[0].cnt",
        ),
        (b'{"input": {"data": {}}}', "input.data.patient_dtos"),
    ],
)
def test_a_node_of_the_wrong_kind_is_named_with_its_path(content: bytes, where: str) -> None:
    with pytest.raises(InputError) as caught:
        read_message(content)
    assert caught.value.where == where


@pytest.mark.parametrize("empty", [None, "", []])
def test_an_empty_collection_or_map_is_none_whatever_stands_for_it(empty: object) -> None:
    message = bill(order(extend_order_map=empty), fsi_operation_dtos=empty, fsi_diagnose_dtos=empty)
    assert message.encounters[0].lines["first_line_used"] == [None]
    assert message.encounters[0].diagnoses["diagnosis_code"] == []


def test_a_message_may_begin_with_a_byte_order_mark() -> None:
    content = json.dumps({"patient_dtos": patient(encounter(order()))}).encode("utf-8-sig")
    assert len(read_message(content).encounters) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        json.dumps(
            {"patient_dtos": patient(encounter(order(hilist_name="阿莫西林胶囊")))}, ensure_ascii=False
        ).encode("gb18030"),
        b'{"patient_dtos": [{"patn_id": ' + b"9" * 5000 + b"}]}",
    ],
    ids=["deep", "deep and unknown", "other encoding", "endless number"],
)
def test_what_would_break_a_reader_is_one_clear_error(content: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read_message(content)
    assert caught.value.remedy


def test_a_value_that_was_unreadable_before_is_told_again() -> None:
    for _ in range(2):
        message = bill(order(extend_order_map={"o_prdDays": "七天"}))
        assert [fault.value for fault in message.faults] == ["七天"]


def test_two_patients_are_two_bills() -> None:
    second = patient(encounter(order(rx_id="L9"), mdtrt_id="E7"), patn_id="P2", curr_mdtrt_id="E7", gend="2")
    message = read({"patient_dtos": [patient(encounter(order())), second]})
    assert [(one.facts["person_id"], one.facts["sex"], one.current) for one in message.encounters] == [
        ("P1", "1", True),
        ("P2", "2", True),
    ]


def test_a_sample_message_is_read_without_a_fault() -> None:
    for kind in MESSAGES:
        message = read(sample_message(kind))
        assert message.faults == []
        assert sum(one.current for one in message.encounters) == 1
