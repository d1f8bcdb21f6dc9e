"""Embedded pages in real browsers of 800×600, Chromium and Firefox: a doctor is reminded, reads why, and answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest
import uvicorn
from playwright.sync_api import Page, expect
from sqlalchemy import select

from mingcha.access.connections.given import connect, frame_by
from mingcha.access.connections.states import ConnectionState
from mingcha.access.context import Access
from mingcha.audit.bill import BillAuditor
from mingcha.audit.health.facts import FactKind, HealthFact, tell
from mingcha.audit.histories import index_of, replace
from mingcha.audit.plans import plan_of
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.store.database.calls import CallFeedback
from mingcha.web.app import web_application
from mingcha.web.embedded.pages import show_embedded
from mingcha.web.national import Line
from tests.e2e.firefox import firefox, running
from tests.e2e.looks import shortcomings
from tests.platform.gateway.calling import HOSPITAL, Hospital
from tests.platform.gateway.conftest import Installed
from tests.platform.test_reminder import CT, DAY, encounter
from tests.support.asking import own_words
from tests.support.platform import ROOT, START, clock_of

PERSON = "350100000001"
_TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"


@pytest.fixture(scope="module")
def auditor() -> BillAuditor:
    return BillAuditor(plan_of(release_of(1, starter_points(), starter_settings(), with_demonstration=True)))


@pytest.fixture
def installed(access: Access, auditor: BillAuditor) -> Iterator[Installed]:
    clock_of(access).moment = START
    view, secret = connect(access, ROOT, HOSPITAL, state=ConnectionState.LIVE)
    assert secret is not None
    made = Installed(access, Hospital(view.access_key, secret, access.clock), auditor)
    yield made
    for one in (*made.journals, *made.lookups):
        one.close()


@pytest.fixture
def ask(installed: Installed) -> Iterator[Callable[[str, Any], Any]]:
    """Sends signed requests to a server that shows the pages."""
    app = web_application(installed.access)
    app.state.line = Line(installed.gateway())
    show_embedded(app)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"

    def send(path: str, body: Any) -> Any:
        answer = httpx2.post(
            f"{address}/api/v1{path}",
            json=body,
            headers=installed.hospital.headers(),
            trust_env=False,
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        told = answer.json()
        return {**told, "address": address + told["path"]} if "path" in told else told

    yield send
    server.should_exit = True
    thread.join()


@pytest.fixture
def around() -> Iterator[Callable[[str, str], str]]:
    """The address of a page of somebody's system, under a name of this machine, that frames another."""

    class Around(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            framed = unquote(self.path.partition("?")[2])
            size = 'width="780" height="560"'
            self.wfile.write(f'<!DOCTYPE html><iframe {size} src="{framed}"></iframe>'.encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Around)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield lambda name, framed: f"http://{name}:{server.server_port}/?{framed}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def small(page: Page) -> Page:
    page.set_viewport_size({"width": 800, "height": 600})
    return page


def fits(page: Page) -> bool:
    """Whether nothing has to be moved sideways."""
    return not page.evaluate(_TOO_WIDE)


@pytest.mark.one_database
def test_a_doctor_reads_why_goes_on_for_a_reason_and_the_link_is_over(
    installed: Installed, ask: Any, small: Page
) -> None:
    sent = own_words()
    ask("/audit", sent)
    made = ask("/embedded", {"institution_id": HOSPITAL, "page": "audit", "message_id": sent["message_id"]})
    small.goto(made["address"])
    expect(small.get_by_role("heading", name="审核结果")).to_be_visible()
    small.get_by_text("依据", exact=True).click()
    assert fits(small)
    assert shortcomings(small) == []
    small.get_by_role("combobox").focus()
    small.keyboard.press("ArrowDown")
    small.keyboard.press("Tab")
    small.keyboard.type("已会诊")
    small.get_by_role("button", name="继续").press("Enter")
    expect(small.get_by_text("0 项待处理")).to_be_visible()
    expect(small.get_by_text("继续，病情需要")).to_be_visible()
    small.goto(made["address"])
    expect(small.get_by_text("链接已经打开过或已过期")).to_be_visible()
    installed.drain()
    with installed.access.database.reading() as session:
        assert session.scalars(select(CallFeedback.reason)).all() == ["1 病情需要：已会诊"]


@pytest.mark.one_database
def test_a_doctor_is_reminded_of_a_patient_and_of_what_is_being_ordered(
    installed: Installed, ask: Any, small: Page
) -> None:
    small.goto(reminded(installed, ask))
    expect(small.get_by_text("青霉素")).to_be_visible()
    expect(small.get_by_role("cell", name="二甲双胍片")).to_be_visible()
    expect(small.get_by_role("cell", name="CT 平扫")).to_be_visible()
    expect(small.get_by_text("其他机构", exact=True)).to_be_visible()
    expect(small.get_by_text("医院", exact=False)).to_have_count(0)
    assert fits(small)
    assert shortcomings(small) == []


def reminded(installed: Installed, ask: Any) -> str:
    """Where the reminder is of a patient of whom something is known."""
    access = installed.access
    facts = [
        HealthFact(FactKind.ALLERGY.value, name="青霉素", day=DAY - 300, institution_id="H2"),
        HealthFact(FactKind.REGISTRATION.value, code="M039", name="高血压", day=DAY - 300),
    ]
    with access.database.writing() as session:
        replace(session, access, [(PERSON, [encounter(1, HOSPITAL, 20), encounter(2, "H2", 9)])])
        tell(session, access, {index_of(access, PERSON): facts})
    about = {"person_id": PERSON, "encounter_id": "E-now", "started_at": "2026-03-02T08:55:00", "items": [CT]}
    address: str = ask("/embedded", {"institution_id": HOSPITAL, "page": "reminder", **about})["address"]
    return address


@pytest.mark.one_database
def test_the_window_that_charges_takes_a_charge_back_in_the_page_of_its_own_system_and_in_no_other(
    installed: Installed, ask: Any, small: Page, around: Callable[[str, str], str]
) -> None:
    sent = own_words(scene="2")
    ask("/audit", sent)
    own, strange = (charging(ask, sent, name, around) for name in ("localhost", "127.0.0.1"))
    frame_by(installed.access, ROOT, HOSPITAL, [own.partition("/?")[0]])
    small.goto(own)
    page = small.frame_locator("iframe")
    expect(page.get_by_role("heading", name="收费审核结果")).to_be_visible()
    page.get_by_role("button", name="不收费，返回修改").click()
    expect(page.get_by_text("0 项待处理")).to_be_visible()
    other = small.context.new_page()
    other.goto(strange)
    expect(other.frame_locator("iframe").get_by_text("收费审核结果")).to_have_count(0)
    assert opened(strange)


def charging(ask: Any, sent: Any, name: str, around: Callable[[str, str], str]) -> str:
    """A page under some name of this machine that frames a result for the window that charges."""
    about = {"institution_id": HOSPITAL, "page": "charging", "message_id": sent["message_id"]}
    return around(name, ask("/embedded", about)["address"])


def opened(strange: str) -> bool:
    """Whether the framed link was opened: that nothing is shown was then the browser's doing."""
    return httpx2.get(strange.partition("?")[2], trust_env=False).status_code == 410


@pytest.mark.one_database
@pytest.mark.skipif(
    firefox() is None,
    reason="没有 Firefox：Debian 请执行 apt-get install firefox-esr，或以 MINGCHA_FIREFOX 指定",
)
def test_firefox_shows_the_pages_takes_the_answers_and_frames_them_only_where_they_may(
    installed: Installed, ask: Any, around: Callable[[str, str], str]
) -> None:
    sent = own_words()
    ask("/audit", sent)
    about = {"institution_id": HOSPITAL, "page": "audit", "message_id": sent["message_id"]}
    own, strange = (charging(ask, sent, name, around) for name in ("localhost", "127.0.0.1"))
    frame_by(installed.access, ROOT, HOSPITAL, [own.partition("/?")[0]])
    with running(str(firefox())) as browser:
        browser.goto(ask("/embedded", about)["address"])
        before = browser.waits_for("1 项，1 项待处理")
        browser.click(browser.node("summary"))
        assert len(browser.waits_for("待处理")) > len(before), "the source was there already, or did not come"
        assert not browser.says(_TOO_WIDE)
        browser.says("document.querySelector('select').focus()")
        browser.press("ArrowDown", "Tab", *"seen", "Tab", "Enter")
        assert "继续，病情需要" in browser.waits_for("0 项待处理")

        browser.goto(reminded(installed, ask))
        shown = browser.waits_for("近期就诊")
        assert [word for word in ("青霉素", "二甲双胍片", "CT 平扫", "其他机构") if word not in shown] == []
        assert not browser.says(_TOO_WIDE)

        browser.goto(own)
        browser.waits_in_frame("收费审核结果")
        browser.goto(strange)
        browser.waits_in_frame("e=cspBlocked")
    assert opened(strange)
