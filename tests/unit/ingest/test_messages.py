"""National messages in all the shapes that hospital systems send, read into the words of the domain."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest

from mingcha.domain.errors import InputError
from mingcha.domain.values import day_of, minute_of
from mingcha.ingest.messages import Message, decode_message, read_message


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


def test_a_line_without_a_required_fact_is_left_out_and_told_the_others_stay() -> None:
    message = bill(order(), order(rx_id="L2", cnt=""), order(rx_id="L3", drord_begn_date="x"))
    assert message.encounters[0].lines["line_id"] == ["L1"]
    assert {(f.row, f.field.name) for f in message.faults if f.rejected} == {
        (1, "billed_quantity"),
        (2, "charged_at"),
    }


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


def test_a_line_that_stands_twice_counts_once_and_a_contradicting_one_is_left_out() -> None:
    message = bill(order(), order(), order(cnt="9"))
    assert message.encounters[0].lines["line_id"] == ["L1"]
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
