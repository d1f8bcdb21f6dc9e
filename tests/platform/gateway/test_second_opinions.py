"""人工审核: a doctor asks before signing; there is one end, whoever comes first, and care never waits for ours."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from mingcha.access.actor import Actor, Held
from mingcha.access.errors import Conflict, Missing
from mingcha.access.listing import Listing
from mingcha.access.policy import OpinionPolicy, Policy
from mingcha.access.roles import Role
from mingcha.access.scope import Reach
from mingcha.access.trail import Action
from mingcha.administration.changes import approve
from mingcha.administration.parameters import propose_parameters
from mingcha.audit.bill import BillAuditor
from mingcha.audit.call_records import call
from mingcha.audit.plans import plan_of
from mingcha.audit.reminding.links import Page
from mingcha.gateways.national.gateway import Gateway
from mingcha.gateways.rest.second_opinions import asked, found_question, standing
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.knowledge.strategy.form import strategy_of
from mingcha.review.bill_sent import bill_sent
from mingcha.review.conversations import Advice, Conversation, Ending, Standing
from mingcha.review.second_opinions import (
    OpinionFilter,
    Question,
    ask,
    close_overdue,
    conversation,
    decide,
    of_call,
    opinions,
    say,
    take_back,
)
from mingcha.store.database.calls import CallFeedback
from mingcha.store.database.engine import Unavailable
from mingcha.store.database.second_opinions import SecondOpinion, SecondOpinionWord
from mingcha.store.database.trail import TrailEntry
from mingcha.web.door import API
from mingcha.web.embedded.asking import InFrame, conversation_page
from mingcha.web.embedded.rendering import result_page
from tests.platform.gateway.calling import HOSPITAL, answer_of, bill, message
from tests.platform.gateway.conftest import Installed
from tests.platform.gateway.test_embedded import FINDING, MOST_BYTES, application, fields, link, signed
from tests.platform.gateway.test_gateway import SECURITY
from tests.platform.gateway.test_rest import Through
from tests.platform.gateway.test_rest import client as asking_client
from tests.support.asking import own_words
from tests.support.browser import TestClient
from tests.support.platform import ROOT, clock_of

ONE = pytest.mark.one_database
SYSTEM = Actor(None, "接入", via="接入")
HANDING_OVER = {
    "规则集": [{"名称": "全院", "规则": ["全部"], "动作": {"明确违规": "转人工", "可疑": "转人工"}}]
}


def pharmacist(hospital: str = HOSPITAL, login: str = "yaoshi") -> Actor:
    return Actor(None, login, (Held(Role.PHARMACIST, Reach(institution=hospital)),))


@pytest.fixture(scope="module")
def handing_over() -> BillAuditor:
    """What judges where a person is to be asked about all that is found."""
    strategy = strategy_of(HANDING_OVER)
    points, settings = starter_points(), starter_settings()
    return BillAuditor(plan_of(release_of(1, points, settings, with_demonstration=True, strategy=strategy)))


@pytest.fixture
def installed(installed: Installed, handing_over: BillAuditor) -> Installed:
    installed.auditor = handing_over
    return installed


def asked_about(installed: Installed, gateway: Gateway | None = None, scene: str = "4") -> Question:
    """An audited bill with a result that is to be handed over."""
    gateway = gateway or installed.gateway()
    sent = bill(scene=scene)
    reply = gateway(installed.hospital.request(sent))
    answer_of(reply)
    (result,) = {one["jr_id"] for one in installed.hospital.calling(gateway)(sent)["output"]["result"]}
    found = found_question(gateway, HOSPITAL, sent["msgid"], result)
    assert found is not None
    return found


def ends(installed: Installed) -> list[str]:
    with installed.access.database.reading() as session:
        query = select(TrailEntry.object_id).where(TrailEntry.action == Action.OPINION_ENDED)
        return [str(one) for one in session.scalars(query)]


def listed(installed: Installed, actor: Actor, **wanted: Any) -> list[Any]:
    return list(opinions(installed.access, actor, OpinionFilter(**wanted), Listing()).items)


def test_both_sides_speak_in_order_until_it_is_decided_and_the_decision_stands(installed: Installed) -> None:
    access, question = installed.access, asked_about(installed)
    first = ask(access, SYSTEM, question, "患者对其他药过敏")
    (waiting,) = listed(installed, pharmacist(), standing=Standing.WAITING)
    assert (waiting.id, waiting.seconds, waiting.scene) == (first.opinion.id, 900, "住院收费登记")
    say(access, pharmacist(), waiting.id, "有没有检验结果？")
    ask(access, SYSTEM, question, "有，昨天的")
    done = decide(access, pharmacist(), waiting.id, Advice.AGREED, "已核对检验结果")
    assert [one.text for one in done.words] == [
        "患者对其他药过敏", "有没有检验结果？", "有，昨天的", "已核对检验结果",
    ]  # fmt: skip
    assert (done.opinion.outcome, done.opinion.decided_by, done.reason) == (
        Ending.AGREED, "yaoshi", "已核对检验结果",
    )  # fmt: skip
    with pytest.raises(Conflict, match="同意继续"):
        decide(access, pharmacist(), waiting.id, Advice.CHANGE, "再想想")
    with pytest.raises(Conflict):
        say(access, pharmacist(), waiting.id, "还有")
    assert ask(access, SYSTEM, question, "谢谢") == conversation(access, pharmacist(), waiting.id) == done
    assert ends(installed) == [str(waiting.id)]


@ONE
def test_what_is_sent_again_was_said_once(installed: Installed) -> None:
    access, question = installed.access, asked_about(installed)
    opinion_id = ask(access, SYSTEM, question, "急用").opinion.id
    ask(access, SYSTEM, question, " 急用 ")
    say(access, pharmacist(), opinion_id, "为什么？")
    ask(access, SYSTEM, question, "急用")
    ask(access, SYSTEM, question, "")
    assert [one.text for one in ask(access, SYSTEM, question, "出血").words] == ["急用", "为什么？", "出血"]


@ONE
def test_whatever_is_done_in_whatever_order_there_is_one_end_and_it_never_changes(
    installed: Installed,
) -> None:
    access, gateway = installed.access, installed.gateway()
    pick = random.Random(1)
    for _ in range(12):
        question = asked_about(installed, gateway)
        opinion_id = ask(access, SYSTEM, question, "").opinion.id
        end: Ending | None = None
        for _ in range(8):
            with contextlib.suppress(Conflict):
                do_something(pick, installed, question, opinion_id)
            now = conversation(access, pharmacist(), opinion_id).opinion.outcome
            assert end is None or now == end
            end = now
        clock_of(access).forward(minutes=15)
        assert conversation(access, pharmacist(), opinion_id).opinion.outcome in (
            {end} if end else {Ending.PASSED}
        )
        assert ends(installed).count(str(opinion_id)) == 1
        words = conversation(access, pharmacist(), opinion_id).words
        assert sum(one.decides is not None for one in words) <= 2


def do_something(pick: random.Random, installed: Installed, question: Question, opinion_id: UUID) -> None:
    access = installed.access
    match pick.randrange(5):
        case 0:
            with access.database.writing() as session:
                take_back(session, access, HOSPITAL, [question.result_id], access.now())
        case 1:
            clock_of(access).forward(minutes=pick.choice((1, 10)))
        case 2:
            decide(access, pharmacist(), opinion_id, pick.choice(list(Advice)), "理由")
        case 3:
            say(access, pharmacist(), opinion_id, "话")
        case _:
            ask(access, SYSTEM, question, "话")


def test_processes_that_see_the_time_is_over_at_once_end_it_once(installed: Installed) -> None:
    access = installed.access
    opinion_id = ask(access, SYSTEM, asked_about(installed), "").opinion.id
    clock_of(access).forward(minutes=15)
    together = threading.Barrier(3)
    ended: list[int] = []

    def process() -> None:
        together.wait()
        ended.append(close_overdue(access))

    def decides() -> None:
        together.wait()
        with contextlib.suppress(Conflict):
            decide(access, pharmacist(), opinion_id, Advice.CHANGE, "太晚了")

    threads = [threading.Thread(target=work) for work in (process, process, decides)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert ends(installed) == [str(opinion_id)]
    assert sum(ended) <= 1
    assert conversation(access, pharmacist(), opinion_id).opinion.outcome is Ending.PASSED


@ONE
def test_what_time_let_pass_is_reviewed_once_afterwards(installed: Installed) -> None:
    access = installed.access
    opinion_id = ask(access, SYSTEM, asked_about(installed), "").opinion.id
    clock_of(access).forward(minutes=15)
    assert [one.id for one in listed(installed, pharmacist(), standing=Standing.TO_REVIEW)] == [opinion_id]
    done = decide(access, pharmacist(), opinion_id, Advice.CHANGE, "应先做药敏")
    assert (done.opinion.outcome, done.opinion.review, done.reason) == (Ending.PASSED, Advice.CHANGE, None)
    assert listed(installed, pharmacist(), standing=Standing.TO_REVIEW) == []
    with pytest.raises(Conflict):
        decide(access, pharmacist(), opinion_id, Advice.AGREED, "改主意")


@ONE
def test_another_institution_never_sees_it(installed: Installed) -> None:
    access = installed.access
    opinion_id = ask(access, SYSTEM, asked_about(installed), "").opinion.id
    other = pharmacist("H35020000009")
    assert listed(installed, other) == []
    for step in (
        lambda: conversation(access, other, opinion_id),
        lambda: say(access, other, opinion_id, "话"),
        lambda: decide(access, other, opinion_id, Advice.AGREED, "理由"),
        lambda: bill_sent(access, other, opinion_id),
    ):
        with pytest.raises(Missing):
            step()


@ONE
def test_whoever_decides_sees_the_bill_its_findings_and_the_patient_and_that_stands_in_the_trail(
    installed: Installed,
) -> None:
    access, question = installed.access, asked_about(installed)
    clock_of(access).forward(days=125)  # while the patient of the sample bill is in
    opinion_id = ask(access, SYSTEM, question, "").opinion.id
    seen = bill_sent(access, pharmacist(), opinion_id)
    assert seen is not None
    (found,) = seen.found
    assert (found.result_id, found.action) == (question.result_id, "转人工")
    assert found.content
    assert found.evidence
    assert found.line_key in {one.line_key for one in seen.lines}
    assert seen.diagnoses
    assert seen.patient.elsewhere
    with access.database.reading() as session:
        query = select(TrailEntry.actor).where(TrailEntry.action == Action.OPINION_VIEWED)
        assert session.scalars(query).all() == ["yaoshi"]


@ONE
def test_what_was_said_lies_sealed(installed: Installed) -> None:
    ask(installed.access, SYSTEM, asked_about(installed), "患者王小明对青霉素过敏")
    with installed.access.database.reading() as session:
        (row,) = session.scalars(select(SecondOpinionWord))
    assert "王小明" not in str(vars(row))


@ONE
@pytest.mark.parametrize(("passes", "note"), [(True, "请继续业务"), (False, "不放行")])
def test_without_the_database_a_doctor_is_told_so_and_what_is_set_holds(
    installed: Installed, monkeypatch: pytest.MonkeyPatch, passes: bool, note: str
) -> None:
    policy = Policy(opinions=OpinionPolicy(inpatient_passes=passes))
    gateway = installed.gateway(policy=lambda: policy)
    question = asked_about(installed, gateway)

    def gone(*_: Any) -> Any:
        raise Unavailable("数据库没有响应")

    monkeypatch.setattr(type(installed.access.database), "reading", gone)
    monkeypatch.setattr(type(installed.access.database), "writing", gone)
    for answer in (
        asked(gateway, installed.access, SYSTEM, question, "急"),
        standing(gateway, installed.access, question),
    ):
        assert (answer.outcome, answer.may_go_on) == ("unavailable", passes)
        assert answer.note.startswith("人工审核暂不可用")
        assert note in answer.note


@pytest.fixture
def client(installed: Installed) -> Iterator[TestClient]:
    with TestClient(application(installed), base_url="https://mingcha.test") as made:
        yield made


def own_audit(installed: Installed, client: TestClient) -> tuple[str, str]:
    """A message and its result, asked for in the words of this project."""
    sent = own_words()
    (found,) = signed(installed, client, "/audit", sent)["findings"]
    assert found["action"] == "转人工"
    return str(sent["message_id"]), str(found["result_id"])


@ONE
def test_a_hospitals_system_asks_hears_and_is_told_who_decided_what(
    installed: Installed, client: TestClient
) -> None:
    message, result = own_audit(installed, client)
    about = {"institution_id": HOSPITAL, "message_id": message, "result_id": result}

    def stands() -> Any:
        headers = installed.hospital.headers()
        return client.get("/api/v1/audit/second-opinions", params=about, headers=headers).json()

    assert (stands()["outcome"], stands()["may_go_on"]) == ("not_asked", None)
    first = signed(installed, client, "/audit/second-opinions", {**about, "text": "急用"})
    assert (first["outcome"], first["may_go_on"], first["seconds_left"]) == ("waiting", None, 900)
    (waiting,) = listed(installed, pharmacist())
    decide(installed.access, pharmacist(), waiting.id, Advice.CHANGE, "请换用国产")
    then = stands()
    assert (then["outcome"], then["may_go_on"], then["decided_by"], then["reason"]) == (
        "change", False, "yaoshi", "请换用国产",
    )  # fmt: skip
    unknown = client.post(
        "/api/v1/audit/second-opinions",
        json={**about, "result_id": "R0"},
        headers=installed.hospital.headers(),
    )
    assert unknown.status_code == 404
    other = client.post(
        "/api/v1/audit/second-opinions",
        json={**about, "institution_id": "H35020000009"},
        headers=installed.hospital.headers(),
    )
    assert other.status_code == 403
    installed.drain()
    assert call(installed.access, ROOT, waiting.call_id).found[0].result_id == result
    assert of_call(installed.access, waiting.call_id)[result].opinion.decided_by == "yaoshi"


@ONE
def test_the_client_asks_once_though_an_answer_was_lost_and_hears_who_decided_what(
    installed: Installed, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "mingcha.client.asking.time.time_ns", lambda: int(installed.access.clock().timestamp() * 1e9)
    )
    carried = Through(lambda path, body, headers: client.post(API + path, json=body, headers=headers))
    sent = own_words()
    with asking_client(installed, transport=carried, seconds=20) as asking:
        answer = asking.audit("4", sent["person"], sent["encounter"])
        about = (answer.message_id, answer.findings[0].result_id)
        carried.lost = 1
        first = asking.second_opinion(*about, "急用")
        assert (first.outcome, first.may_go_on, first.words) == ("waiting", None, ("医师 D101：急用",))
        (view,) = listed(installed, pharmacist())
        decide(installed.access, pharmacist(), view.id, Advice.AGREED, "可以用")
        then = asking.second_opinion(*about)
        assert (then.may_go_on, then.decided_by, then.reason) == (True, "yaoshi", "可以用")
        assert asking.second_opinion("none", "none").outcome == "unavailable"


@ONE
def test_a_doctor_may_go_on_when_it_was_agreed_to_and_not_before(
    installed: Installed, client: TestClient
) -> None:
    message, _ = own_audit(installed, client)
    page = client.get(link(installed, client, message_id=message)).text
    assert "请人工审核" in page
    assert 'value="go_on"' not in page
    sent = fields(page)
    refused = client.post("/embedded/answers", data={**sent, "way": "go_on", "reason": "1"})
    assert (refused.status_code, "须先由人工审核同意" in refused.text) == (422, True)
    waiting = client.post("/embedded/answers", data={**sent, "way": "ask", "text": "<b>过敏</b>"}).text
    frame = unescape(waiting.partition('<iframe src="')[2].partition('"')[0])
    shown = client.get(frame)
    assert '<meta http-equiv="refresh"' in shown.text
    assert "&lt;b&gt;过敏&lt;/b&gt;" in shown.text
    assert client.get(frame[:-1] + ("0" if frame[-1] != "0" else "1")).status_code == 410
    assert client.get(frame.replace(frame.split("/")[3], "none")).status_code == 410
    assert client.post("/embedded/answers", data={**sent, "way": "go_on"}).status_code == 422
    (view,) = listed(installed, pharmacist())
    decide(installed.access, pharmacist(), view.id, Advice.AGREED, "可以用")
    assert "refresh" not in client.get(frame).text
    ended = client.post("/embedded/answers", data={**sent, "way": "look"}).text
    assert "可以用" in ended
    assert 'value="go_on"' in ended
    assert "继续，人工审核同意" in client.post("/embedded/answers", data={**sent, "way": "go_on"}).text
    installed.drain()
    with installed.access.database.reading() as session:
        assert session.scalars(select(CallFeedback.reason)).all() == ["6 人工审核同意"]


@ONE
def test_where_it_is_so_set_no_answer_in_time_means_change_it(
    installed: Installed, client: TestClient
) -> None:
    access = installed.access
    values = {"opinion.inpatient.passes": False, "opinion.inpatient.waits": 2}
    approve(access, SECURITY, propose_parameters(access, ROOT, values, access.today(), "院里规定").id, None)
    message, _ = own_audit(installed, client)
    sent = fields(client.get(link(installed, client, message_id=message)).text)
    client.post("/embedded/answers", data={**sent, "way": "ask"})
    clock_of(access).forward(minutes=2)
    late = client.post("/embedded/answers", data={**sent, "way": "look"}).text
    assert "不放行" in late
    assert 'value="go_on"' not in late
    back = client.post("/embedded/answers", data={**sent, "way": "take_back"})
    assert "0 项待处理" in back.text
    with access.database.reading() as session:
        assert session.scalars(select(SecondOpinion.outcome)).all() == ["held"]


@ONE
def test_an_order_that_is_taken_back_leaves_nobody_waiting(installed: Installed, client: TestClient) -> None:
    message, _ = own_audit(installed, client)
    sent = fields(client.get(link(installed, client, message_id=message)).text)
    client.post("/embedded/answers", data={**sent, "way": "ask"})
    client.post("/embedded/answers", data={**sent, "way": "take_back"})
    installed.drain()
    (view,) = listed(installed, pharmacist())
    assert (view.outcome, view.standing) == (Ending.WITHDRAWN, Standing.DONE)


@ONE
def test_feedback_that_is_read_late_leaves_what_was_asked_afterwards(installed: Installed) -> None:
    access, gateway = installed.access, installed.gateway()
    before = access.now()
    clock_of(access).forward(minutes=1)
    question = asked_about(installed, gateway)
    ask(access, SYSTEM, question, "")
    with access.database.writing() as session:
        take_back(session, access, HOSPITAL, [question.result_id], before)
    assert [one.outcome for one in listed(installed, pharmacist())] == [None]


@ONE
def test_feedback_goes_on_without_an_opinion_as_the_specification_has_no_place_for_one(
    installed: Installed,
) -> None:
    """表 145: 处理原因 is wanted of who goes on, and nothing else; care that went on is put down as it was."""
    question = asked_about(installed)
    send = installed.hospital.calling(installed.gateway())
    warned = {"warn_rslt_id": question.result_id, "dspo_way": "1"}
    lacking = send(message("3103", {"data": {"warn_type": "1", "warns": [warned]}}))
    assert (lacking["infcode"], "dspo_way_rea" in lacking["err_msg"]) == (-1, True)
    warns = [{**warned, "dspo_way_rea": "病情需要"}]
    assert send(message("3103", {"data": {"warn_type": "1", "warns": warns}}))["infcode"] == 0
    installed.drain()
    found = next(iter(call(installed.access, ROOT, question.call_id).found))
    assert found.feedback is not None
    assert (found.action, found.feedback.reason) == ("转人工", "病情需要")
    assert listed(installed, pharmacist()) == []


@ONE
def test_pages_stay_small_however_much_is_said(installed: Installed) -> None:
    long = '"药' * 250
    asked = ask(installed.access, SYSTEM, asked_about(installed), long)
    spoken = [
        replace(asked.words[0], decides=Advice.CHANGE if number == 99 else None) for number in range(100)
    ]
    held = replace(asked.opinion, outcome=Ending.CHANGE)
    found = [replace(FINDING, result_id=f"R{number}", action="转人工") for number in range(20)]
    for talk in (replace(asked, words=spoken), Conversation(held, spoken)):
        assert len(conversation_page(talk).encode()) < MOST_BYTES
        frames = {one.result_id: InFrame(talk, "/embedded/conversations/1/2") for one in found}
        page = result_page(Page.AUDIT, found, {}, "key", asked=frames)
        assert len(page.encode()) < MOST_BYTES


@ONE
def test_a_page_without_the_database_says_what_holds(
    installed: Installed, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    message, _ = own_audit(installed, client)
    sent = fields(client.get(link(installed, client, message_id=message)).text)

    def gone(*_: Any) -> Any:
        raise Unavailable("数据库没有响应")

    monkeypatch.setattr(type(installed.access.database), "reading", gone)
    monkeypatch.setattr(type(installed.access.database), "writing", gone)
    answer = client.post("/embedded/answers", data={**sent, "way": "ask"})
    assert (answer.status_code, "人工审核暂不可用" in answer.text) == (503, True)
