"""The national gateway: who may call, what is answered, what is kept, and that nothing stands in the way."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from mingcha.access.actor import Actor, Held
from mingcha.access.connections.given import change_state, connect, connections
from mingcha.access.connections.services import Service, catalogue
from mingcha.access.connections.states import ConnectionState
from mingcha.access.context import Access
from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.access.scope import Reach
from mingcha.administration.changes import approve
from mingcha.administration.parameters import propose_parameters
from mingcha.audit.bill import FAILED, BillAuditor
from mingcha.audit.calls import CallOutcome
from mingcha.engine.compiled import Compiled
from mingcha.engine.waiting import not_waiting
from mingcha.gateways.national.draining import audit_later
from mingcha.gateways.national.gateway import Gateway
from mingcha.gateways.national.opening import Opened
from mingcha.gateways.national.pasts import Pasts
from mingcha.store.database.calls import CallFeedback, CallFinding, CallRow
from mingcha.store.database.engine import Unavailable
from mingcha.store.database.histories import History
from mingcha.store.journal.records import JournalError, journal_folder
from mingcha.store.journal.writing import Journal
from tests.platform.gateway.calling import HOSPITAL, Hospital, answer_of, bill, encounter, message
from tests.platform.gateway.conftest import Installed
from tests.support.platform import ROOT, clock_of

SECURITY = Actor(None, "security", (Held(Role.SECURITY_ADMIN, Reach()),))
HOUR = timedelta(hours=1)


def calls(installed: Installed) -> list[CallRow]:
    installed.drain()
    with installed.access.database.reading() as session:
        return list(session.scalars(select(CallRow).order_by(CallRow.message_id)))


def test_a_signed_bill_is_answered_in_the_national_form_and_kept(installed: Installed, ask: Any) -> None:
    sent = bill()
    answer = ask(sent)
    assert answer["infcode"] == 0
    assert len(answer["inf_refmsgid"]) == 30
    assert len(answer["refmsg_time"]) == len(answer["respond_time"]) == 17
    (result,) = answer["output"]["result"]
    (row,) = calls(installed)
    assert (row.outcome, row.release, row.findings) == (CallOutcome.AUDITED, 1, 1)
    assert (row.message_id, row.encounter_id) == (sent["msgid"], encounter(sent)["mdtrt_id"])
    with installed.access.database.reading() as session:
        assert session.scalars(select(CallFinding.result_id)).all() == [result["jr_id"]]


@pytest.mark.parametrize(
    ("headers", "address", "said"),
    [
        ({}, "", "缺少服务网关的请求头!"),
        ({"_api_access_key": "nobody"}, "", "非法用户!"),
        ({"_api_signature": "AAAA"}, "", "签名不一致!"),
        ({"_api_timestamp": "1000000000000"}, "", "签名时间戳超时!"),
        ({"_api_version": ""}, "", "缺少服务网关的请求头!"),
    ],
)
def test_who_does_not_sign_rightly_is_refused_in_the_words_of_the_specification(
    installed: Installed, headers: dict[str, str], address: str, said: str
) -> None:
    gateway, hospital = installed.gateway(), installed.hospital
    signed = (
        hospital.headers(**{k: v for k, v in headers.items() if k != "_api_signature"}) if headers else {}
    )
    reply = gateway(hospital.request(bill(), headers={**signed, **headers}, address=address))
    assert (reply.status, json.loads(reply.content)) == (401, {"code": 401, "message": said})
    assert calls(installed) == []


def test_a_hospital_cannot_sign_for_another(installed: Installed) -> None:
    connect(installed.access, ROOT, "H35010000002")
    gateway, sent = installed.gateway(), bill()
    sent["fixmedins_code"] = "H35010000002"
    assert gateway(installed.hospital.request(sent)).status == 401


def test_an_unsigned_connection_holds_from_its_own_addresses_only(installed: Installed) -> None:
    connect(installed.access, ROOT, HOSPITAL, signed=False, networks=["10.1.0.0/16"])
    gateway, hospital = installed.gateway(), installed.hospital
    assert gateway(hospital.request(bill(), headers={}, address="10.1.2.3")).status == 200
    assert gateway(hospital.request(bill(), headers={}, address="10.2.2.3")).status == 401
    change_state(installed.access, ROOT, HOSPITAL, ConnectionState.STOPPED)
    assert gateway(hospital.request(bill(), headers={}, address="10.1.2.3")).status == 401


def test_a_repeated_message_gets_its_first_answer_from_every_process(installed: Installed) -> None:
    first, second = installed.gateway(), installed.gateway()
    sent = bill()
    answer = answer_of(first(installed.hospital.request(sent)))
    encounter(sent)["fsi_order_dtos"] = []
    for gateway in (first, second, installed.gateway()):
        assert answer_of(gateway(installed.hospital.request(sent))) == answer
    assert len(calls(installed)) == 1


def test_what_was_done_about_a_result_is_kept(installed: Installed, ask: Any) -> None:
    (result,) = ask(bill())["output"]["result"]
    warns = [{"warn_rslt_id": result["jr_id"], "dspo_way": "1", "dspo_way_rea": "病情需要"}]
    assert ask(message("3103", {"data": {"warn_type": "1", "warns": warns}}))["infcode"] == 0
    installed.drain()
    with installed.access.database.reading() as session:
        (said,) = session.scalars(select(CallFeedback))
    assert (said.result_id, said.stage, said.way, said.reason) == (result["jr_id"], "1", "1", "病情需要")


def test_feedback_that_came_when_there_was_no_time_is_kept_all_the_same(
    installed: Installed, ask: Any
) -> None:
    """Sent again it gets its first answer: so it must not be lost."""
    (result,) = ask(bill())["output"]["result"]
    warns = [{"warn_rslt_id": result["jr_id"], "dspo_way": "2"}]
    told = message("3103", {"data": {"warn_type": "1", "warns": warns}})
    spoiled = message("3103", {"data": {"warn_type": "1", "warns": []}})
    for sent in (told, spoiled):
        answer_of(installed.gateway().overloaded(installed.hospital.request(sent)))
    installed.drain()
    with installed.access.database.reading() as session:
        assert [one.way for one in session.scalars(select(CallFeedback))] == ["2"]
    outcomes = {row.message_id: row.outcome for row in calls(installed)}
    assert outcomes[told["msgid"]] == CallOutcome.TAKEN
    assert outcomes[spoiled["msgid"]] == CallOutcome.REFUSED


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"warn_type": "3", "warns": []}, "warn_type"),
        ({"warn_type": "1", "warns": []}, "warns"),
        ({"warn_type": "1", "warns": {"warn_rslt_id": "", "dspo_way": "2"}}, "warns[0].warn_rslt_id"),
        ({"warn_type": "1", "warns": {"warn_rslt_id": "x", "dspo_way": "9"}}, "warns[0].dspo_way"),
        ({"warn_type": "1", "warns": {"warn_rslt_id": "x", "dspo_way": "1"}}, "warns[0].dspo_way_rea"),
    ],
)
def test_feedback_that_lacks_something_is_refused_with_its_field(ask: Any, data: Any, where: str) -> None:
    answer = ask(message("3103", {"data": data}))
    assert answer["infcode"] == -1
    assert where in answer["err_msg"]


def test_signing_in_gives_a_number_that_signs_out_the_same_day_only(installed: Installed, ask: Any) -> None:
    given = ask(message("9001", {"signIn": {"opter_no": "A01", "mac": "0", "ip": "0"}}))["output"][
        "signinoutb"
    ]
    assert len(given["sign_no"]) == 30
    leaving = {"signOut": {"sign_no": given["sign_no"], "opter_no": "A01"}}
    assert ask(message("9002", leaving))["infcode"] == 0
    assert ask(message("9002", {"signOut": {**leaving["signOut"], "opter_no": "A02"}}))["infcode"] == -1
    clock_of(installed.access).forward(days=1)
    assert ask(message("9002", leaving))["infcode"] == -1


@pytest.mark.parametrize(
    "spoiled",
    [
        {"infno": "9999"},
        {"infno": ""},
        {"input": "{"},
        {"input": 1},
        {"input": {"data": {"patient_dtos": []}}},
        {"input": [[[[]]]]},
    ],
)
def test_a_bad_message_gets_infcode_minus_one_with_a_reason(ask: Any, spoiled: dict[str, Any]) -> None:
    answer = ask({**bill(), **spoiled})
    assert answer["infcode"] == -1
    assert 0 < len(answer["err_msg"]) <= 200


def test_a_rule_that_fails_is_left_out_and_the_others_answer(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = BillAuditor(installed.auditor.plan)
    ask = installed.hospital.calling(installed.gateway(auditors=lambda: own))
    sound = ask(bill())["output"]["result"]
    original, failing = Compiled.bill, not_waiting(own.plan.variant("").bill_checks, ())[0].slug

    def fail(self: Compiled, *given: Any) -> None:
        if self.check.slug == failing:
            raise ZeroDivisionError
        original(self, *given)

    monkeypatch.setattr(Compiled, "bill", fail)
    assert ask(bill())["output"]["result"] == sound
    assert own.failed == {failing}
    answer = own(json.dumps(bill()).encode())
    assert FAILED in {why for _, why in answer.unjudged}


def test_without_the_database_calls_are_judged_and_told_what_was_not_seen(installed: Installed) -> None:
    def gone(_: str) -> Any:
        raise Unavailable("数据库没有响应")

    ask = installed.hospital.calling(installed.gateway(pasts=Pasts(gone)))
    answer = ask(bill())
    assert answer["infcode"] == 0
    assert answer["output"]["result"]
    assert "历史就诊暂时不可用" in answer["err_msg"]


def test_what_cannot_be_kept_is_called_not_audited(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = installed.gateway()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mingcha.store.journal.writing.os.fdatasync", full)
    reply = gateway(installed.hospital.request(bill()))
    assert reply.kept is not None
    with pytest.raises(JournalError):
        reply.kept.result(20)
    assert "未审核" in json.loads(reply.otherwise())["err_msg"]
    monkeypatch.undo()
    assert json.loads(answer_of(gateway(installed.hospital.request(bill()))))["infcode"] == 0
    assert len(calls(installed)) == 1


@pytest.mark.parametrize("way", ["overloaded", "too late", "no release"])
def test_what_was_not_audited_is_audited_afterwards(installed: Installed, way: str) -> None:
    asked = installed.hospital.request(bill())
    if way == "overloaded":
        reply = installed.gateway().overloaded(asked)
    elif way == "too late":
        late = type(asked)(asked.content, asked.headers, asked.address, asked.arrived - 60)
        reply = installed.gateway()(late)
    else:
        reply = installed.gateway(auditors=lambda: None)(asked)
    answer = json.loads(answer_of(reply))
    assert answer["infcode"] == -1
    assert answer["err_msg"].startswith("未审核：")
    (row,) = calls(installed)
    assert (row.outcome, row.findings) == (CallOutcome.NOT_AUDITED, 0)
    folder = journal_folder(installed.access.home)
    assert audit_later(installed.access, installed.sealer, folder, lambda: installed.auditor) == 1
    (row,) = calls(installed)
    assert (row.outcome, row.findings) == (CallOutcome.AUDITED_LATER, 1)
    assert audit_later(installed.access, installed.sealer, folder, lambda: installed.auditor) == 0


def test_a_call_waits_as_long_as_is_set_for_its_scene_whether_or_not_the_database_is_there(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = installed.access
    opened = Opened(access)

    def seconds(scene: str) -> float:
        return opened.gateway.policy().deadlines.of(scene).total_seconds()

    def asked_a_minute_ago(scene: str) -> int:
        asked = installed.hospital.request(bill(scene=scene))
        late = type(asked)(asked.content, asked.headers, asked.address, asked.arrived - 60)
        policy = opened.gateway.policy()
        policy = replace(policy, deadlines=replace(policy.deadlines, scene_5=HOUR))
        gateway = installed.gateway(policy=lambda: policy)
        return int(json.loads(answer_of(gateway(late)))["infcode"])

    try:
        opened.look()
        assert (seconds("4"), seconds("1"), seconds("none")) == (1.5, 0.5, 0.5)
        made = propose_parameters(access, ROOT, {"deadline.4": 800}, access.today(), "本院网络较慢")
        approve(access, SECURITY, made.id, None)
        opened.look()
        assert (seconds("4"), seconds("5")) == (0.8, 1.5)
        assert (asked_a_minute_ago("4"), asked_a_minute_ago("5")) == (-1, 0)

        def gone(_: Access) -> Any:
            raise Unavailable("数据库没有响应")

        monkeypatch.setattr("mingcha.gateways.national.opening.known_connections", gone)
        opened.look()
        assert seconds("4") == 0.8
    finally:
        opened.journal.close()


def test_more_calls_than_agreed_are_kept_and_not_audited(installed: Installed) -> None:
    connect(installed.access, ROOT, HOSPITAL, signed=False, networks=["10.0.0.0/8"], a_second=2)
    gateway = installed.gateway()
    ask = Hospital("", "", installed.access.clock).calling(gateway)
    answers = [ask(bill(), headers={}) for _ in range(3)]
    assert [answer["infcode"] for answer in answers] == [0, 0, -1]
    assert "频率" in answers[-1]["err_msg"]


def test_draining_again_or_from_a_torn_file_changes_nothing(installed: Installed, ask: Any) -> None:
    for _ in range(3):
        ask(bill())
    assert len(calls(installed)) == 3
    assert installed.drain() == 0
    path = installed.journals[0].path
    whole = path.read_bytes()
    torn = path.with_name(f"torn-{path.name}")
    torn.write_bytes(whole[:-1])
    assert len(calls(installed)) == 3, "the two whole records of the copy are known"
    with installed.access.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CallFinding)) == 3


def test_nothing_of_a_message_can_be_read_in_the_journal(installed: Installed, ask: Any) -> None:
    sent = bill()
    ask(sent)
    patient = sent["input"]["data"]["patient_dtos"]
    name = (patient[0] if isinstance(patient, list) else patient)["patn_name"]
    assert name.encode() not in installed.journals[0].path.read_bytes()


def test_a_gateway_never_raises(installed: Installed) -> None:
    def broken() -> Any:
        raise RuntimeError("x")

    gateway: Gateway = installed.gateway(auditors=broken)
    answer = json.loads(answer_of(gateway(installed.hospital.request(bill()))))
    assert answer["err_msg"].startswith("未审核：")
    assert isinstance(gateway.journal, Journal)


def test_what_is_sent_while_a_connection_is_tried_is_answered_and_is_nobodys_history(
    installed: Installed, ask: Any
) -> None:
    change_state(installed.access, ROOT, HOSPITAL, ConnectionState.TRIAL)
    assert ask(bill(scene="8"))["infcode"] == 0
    (row,) = calls(installed)
    assert (row.outcome, row.trial) == (CallOutcome.AUDITED, True)
    with installed.access.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(History)) == 0


def test_only_services_that_were_subscribed_to_are_served(installed: Installed) -> None:
    connect(installed.access, ROOT, HOSPITAL, services=[Service.DURING])
    ask = installed.hospital.calling(installed.gateway())
    assert "没有开通交易 3101" in ask(bill())["err_msg"]
    assert ask(bill(infno="3102"))["infcode"] == 0


def test_beyond_the_calls_of_a_day_a_bill_is_kept_and_audited_afterwards(installed: Installed) -> None:
    connect(installed.access, ROOT, HOSPITAL, a_day=2)
    ask = installed.hospital.calling(installed.gateway())
    assert [ask(bill(seed=seed))["infcode"] for seed in (1, 2)] == [0, 0]
    installed.drain()
    assert "每日次数" in ask(bill(seed=3))["err_msg"]
    assert [row.outcome for row in calls(installed)][-1] == CallOutcome.NOT_AUDITED


def test_the_catalogue_counts_each_call_of_a_service_once(installed: Installed, ask: Any) -> None:
    ask(bill())
    ask(bill(seed=2))
    ask(bill(seed=3, infno="3102"))
    spoiled = bill(seed=4)
    encounter(spoiled)["adm_date"] = "2026-02-31 08:00:00"
    ask(spoiled)
    installed.drain()
    installed.drain()
    used = {one.code: (one.live, one.calls, one.refused) for one in catalogue(installed.access, ROOT)}
    assert used == {"before": (1, 3, 1), "during": (1, 1, 0), "records": (1, 0, 0)}
    (view,) = connections(installed.access, ROOT, Listing()).items
    assert view.used_today == 4


def test_a_call_that_is_shed_is_of_a_known_sender_and_still_a_trial(installed: Installed) -> None:
    """Overload lets nobody in, and makes nobody's history of what only tries a connection."""
    change_state(installed.access, ROOT, HOSPITAL, ConnectionState.TRIAL)
    gateway, sent = installed.gateway(), bill(scene="8")
    assert gateway.overloaded(installed.hospital.request(sent, headers={})).status == 401
    assert b"-1" in answer_of(gateway.overloaded(installed.hospital.request(sent)))
    (row,) = calls(installed)
    assert (row.outcome, row.trial) == (CallOutcome.NOT_AUDITED, True)
    with installed.access.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(History)) == 0
