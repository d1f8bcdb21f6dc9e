"""Pages in a hospital's own system: opened once by a link, escaped, small, without a script; answers are feedback."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from mingcha.access.connections.given import frame_by
from mingcha.audit.reminding import links
from mingcha.audit.reminding.links import Page
from mingcha.gateways.rest.answering import AuditFinding
from mingcha.store.database.calls import CallFeedback
from mingcha.store.database.embedded import EmbeddedLink
from mingcha.web.app import web_application
from mingcha.web.embedded.pages import show_embedded
from mingcha.web.embedded.rendering import MOST_AT_ONCE, result_page
from mingcha.web.national import Line
from tests.platform.gateway.calling import HOSPITAL
from tests.platform.gateway.conftest import Installed
from tests.support.asking import own_words
from tests.support.browser import TestClient
from tests.support.platform import ROOT, clock_of

pytestmark = pytest.mark.one_database
MOST_BYTES = 50_000
Ask = Callable[..., Any]


def application(installed: Installed) -> FastAPI:
    app = web_application(installed.access)
    app.state.line = Line(installed.gateway())
    show_embedded(app)
    return app


@pytest.fixture
def client(installed: Installed) -> Iterator[TestClient]:
    with TestClient(application(installed), base_url="https://mingcha.test") as made:
        yield made


def signed(installed: Installed, client: TestClient, path: str, body: Any) -> Any:
    answer = client.post(f"/api/v1{path}", json=body, headers=installed.hospital.headers())
    assert answer.status_code == 200, answer.text
    return answer.json()


def audited(installed: Installed, client: TestClient) -> str:
    sent = own_words()
    assert signed(installed, client, "/audit", sent)["findings"]
    return str(sent["message_id"])


def link(installed: Installed, client: TestClient, page: str = "audit", **about: Any) -> str:
    asked = {"institution_id": HOSPITAL, "page": page, **about}
    return str(signed(installed, client, "/embedded", asked)["path"])


def fields(page: str) -> dict[str, str]:
    """What the first form of a page sends."""
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in hidden[:3]}


def test_a_result_is_shown_once_and_its_answer_is_kept_as_feedback(
    installed: Installed, client: TestClient
) -> None:
    path = link(installed, client, message_id=audited(installed, client))
    page = client.get(path)
    assert page.status_code == 200
    assert "1 项，1 项待处理" in page.text
    assert "建议：" in page.text
    assert "<details><summary>依据</summary>" in page.text
    assert client.get(path).status_code == 410
    unreasoned = client.post("/embedded/answers", data={**fields(page.text), "way": "go_on"})
    assert unreasoned.status_code == 422
    assert "继续须选择原因" in unreasoned.text
    other = client.post("/embedded/answers", data={**fields(page.text), "way": "go_on", "reason": "9"})
    assert other.status_code == 422
    done = client.post(
        "/embedded/answers", data={**fields(page.text), "way": "go_on", "reason": "1", "remark": "已会诊"}
    )
    assert done.status_code == 200
    assert "0 项待处理" in done.text
    assert "继续，病情需要" in done.text
    installed.drain()
    with installed.access.database.reading() as session:
        (said,) = session.scalars(select(CallFeedback))
    assert (said.way, said.reason, said.stage) == ("1", "1 病情需要：已会诊", "1")


def test_a_link_or_an_answer_that_is_none_old_or_used_shows_nothing(
    installed: Installed, client: TestClient
) -> None:
    assert client.get("/embedded/guessed").status_code == 410
    assert client.post("/embedded/answers", data={"key": "guessed", "way": "go_on"}).status_code == 410
    assert client.post("/embedded/answers", content=b"x" * 20_000).status_code == 413
    assert client.post("/embedded/answers", content=b"a=1&" * 60).status_code == 413
    message = audited(installed, client)
    late = link(installed, client, message_id=message)
    opened = client.get(link(installed, client, message_id=message)).text
    clock_of(installed.access).forward(minutes=15)
    assert client.get(late).status_code == 410
    assert client.post("/embedded/answers", data={**fields(opened), "way": "take_back"}).status_code == 200
    clock_of(installed.access).forward(minutes=46)
    assert client.post("/embedded/answers", data={**fields(opened), "way": "take_back"}).status_code == 410
    wrong = {**fields(client.get(link(installed, client, message_id=message)).text), "way": "take_back"}
    assert client.post("/embedded/answers", data={**wrong, "result": "another"}).status_code == 422
    assert client.get(link(installed, client, message_id="unknown")).status_code == 404


def test_whom_a_link_is_about_lies_sealed_and_the_token_nowhere(
    installed: Installed, client: TestClient
) -> None:
    local = "2026-03-02T08:55:00"
    path = link(
        installed, client, "reminder", person_id="P-SECRET", encounter_id="E1", started_at=local, items=["X1"]
    )
    with installed.access.database.reading() as session:
        (row,) = session.scalars(select(EmbeddedLink))
        told = " ".join(str(value) for value in vars(row).values())
    assert "P-SECRET" not in told
    assert path.rpartition("/")[2] not in told
    page = client.get(path)
    assert page.status_code == 200
    assert "正在开的项目" in page.text
    assert "P-SECRET" not in page.text


def test_a_page_that_lacks_what_it_is_about_is_refused(installed: Installed, client: TestClient) -> None:
    for body in ({"page": "audit"}, {"page": "reminder", "person_id": "1"}):
        asked = {"institution_id": HOSPITAL, **body}
        answer = client.post("/api/v1/embedded", json=asked, headers=installed.hospital.headers())
        assert answer.status_code == 422


def test_pages_run_nothing_say_how_they_may_be_used_and_are_small(
    installed: Installed, client: TestClient
) -> None:
    page = client.get(link(installed, client, message_id=audited(installed, client)))
    style = client.get("/embedded/page.css")
    assert "<script" not in page.text
    assert not re.search(r"\son\w+\s*=|style\s*=|javascript:", page.text)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "unsafe" not in policy
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert len(page.content) + len(style.content) < MOST_BYTES


def test_pages_of_an_institution_stand_only_in_pages_that_it_named(
    installed: Installed, client: TestClient
) -> None:
    message = audited(installed, client)
    policy = client.get(link(installed, client, message_id=message)).headers["content-security-policy"]
    assert policy.endswith("frame-ancestors *")
    his = ["http://his.test:8080", "https://his.test"]
    frame_by(installed.access, ROOT, HOSPITAL, his)
    page = client.get(link(installed, client, message_id=message))
    answered = client.post("/embedded/answers", data={**fields(page.text), "way": "take_back"})
    reminded = client.get(
        link(
            installed, client, "reminder", person_id="1", encounter_id="E1", started_at="2026-03-02T08:55:00"
        )
    )
    for one in (page, answered, reminded):
        assert one.status_code == 200
        assert one.headers["content-security-policy"].endswith(f"frame-ancestors 'self' {' '.join(his)}")
    frame_by(installed.access, ROOT, HOSPITAL, his[:1])
    old = client.get(link(installed, client, message_id=message)).headers["x-frame-options"]
    assert old == "ALLOW-FROM http://his.test:8080"


NASTY = "\"><script>alert(1)</script>'&"
FINDING = AuditFinding(
    result_id="R1", finding_id="F1", rule_code="GZ1", rule_name="规则", certainty="明确违规", action=None,
    reason="理由", value=None, limit=None, amount="1.00", line_id="L1", code="X1", name="项目", line_ids=[],
    knowledge_point=None, basis="依据", source="来源", legal_basis="法", remedy="建议",
)  # fmt: skip


@pytest.mark.parametrize(
    "field", ["result_id", "rule_name", "certainty", "reason", "amount", "name", "basis", "remedy"]
)
@pytest.mark.parametrize("kind", [Page.AUDIT, Page.CHARGING])
def test_whatever_is_shown_is_escaped(field: str, kind: Page) -> None:
    page = result_page(kind, [replace(FINDING, **{field: NASTY})], {}, NASTY, NASTY)
    assert "<script" not in page
    assert NASTY not in page
    assert (field == "name" and kind is Page.AUDIT) or NASTY in unescape(page)


def test_of_many_results_a_page_shows_some_at_a_time_and_the_gravest_come_first() -> None:
    found = [
        replace(FINDING, result_id=f"R{n}", certainty=("提醒", "可疑", "明确违规")[n % 3]) for n in range(50)
    ]
    page = result_page(Page.AUDIT, found, {}, "key")
    signs = re.findall(r'<span class="sign">([^<]+)<', page)
    assert signs == sorted(signs, key=["明确违规", "可疑", "提醒"].index)
    assert len(signs) == MOST_AT_ONCE
    assert "另有 30 项" in page
    assert len(page.encode()) < MOST_BYTES
    later = result_page(Page.AUDIT, found, {f"R{n}": "继续" for n in range(40)}, "key")
    assert "10 项待处理" in later
    assert "另有" not in later


def test_the_window_that_charges_sees_lines_only_and_its_own_words() -> None:
    whole = replace(FINDING, result_id="R2", line_id=None, reason="整单的理由")
    page = result_page(Page.CHARGING, [FINDING, whole], {}, "key")
    assert "<h2>项目</h2>" in page
    assert "不收费，返回修改" in page
    assert "整单的理由" not in page


def test_old_links_are_cleared_away(installed: Installed, client: TestClient) -> None:
    message = audited(installed, client)
    link(installed, client, message_id=message)
    clock_of(installed.access).forward(days=2)
    link(installed, client, message_id=message)
    with installed.access.database.reading() as session:
        assert len(session.scalars(select(EmbeddedLink)).all()) == 1
    assert links.LASTS < links.ANSWERED_WITHIN
