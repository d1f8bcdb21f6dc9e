"""The audit in the words of this project, and the client that asks for it: the same service in another envelope."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from mingcha.access import tokens
from mingcha.access.connections.given import connect
from mingcha.access.connections.states import ConnectionState
from mingcha.access.permissions import Permission
from mingcha.access.roles import Role
from mingcha.audit import call_records
from mingcha.audit.calls import CallOutcome
from mingcha.client import Client, Page, Refused, Response, Way
from mingcha.domain.values import yuan
from mingcha.gateways.national.gateway import Request
from mingcha.gateways.rest.answering import asking
from mingcha.gateways.rest.words import audit_said
from mingcha.ingest.messages import read_message
from mingcha.knowledge.kinds.scope import SexLimit
from mingcha.knowledge.starter import starter_points
from mingcha.store.database.calls import CallFeedback, CallRow
from mingcha.web.door import API
from mingcha.web.national import Line
from tests.platform.gateway.calling import HOSPITAL, bill
from tests.platform.gateway.conftest import Installed
from tests.support.asking import own_words, taken_back
from tests.support.browser import Browser, application_over
from tests.support.loops import run
from tests.support.platform import ROOT, Town

Post = Callable[..., Any]
pytestmark = pytest.mark.one_database
PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "ask-for-an-audit.md"


@pytest.fixture
def post(installed: Installed) -> Iterator[Post]:
    """Sends signed requests to the API."""
    app = application_over(installed.access)
    app.state.line = Line(installed.gateway())
    browser = Browser(installed.access)

    def ask(path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        signed = installed.hospital.headers() if headers is None else headers
        return browser("POST", path, body, headers=signed)

    yield ask
    app.state.line = None


def test_the_same_bill_gets_the_same_findings_in_either_words(
    installed: Installed, ask: Any, post: Post
) -> None:
    (result,) = ask(bill())["output"]["result"]
    answer = post("/audit", own_words()).json()
    assert (answer["outcome"], answer["release"]) == ("audited", 1)
    (found,) = answer["findings"]
    assert (found["result_id"], found["rule_code"]) == (result["jr_id"], result["rule_id"])
    assert found["reason"] == result["vola_cont"]
    assert found["amount"] == yuan(round(result["vola_amt"] * 100))
    assert found["source"]
    assert found["remedy"]


def test_it_is_kept_drained_and_read_as_every_call(installed: Installed, post: Post) -> None:
    answer = post("/audit", own_words()).json()
    post(
        "/audit/feedback",
        taken_back(
            answers=[{"result_id": answer["findings"][0]["result_id"], "way": "go_on", "reason": "病情需要"}]
        ),
    )
    installed.drain()
    with installed.access.database.reading() as session:
        rows = list(session.scalars(select(CallRow).order_by(CallRow.transaction)))
        assert session.scalars(select(CallFeedback.reason)).all() == ["病情需要"]
    assert [(row.transaction, row.outcome) for row in rows] == [
        ("3101", CallOutcome.AUDITED),
        ("3103", CallOutcome.TAKEN),
    ]
    shown = call_records.call(installed.access, ROOT, rows[0].id)
    assert shown.found[0].content == answer["findings"][0]["reason"]
    assert shown.found[0].feedback is not None


def test_a_repeated_message_gets_its_first_answer(installed: Installed, post: Post) -> None:
    asked = own_words()
    first = post("/audit", asked)
    asked["encounter"]["lines"] = []
    assert post("/audit", asked).content == first.content
    wrong = own_words()
    wrong["encounter"]["started_at"] = "gestern"
    refused = post("/audit", wrong)
    wrong["encounter"]["started_at"] = "2026-03-01 08:00:00"
    again = post("/audit", wrong)
    assert refused.status_code == again.status_code == 422
    assert refused.content == again.content


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (("scene",), "11", "scene"),
        (("message_id",), "", "message_id"),
        (("colour",), "x", "colour"),
        (("person", "sex"), {}, "person.sex"),
        (("person", "colour"), "x", "person.colour"),
        (("encounter", "started_at"), "gestern", "encounter.started_at"),
        (("encounter", "lines", 3, "billed_quantity"), "many", "encounter.lines[3].billed_quantity"),
        (("encounter", "lines", 3, "colour"), "x", "encounter.lines[3].colour"),
        (("encounter", "lines"), "x", "encounter.lines"),
        (("history",), [{"colour": 1}], "history[0].colour"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_in_these_words(
    post: Post, path: tuple[Any, ...], value: Any, where: str
) -> None:
    asked = node = own_words()
    for name in path[:-1]:
        node = node[name]
    node[path[-1]] = value
    answer = post("/audit", asked)
    assert (answer.status_code, answer.json()["where"]) == (422, where)
    assert answer.json()["message"]


def test_every_word_of_a_request_comes_through_to_what_is_judged() -> None:
    asked = own_words("stay-with-history")
    asked["encounter"]["lines"][0]["supply_days"] = 7
    asked["encounter"]["settlement"] = {"total_amount": "12.30"}
    message = read_message(audit_said(json.dumps(asked).encode()).national)
    current, *history = message.encounters
    assert len(history) == len(asked["history"])
    assert current.facts["total_amount"] == 1230
    assert 7 in current.lines["supply_days"]
    assert current.facts["sex"] == asked["person"]["sex"]


def test_who_may_not_ask_is_refused(installed: Installed, post: Post) -> None:
    assert post("/audit", own_words(), headers={}).status_code == 401
    spoiled = {**installed.hospital.headers(), "_api_signature": "AAAA"}
    assert post("/audit", own_words(), headers=spoiled).status_code == 401
    assert post("/audit", own_words(institution_id="H35010000002")).status_code == 403
    town = Town(installed.access).found()
    town.user("office", town.grant(Role.INSURANCE_OFFICE, "H1"))
    _, secret = tokens.create(town.access, town.actor("office"), "HIS", [Permission.AUDITS_ASK], 30)
    bearer = {"Authorization": f"Bearer {secret}"}
    assert post("/audit", own_words(institution_id="H2"), headers=bearer).status_code == 404
    assert post("/audit", own_words(institution_id="H1"), headers=bearer).json()["outcome"] == "audited"
    connect(installed.access, ROOT, "H1", state=ConnectionState.STOPPED)
    assert post("/audit", own_words(institution_id="H1"), headers=bearer).status_code == 403


def client(installed: Installed, **more: Any) -> Client:
    return Client(
        "http://mingcha.test",
        HOSPITAL,
        access_key=installed.hospital.access_key,
        secret=installed.hospital.secret,
        **more,
    )


class Through(httpx2.BaseTransport):
    """Carries requests of the client into the application, where some get lost on the way or back."""

    def __init__(self, post: Post, lost: int = 0) -> None:
        self.post, self.lost, self.ids = post, lost, []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        asked = json.loads(request.content)
        self.ids.append(asked.get("message_id"))
        answer = self.post(request.url.path.removeprefix(API), asked, dict(request.headers))
        if self.lost:
            self.lost -= 1
            raise httpx2.ReadTimeout("", request=request)
        return httpx2.Response(answer.status_code, content=answer.content)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch, installed: Installed) -> None:
    """The client's clock is the test's."""
    monkeypatch.setattr(
        "mingcha.client.asking.time.time_ns", lambda: int(installed.access.clock().timestamp() * 1e9)
    )


@pytest.mark.usefixtures("now")
def test_the_client_asks_again_with_the_same_id_and_gets_the_one_answer(
    installed: Installed, post: Post
) -> None:
    carried, asked = Through(post, lost=2), own_words()
    with client(installed, transport=carried, seconds=20) as asking:
        answer = asking.audit("4", asked["person"], asked["encounter"])
        assert answer.audited
        assert answer.findings[0].reason
        done = asking.feedback("4", [Response(answer.findings[0].result_id, Way.TAKE_BACK)])
        assert done.audited
    assert len(set(carried.ids[:3])) == 1
    installed.drain()
    with installed.access.database.reading() as session:
        assert len(session.scalars(select(CallRow)).all()) == 2


@pytest.mark.usefixtures("now")
def test_the_client_waits_no_longer_than_told_and_never_raises_unless_asked(
    installed: Installed, post: Post
) -> None:
    class Nowhere(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectError("", request=request)

    asked = own_words()
    answer = client(installed, transport=Nowhere(), seconds=0.2).audit(
        "4", asked["person"], asked["encounter"]
    )
    assert not answer.audited
    assert "没有得到应答" in answer.note
    wrong = client(installed, transport=Through(post)).audit("11", asked["person"], asked["encounter"])
    assert not wrong.audited
    assert wrong.note.startswith("scene：没有这个触发场景")
    money = client(installed, transport=Through(post)).audit("4", {}, {"lines": [{"unit_price": 1.5}]})
    assert not money.audited
    with pytest.raises(Refused, match="触发场景"):
        client(installed, transport=Through(post), raises=True).audit(
            "11", asked["person"], asked["encounter"]
        )


@pytest.mark.usefixtures("now")
def test_the_client_asks_for_reminders_and_for_pages_and_is_told_why_there_are_none(
    installed: Installed, post: Post
) -> None:
    asked, began = own_words(), datetime(2026, 3, 2, 8, 30)
    with client(installed, transport=Through(post)) as asking:
        about = asking.reminder("P1", "E1", began, items=["X1"])
        assert about.told, about.note
        assert about.patient["elsewhere"] is True
        assert [item["code"] for item in about.items] == ["X1"]
        page = asking.reminder_page("P1", "E1", began)
        assert page.address.startswith("http://mingcha.test/embedded/")
        assert page.ends_at
        answer = asking.audit("4", asked["person"], asked["encounter"])
        assert asking.audit_page(answer.message_id).address
        assert asking.audit_page(answer.message_id, Page.CHARGING).address
        refused = asking.audit_page("")
        assert (refused.address, "message_id" in refused.note) == ("", True)
        assert not asking.reminder("", "E1", began).told


def test_too_many_waiting_are_told_so_in_these_words(installed: Installed, monkeypatch: Any) -> None:

    gateway = installed.gateway()
    monkeypatch.setattr("mingcha.web.national.MOST_WAITING", 0)
    said = audit_said(json.dumps(own_words()).encode())
    sender = gateway.connections().of(HOSPITAL)
    answer = run(Line(gateway)(*asking(gateway, said, Request(b""), sender)))
    assert answer.status == 200
    assert json.loads(answer.content)["outcome"] == "not_audited"


@pytest.mark.usefixtures("now")
def test_the_example_of_the_manual_runs_and_finds_what_is_wrong(
    installed: Installed, post: Post, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.setattr("mingcha.client.Client", partial(Client, transport=Through(post)))
    point = next(one for one in starter_points() if isinstance(one, SexLimit) and one.sex == "2")
    hospital = installed.hospital
    given = {"ACCESS_KEY": hospital.access_key, "SECRET": hospital.secret, "ITEM": point.codes[0]}
    exec(compile(example, PAGE.name, "exec"), {**given, "ITEM_NAME": "项目"})
    assert "50.00" in capsys.readouterr().out
    installed.drain()
    with installed.access.database.reading() as session:
        assert session.scalars(select(CallFeedback.way)).all() == ["2"]
