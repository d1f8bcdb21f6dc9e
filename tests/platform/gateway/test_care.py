"""Messages of care sent to the gateway: refused with field and reason, or kept and told to the health record once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from mingcha.access.connections.given import change_state, connect, connections
from mingcha.access.connections.services import CARE, Service
from mingcha.access.connections.states import ConnectionState
from mingcha.access.listing import Listing
from mingcha.audit.calls import CallOutcome
from mingcha.audit.health.facts import HealthFact, facts_of
from mingcha.audit.histories import index_of
from mingcha.store.database.calls import CallRow
from mingcha.store.database.health import HealthRow
from tests.platform.gateway.calling import HOSPITAL, answer_of, bill, message
from tests.platform.gateway.conftest import Installed
from tests.support.platform import ROOT
from tests.support.records import CT, INPUTS, NAME, PERSON, VISIT

TOLD = {
    ("allergy", "青霉素"), ("diagnosis", "高血压病"), ("operation", "阑尾切除术"), ("diagnosis", "胆囊结石"),
    ("drug", "头孢呋辛"), ("examination", "胸部CT"), ("examination", "葡萄糖"), ("examination", "大肠埃希菌"),
    ("examination", "阿莫西林"), ("examination", "慢性炎症"),
}  # fmt: skip


def facts(installed: Installed, person: str = PERSON) -> list[HealthFact]:
    installed.drain()
    with installed.access.database.reading() as session:
        return facts_of(session, index_of(installed.access, person))


def rows(installed: Installed) -> list[CallRow]:
    with installed.access.database.reading() as session:
        return list(session.scalars(select(CallRow).order_by(CallRow.received_at, CallRow.id)))


def test_what_a_hospital_sends_of_care_stands_in_the_health_record_as_found_there(
    installed: Installed, ask: Any
) -> None:
    answers = {infno: ask(message(infno, content)) for infno, content in INPUTS.items()}
    assert {infno: (one["infcode"], one["output"]) for infno, one in answers.items()} == dict.fromkeys(
        INPUTS, (0, {})
    )
    assert INPUTS.keys() | {"4402A"} == CARE
    found = facts(installed)
    assert {(one.kind, one.name) for one in found} == TOLD
    assert {one.institution_id for one in found} == {HOSPITAL}
    assert {(one.outcome, one.encounter_id, one.region_code) for one in rows(installed)} == {
        (CallOutcome.TAKEN, "V1", found[0].region or None)
    }
    assert {one.source for one in found} == {f"call:{row.id}" for row in rows(installed)}
    (drug,) = (one for one in found if one.kind == "drug")
    assert drug.day is not None
    assert drug.until == drug.day + 2
    with installed.access.database.reading() as session:
        packed = b"".join(row.packed for row in session.scalars(select(HealthRow)))
    for secret in (NAME, PERSON):
        assert secret not in str(found)
        assert secret.encode() not in packed + installed.journals[0].path.read_bytes()


def test_a_message_sent_or_drained_again_tells_nothing_twice(installed: Installed, ask: Any) -> None:
    sent = message("4501", {"examinfo": CT})
    assert ask(sent) == installed.hospital.calling(installed.gateway())(sent)
    ask(message("4501", {"examinfo": CT}))
    assert len(facts(installed)) == 1
    assert len(facts(installed)) == 1


def test_what_its_hospital_takes_back_is_no_fact_any_more_whichever_journal_is_read_first(
    installed: Installed,
) -> None:
    ask, other = (installed.hospital.calling(installed.gateway()) for _ in range(2))
    other(message("4501", {"examinfo": {**CT, "rpotc_no": "R2"}}))
    other(message("4501", {"examinfo": CT}))
    ask(message("4501", {"examinfo": {**CT, "vali_flag": "0"}}))
    assert [one.reference for one in facts(installed)] == ["R2"]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("infno", "content", "where"),
    [
        ("4501", {"examinfo": {**CT, "rpotc_no": ""}}, "rpotc_no"),
        ("4501", {"examinfo": {**CT, "psn_no": ""}}, "psn_no"),
        ("4501", {"examinfo": {**CT, "mdtrt_id": ""}}, "mdtrt_id"),
        ("4501", {"examinfo": {**CT, "exam_date": "2026-02-31"}}, "exam_date"),
        ("4501", {"data": CT}, "input.examinfo"),
        ("4502", {"labinfo": VISIT, "iteminfo": [{"exam_item_name": "葡萄糖"}]}, "rpotc_no"),
        (
            "4401",
            {**INPUTS["4401"], "baseinfo": {**INPUTS["4401"]["baseinfo"], "fixmedins_code": "H9"}},
            "H9",
        ),
        ("4505", None, "input.data"),
        ("4505", [[["x"]]], "input.data"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_field_and_becomes_no_fact(
    installed: Installed, ask: Any, infno: str, content: Any, where: str
) -> None:
    answer = ask(message(infno, content))
    assert answer["infcode"] == -1
    assert where in answer["err_msg"]
    assert NAME not in answer["err_msg"]
    assert facts(installed) == []
    assert [one.outcome for one in rows(installed)] == [CallOutcome.REFUSED]


@pytest.mark.one_database
def test_a_day_that_says_there_is_none_is_unknown(installed: Installed, ask: Any) -> None:
    assert ask(message("4501", {"examinfo": {**CT, "exam_date": "1900-01-01"}}))["infcode"] == 0
    assert [one.day for one in facts(installed)] == [None]


def test_a_connection_that_is_tried_tells_nothing_and_one_that_ended_is_refused(
    installed: Installed,
) -> None:
    change_state(installed.access, ROOT, HOSPITAL, ConnectionState.TRIAL)
    assert installed.hospital.calling(installed.gateway())(message("4501", {"examinfo": CT}))["infcode"] == 0
    assert facts(installed) == []
    assert [(one.outcome, one.trial) for one in rows(installed)] == [(CallOutcome.TAKEN, True)]
    change_state(installed.access, ROOT, HOSPITAL, ConnectionState.STOPPED)
    ended = installed.gateway()(installed.hospital.request(message("4501", {"examinfo": CT})))
    assert ended.status == 401
    installed.drain()
    with installed.access.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(HealthRow)) == 0


@pytest.mark.one_database
def test_records_are_a_service_of_their_own_and_use_up_no_audits(installed: Installed) -> None:
    connect(installed.access, ROOT, HOSPITAL, services=[Service.BEFORE], a_day=1, state=ConnectionState.LIVE)
    ask = installed.hospital.calling(installed.gateway())
    assert "没有开通交易 4501" in ask(message("4501", {"examinfo": CT}))["err_msg"]
    connect(installed.access, ROOT, HOSPITAL, a_day=1, state=ConnectionState.LIVE)
    ask = installed.hospital.calling(installed.gateway())
    assert ask(message("4501", {"examinfo": CT}))["infcode"] == 0
    assert len(facts(installed)) == 1
    (view,) = connections(installed.access, ROOT, Listing()).items
    assert view.used_today == 0
    assert ask(bill())["infcode"] == 0


def test_what_came_when_there_was_no_time_is_read_afterwards(installed: Installed) -> None:
    gateway = installed.gateway()
    for sent in (message("4501", {"examinfo": CT}), message("4501", {"examinfo": {}})):
        assert "未审核：系统繁忙" in answer_of(gateway.overloaded(installed.hospital.request(sent))).decode()
    assert [one.name for one in facts(installed)] == ["胸部CT"]
    assert {one.outcome for one in rows(installed)} == {CallOutcome.TAKEN, CallOutcome.REFUSED}
