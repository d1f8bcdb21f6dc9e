"""The simulator sends what a hospital would: whole, signed, in the envelope; each example is found by its rule."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mingcha.access.connections import given
from mingcha.access.connections.states import ConnectionState
from mingcha.access.errors import Invalid
from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.audit.bill import BillAuditor
from mingcha.audit.calls import decode_call
from mingcha.audit.plans import plan_of
from mingcha.domain.claims import Diagnosis, Encounter, Line, Person
from mingcha.gateways.simulator.examples import examples
from mingcha.gateways.simulator.sending import operator_of
from mingcha.ingest.messages import read_message
from mingcha.jobs.demonstration import demonstration_strategy
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.library.index import initials
from mingcha.review.conversations import Advice
from mingcha.review.second_opinions import OpinionFilter, decide, opinions
from mingcha.store.database.calls import CallFeedback, CallRow
from mingcha.store.journal.records import Place, journal_folder
from mingcha.web.national import Line as LineOfCalls
from tests.platform.gateway.calling import Hospital
from tests.platform.gateway.conftest import Installed
from tests.support.audited import Audited
from tests.support.browser import Browser, application_over
from tests.support.platform import ROOT, clock_of

pytestmark = pytest.mark.one_database
# What the specification marks as required (tables 128 to 131, 118); every one must say something.
PATIENT = "patn_id patn_name gend brdy poolarea curr_mdtrt_id fsi_encounter_dtos"
ENCOUNTER = (
    "mdtrt_id medins_id medins_name medins_admdvs medins_type medins_lv adm_date dscg_date dscg_main_dise_codg"
    " dscg_main_dise_name fsi_diagnose_dtos dr_codg adm_dept_codg adm_dept_name dscg_dept_codg dscg_dept_name"
    " med_mdtrt_type med_type fsi_order_dtos matn_stas medfee_sumamt ownpay_amt selfpay_amt setl_totlnum insutype"
    " reim_flag out_setl_flag"
)
DIAGNOSIS = "dise_id inout_dise_type maindise_flag dias_srt_no dise_codg dise_name dise_date"
ORDER = (
    "rx_id rxno long_drord_flag hilist_type chrg_type drord_bhvr hilist_code hilist_name hilist_lv hilist_pric"
    " hosplist_code hosplist_name cnt pric sumamt ownpay_amt selfpay_amt spec spec_unt drord_begn_date"
    " drord_dept_codg drord_dept_name drord_dr_codg drord_dr_name drord_dr_profttl curr_drord_flag"
)


class Desk:
    """A doctor's browser before the simulator of one hospital."""

    def __init__(self, audited: Audited, installed: Installed) -> None:
        self.installed = installed
        self.browser = Browser(audited.access).sign_in(Role.INSURANCE_OFFICE.value)
        self.begun = self.ask("GET", "/simulator")
        (self.institution,) = [one["institution_id"] for one in self.begun["desks"]]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.browser(method, path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def patient(self, sex: str | None = None) -> str:
        wanted = f"&sex={sex}" if sex else ""
        found = self.ask("GET", f"/simulator/patients?institution={self.institution}{wanted}")
        return str(found[0]["key"])

    def begin(self, patient: str, scene: str) -> dict[str, Any]:
        about = {"institution_id": self.institution, "patient": patient, "scene": scene}
        opened = self.ask("POST", "/simulator/visits", about)
        return {**about, "encounter_id": opened["encounter_id"], "started_at": opened["started_at"]}

    def example(self, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """An example, and the form that a click on it fills."""
        one = next(one for one in self.begun["examples"] if one["name"] == name)
        filled = {field: one[field] for field in ("diagnoses", "orders", "earlier", "operations")}
        return one, {**self.begin(self.patient(one["sex"]), one["scene"]), **filled}

    def audit(self, form: dict[str, Any], step: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.ask("POST", "/simulator/audits", {**form, "step": step})
        assert answer["audited"], answer["note"]
        return answer

    def feedback(self) -> list[str]:
        """The reasons that were given, as they are kept."""
        self.installed.drain()
        with self.installed.access.database.reading() as session:
            return list(session.scalars(select(CallFeedback.reason)))

    def calls(self) -> list[CallRow]:
        self.installed.drain()
        with self.installed.access.database.reading() as session:
            return list(session.scalars(select(CallRow).order_by(CallRow.received_at)))


@pytest.fixture(scope="module")
def auditor() -> BillAuditor:
    """What judges in the demonstration."""
    points, settings, strategy = starter_points(), starter_settings(), demonstration_strategy()
    return BillAuditor(plan_of(release_of(1, points, settings, with_demonstration=True, strategy=strategy)))


@pytest.fixture
def installed(audited: Audited, auditor: BillAuditor) -> Iterator[Installed]:
    made = Installed(audited.access, Hospital("", "", audited.access.clock), auditor)
    yield made
    for one in (*made.journals, *made.lookups):
        one.close()


@pytest.fixture
def desk(audited: Audited, installed: Installed) -> Iterator[Desk]:
    app = application_over(audited.access)
    app.state.line = LineOfCalls(installed.gateway())
    yield Desk(audited, installed)
    app.state.line = None


def test_an_envelope_calls_no_two_people_alike_however_long_their_names_are() -> None:
    long = "a" * 30
    named = {operator_of(login) for login in (long, f"{long}1", f"{long}2", f"{long}{'b' * 34}")}
    assert len(named) == 4
    assert all(len(one) <= 30 for one in named)
    assert operator_of("chen") == "chen"


def test_every_example_is_found_by_the_rule_that_it_promises(desk: Desk) -> None:
    for one in examples():
        told, form = desk.example(one.name)
        found = desk.audit(form, "draft")["findings"]
        assert told["finds"] in {finding["rule_code"] for finding in found}, one.name


def test_what_is_sent_says_all_that_the_specification_requires_and_is_read_without_fault(desk: Desk) -> None:
    _, form = desk.example("剩余用药")
    desk.audit(form, "sign")
    request = _sent(desk)
    (patient,) = request["input"]["data"]["patient_dtos"]
    rows = [(patient, PATIENT)]
    for encounter in patient["fsi_encounter_dtos"]:
        rows += [(encounter, ENCOUNTER)]
        rows += [(row, DIAGNOSIS) for row in encounter["fsi_diagnose_dtos"]]
        rows += [(row, ORDER) for row in encounter["fsi_order_dtos"]]
    for row, required in rows:
        assert [name for name in required.split() if not row.get(name)] == []
    assert len(request["msgid"]) == 30
    message = read_message(json.dumps(request).encode())
    assert message.faults == []
    assert [one.current for one in message.encounters] == [True, False]
    known = {
        name
        for entity in (Person, Encounter, Line, Diagnosis)
        for one in entity.fields().values()
        for name in one.national
    }
    assert set(ORDER.split()) <= known | {"hilist_lv"}


def test_herbs_stand_on_a_prescription_of_their_own(desk: Desk) -> None:
    (_, form), (_, herbs) = desk.example("超说明书用量"), desk.example("饮片超量")
    form["orders"] += [{**one, "number": 8 + number} for number, one in enumerate(herbs["orders"])]
    desk.audit(form, "sign")
    (patient,) = _sent(desk)["input"]["data"]["patient_dtos"]
    (encounter,) = patient["fsi_encounter_dtos"]
    drug, *ours = (one["rxno"] for one in encounter["fsi_order_dtos"])
    assert len(set(ours)) == 1
    assert drug not in ours
    assert max(map(len, (drug, *ours))) <= 20


def _sent(desk: Desk) -> dict[str, Any]:
    """The last message as the journal has it: the page only sees it masked."""
    row = desk.calls()[-1]
    place = Place(journal_folder(desk.installed.access.home) / row.journal, row.offset)
    sent: dict[str, Any] = json.loads(decode_call(desk.installed.sealer.content(place)).request)
    return sent


def test_orders_that_are_written_leave_nothing_and_settled_ones_are_seen_by_the_next_visit(
    desk: Desk,
) -> None:
    _, form = desk.example("剩余用药")
    form |= {"earlier": []}
    first = {**form, "orders": [{**form["orders"][0], "quantity": "3", "days": 90}]}
    assert desk.audit(first, "draft")["exchange"]["headers"]["mingcha-draft"] == "1"
    desk.audit(first, "sign")
    clock_of(desk.installed.access).moment += timedelta(seconds=1)
    again = {**form, **desk.begin(form["patient"], "chronic")}
    desk.calls()
    assert "MC10000404001000" not in _rules(desk.audit(again, "draft"))
    desk.audit(first, "settle")
    assert [(row.transaction, row.scene, row.trial) for row in desk.calls()][-1] == ("3102", "6", False)
    assert "MC10000404001000" in _rules(desk.audit(again, "draft"))
    reminded = desk.ask(
        "POST",
        "/simulator/reminders",
        {name: again[name] for name in ("institution_id", "patient", "encounter_id", "scene", "started_at")},
    )
    assert (first["orders"][0]["code"][:10], 90) in {
        (one["drug"], one["days_left"]) for one in reminded["reminder"]["patient"]["medication"]
    }
    assert desk.calls()[0].trial is True


def _rules(answer: dict[str, Any]) -> set[str]:
    return {finding["rule_code"] for finding in answer["findings"]}


def test_who_goes_on_says_why_for_each_result_and_it_is_kept_as_the_feedback_that_it_is(desk: Desk) -> None:
    (_, form), (_, more) = desk.example("重复开药"), desk.example("超说明书用量")
    form["orders"] += [{**one, "number": 9} for one in more["orders"]]
    signed = desk.audit(form, "sign")
    results = list(dict.fromkeys(one["result_id"] for one in signed["findings"]))
    assert len(results) > 1
    said = {"institution_id": form["institution_id"], "message_id": signed["exchange"]["message_id"]}
    answers = [{"result_id": one, "reason": "1", "remark": f"第 {n} 条"} for n, one in enumerate(results)]
    lacking = [*answers[:-1], {"result_id": results[-1]}]
    refused = desk.browser("POST", "/simulator/feedback", {**said, "way": "go_on", "answers": lacking})
    assert (refused.status_code, refused.json()["where"]) == (422, f"answers[{len(results) - 1}].reason")
    assert desk.ask("POST", "/simulator/feedback", {**said, "way": "go_on", "answers": answers})["taken"]
    assert sorted(desk.feedback()) == [f"1 病情需要：第 {n} 条" for n in range(len(results))]


def test_what_is_handed_over_is_signed_only_when_a_person_let_it_pass(audited: Audited, desk: Desk) -> None:
    _, form = desk.example("相互作用")
    signed = desk.audit(form, "sign")
    (result,) = {one["result_id"] for one in signed["findings"] if one["action"] == "转人工"}
    said = {"institution_id": form["institution_id"], "message_id": signed["exchange"]["message_id"]}
    go_on = {**said, "way": "go_on", "answers": [{"result_id": result, "reason": "1"}]}
    about = f"/simulator/opinions?institution={said['institution_id']}&message={said['message_id']}&result={result}"
    assert desk.ask("GET", about)["outcome"] == "not_asked"
    assert "人工审核" in desk.browser("POST", "/simulator/feedback", go_on).json()["message"]
    asked = desk.ask("POST", "/simulator/opinions", {**said, "result_id": result, "text": "心内科会诊过"})
    assert (asked["outcome"], [one["text"] for one in asked["words"]]) == ("waiting", ["心内科会诊过"])
    assert desk.browser("POST", "/simulator/feedback", go_on).status_code == 422
    other = Browser(audited.access).sign_in(Role.DOCTOR.value)
    assert other("GET", about).status_code == 404, "it is another's message"

    pharmacist = audited.actor(Role.PHARMACIST)
    (waiting,) = opinions(audited.access, pharmacist, OpinionFilter(), Listing()).items
    decide(audited.access, pharmacist, waiting.id, Advice.AGREED, "已换用泮托拉唑方案，可用")
    told = desk.ask("GET", about)
    assert (told["outcome"], told["may_go_on"], told["reason"]) == (
        "agreed",
        True,
        "已换用泮托拉唑方案，可用",
    )
    assert desk.ask("POST", "/simulator/feedback", go_on)["taken"]
    assert desk.feedback() == ["6 人工审核同意"]


def test_nobody_is_named_in_what_the_page_shows(desk: Desk) -> None:
    _, form = desk.example("限性别")
    answer = desk.audit(form, "sign")
    (patient,) = json.loads(answer["exchange"]["request"])["input"]["data"]["patient_dtos"]
    number = _sent(desk)["input"]["data"]["patient_dtos"][0]["patn_id"]
    assert set(patient["patn_id"]) == {"*"}
    assert number not in json.dumps(answer)
    assert "*" in _sent(desk)["input"]["data"]["patient_dtos"][0]["patn_name"]


def test_only_a_demonstration_makes_history_and_a_live_connection_is_never_used(
    audited: Audited, desk: Desk
) -> None:
    access, browser = audited.access, desk.browser
    by = replace(ROOT, console=False)
    with pytest.raises(Invalid):
        given.change_state(access, by, desk.institution, ConnectionState.DEMONSTRATION)
    given.change_state(access, ROOT, desk.institution, ConnectionState.TRIAL)
    _, form = desk.example("限性别")
    desk.audit(form, "settle")
    assert desk.calls()[-1].trial is True
    given.change_state(access, ROOT, desk.institution, ConnectionState.LIVE)
    assert browser("GET", "/simulator").json()["desks"] == []
    assert browser("POST", "/simulator/audits", {**form, "step": "draft"}).status_code == 404
    real = {**form, "encounter_id": "E0001", "step": "settle"}
    assert browser("POST", "/simulator/audits", real).status_code == 422


def test_items_and_diagnoses_are_found_by_code_name_and_first_letters(desk: Desk) -> None:
    for what in ("items", "diagnoses", "operations"):
        first = desk.ask("GET", f"/simulator/{what}")[0]
        for text in (first["code"], first["name"], initials(first["name"])):
            assert first["code"] in {
                one["code"] for one in desk.ask("GET", f"/simulator/{what}?text={text}")
            }, text
