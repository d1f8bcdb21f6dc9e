"""Earlier bills: what a settled bill, a stay that goes on, and an order taken back leave for the next call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import repeat
from typing import Any

import pytest
from sqlalchemy import select

from mingcha.audit.calls import key_of
from mingcha.audit.past import PastEncounter, lay_past_beside
from mingcha.gateways.national.gateway import DRAFT
from mingcha.ingest.messages import BilledEncounter, read_message
from mingcha.store.database.calls import CallFeedback, CallRow
from tests.platform.gateway.calling import HOSPITAL, answer_of, bill, encounter, message
from tests.platform.gateway.conftest import Installed
from tests.support.platform import clock_of


def person_of(sent: dict[str, Any]) -> str:
    patient = sent["input"]["data"]["patient_dtos"]
    found: str = (patient[0] if isinstance(patient, list) else patient)["patn_id"]
    return found


def past(installed: Installed, sent: dict[str, Any]) -> list[PastEncounter]:
    installed.drain()
    return installed.look_up()(person_of(sent))


@pytest.mark.parametrize(
    ("scene", "remembered"), [("6", True), ("8", True), ("7", False), ("9", False), ("2", False)]
)
def test_only_a_settled_bill_becomes_history(
    installed: Installed, ask: Any, scene: str, remembered: bool
) -> None:
    sent = bill("visit", scene)
    ask(sent)
    assert [one.settled for one in past(installed, sent)] == [True] * remembered


def test_history_holds_no_name_and_no_number_of_a_person(installed: Installed, ask: Any) -> None:
    sent = bill("visit", "6")
    ask(sent)
    (known,) = past(installed, sent)
    assert person_of(sent) not in str(known)


def test_the_lines_of_earlier_days_stand_beside_those_of_today(installed: Installed, ask: Any) -> None:
    """A limit over the stay is broken by the lines of two messages together and by neither alone."""
    whole = bill()
    lines = encounter(whole)["fsi_order_dtos"]
    first, second = bill(), bill()
    encounter(first)["fsi_order_dtos"], encounter(second)["fsi_order_dtos"] = lines[:30], lines[30:]
    ask(first)
    installed.drain()
    ask(second)
    known = past(installed, second)
    assert sum(len(one.lines["line_id"]) for one in known) == len(lines)
    settled = bill(scene="8")
    ask(settled)
    assert [one.settled for one in past(installed, settled)] == [True]


def test_findings_on_lines_of_earlier_days_are_not_said_again(installed: Installed, ask: Any) -> None:
    whole = bill()
    assert len(ask(whole)["output"]["result"]) == 1
    installed.drain()
    again = bill()
    lines = encounter(again)["fsi_order_dtos"]
    faulty = ask(bill(seed=1))["output"]["result"][0]["judge_result_detail_dtos"][0]["rx_id"]
    encounter(again)["fsi_order_dtos"] = [line for line in lines if line["rx_id"] != faulty]
    assert ask(again)["output"]["result"] == []


def test_an_order_that_was_taken_back_is_no_past(installed: Installed, ask: Any) -> None:
    sent = bill()
    (result,) = ask(sent)["output"]["result"]
    assert len(past(installed, sent)) == 1
    ask(
        message(
            "3103", {"data": {"warn_type": "1", "warns": {"warn_rslt_id": result["jr_id"], "dspo_way": "2"}}}
        )
    )
    assert past(installed, sent) == []


@pytest.mark.one_database
def test_an_order_whose_taking_back_was_only_tried_stands(installed: Installed, ask: Any) -> None:
    sent = bill()
    (result,) = ask(sent)["output"]["result"]
    warns = {"warn_rslt_id": result["jr_id"], "dspo_way": "2"}
    tried = {**installed.hospital.headers(), DRAFT: "1"}
    ask(message("3103", {"data": {"warn_type": "1", "warns": warns}}), headers=tried)
    assert len(past(installed, sent)) == 1


@pytest.mark.parametrize("first_read", ["answer", "order"])
def test_an_order_is_taken_back_whichever_process_is_read_first_and_what_is_ordered_again_stands(
    installed: Installed, first_read: str
) -> None:
    first, second = installed.gateway(), installed.gateway()  # journals are read in this order
    orders, answers = (second, first) if first_read == "answer" else (first, second)
    ordered, again = bill(), bill()
    (result,) = json.loads(answer_of(orders(installed.hospital.request(ordered))))["output"]["result"]
    warns = {"warn_rslt_id": result["jr_id"], "dspo_way": "2"}
    clock_of(installed.access).forward(seconds=1)
    answer_of(
        answers(installed.hospital.request(message("3103", {"data": {"warn_type": "1", "warns": warns}})))
    )
    clock_of(installed.access).forward(seconds=1)
    answer_of(orders(installed.hospital.request(again)))
    (one,) = past(installed, again)
    assert one.told_by == key_of(HOSPITAL, again["msgid"])


def answer_to(result: str, way: str) -> dict[str, Any]:
    warns = {"warn_rslt_id": result, "dspo_way": way, "dspo_way_rea": "1 病情需要"}
    return message("3103", {"data": {"warn_type": "1", "warns": warns}})


@pytest.mark.parametrize("first_read", ["answer", "order"])
def test_an_order_that_was_gone_on_with_stands_when_a_later_one_with_the_same_result_is_taken_back(
    installed: Installed, first_read: str
) -> None:
    """Of an open stay the same result is told with each order: an answer is about the last of them."""
    first, second = installed.gateway(), installed.gateway()  # journals are read in this order
    orders, answers = (second, first) if first_read == "answer" else (first, second)
    kept, back = bill(), bill()
    for ordered, way in ((kept, "1"), (back, "2")):
        (result,) = json.loads(answer_of(orders(installed.hospital.request(ordered))))["output"]["result"]
        clock_of(installed.access).forward(seconds=1)
        answer_of(answers(installed.hospital.request(answer_to(result["jr_id"], way))))
        clock_of(installed.access).forward(seconds=1)
    (one,) = past(installed, back)
    assert one.told_by == key_of(HOSPITAL, kept["msgid"])
    with installed.access.database.reading() as session:
        calls = {key: value for key, value in session.execute(select(CallRow.message_id, CallRow.id))}
        linked = {
            key: value for key, value in session.execute(select(CallFeedback.way, CallFeedback.answered_id))
        }
    assert linked == {"1": calls[kept["msgid"]], "2": calls[back["msgid"]]}


@pytest.mark.one_database
def test_a_stay_told_in_many_parts_is_laid_beside_as_if_it_had_been_told_in_one(
    installed: Installed, ask: Any
) -> None:
    whole = bill()
    lines = encounter(whole)["fsi_order_dtos"]
    for start in range(0, len(lines), 7):
        part = bill()
        # The line before is said once more: the newest word on it is the one that stands.
        encounter(part)["fsi_order_dtos"] = lines[max(0, start - 1) : start + 7]
        ask(part)
        clock_of(installed.access).forward(seconds=1)
    told = past(installed, whole)
    laid: list[BilledEncounter] = []
    lay_past_beside(laid, told, person_of(whole))
    (at_once,) = (one for one in read_message(json.dumps(whole).encode()).encounters if one.current)
    (in_parts,) = laid
    assert len(told) > 5

    def by_id(columns: Mapping[str, Any], name: str) -> dict[str, Any]:
        return dict(zip(columns["line_id"], columns.get(name) or repeat(None), strict=False))

    for name in at_once.lines:
        assert by_id(in_parts.lines, name) == by_id(at_once.lines, name), name
    assert len(in_parts.lines["line_id"]) == len(lines)
