"""Embedded pages in a real browser of 800×600: a doctor is reminded, reads why, and answers by keyboard."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
import uvicorn
from playwright.sync_api import Page, expect
from sqlalchemy import select

from mingcha.access.connections import ConnectionState, connect
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
from tests.e2e.looks import shortcomings
from tests.platform.gateway.calling import HOSPITAL, Hospital
from tests.platform.gateway.conftest import Installed
from tests.platform.test_reminder import CT, DAY, encounter
from tests.support.asking import own_words
from tests.support.platform import ROOT, START

PERSON = "350100000001"


@pytest.fixture(scope="module")
def auditor() -> BillAuditor:
    return BillAuditor(plan_of(release_of(1, starter_points(), starter_settings(), with_demonstration=True)))


@pytest.fixture
def installed(access: Access, auditor: BillAuditor) -> Iterator[Installed]:
    access.clock.moment = START  # type: ignore[attr-defined]
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
def small(page: Page) -> Page:
    page.set_viewport_size({"width": 800, "height": 600})
    return page


def fits(page: Page) -> bool:
    """Whether nothing has to be moved sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


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
    access = installed.access
    facts = [
        HealthFact(FactKind.ALLERGY.value, name="青霉素", day=DAY - 300, institution_id="H2"),
        HealthFact(FactKind.REGISTRATION.value, code="M039", name="高血压", day=DAY - 300),
    ]
    with access.database.writing() as session:
        replace(session, access, [(PERSON, [encounter(1, HOSPITAL, 20), encounter(2, "H2", 9)])])
        tell(session, access, {index_of(access, PERSON): facts})
    about = {"person_id": PERSON, "encounter_id": "E-now", "started_at": "2026-03-02T08:55:00", "items": [CT]}
    made = ask("/embedded", {"institution_id": HOSPITAL, "page": "reminder", **about})
    small.goto(made["address"])
    expect(small.get_by_text("青霉素")).to_be_visible()
    expect(small.get_by_role("cell", name="二甲双胍片")).to_be_visible()
    expect(small.get_by_role("cell", name="CT 平扫")).to_be_visible()
    expect(small.get_by_text("其他机构", exact=True)).to_be_visible()
    expect(small.get_by_text("医院", exact=False)).to_have_count(0)
    assert fits(small)
    assert shortcomings(small) == []


@pytest.mark.one_database
def test_the_window_that_charges_takes_a_charge_back(installed: Installed, ask: Any, small: Page) -> None:
    sent = own_words(scene="2")
    ask("/audit", sent)
    made = ask(
        "/embedded", {"institution_id": HOSPITAL, "page": "charging", "message_id": sent["message_id"]}
    )
    small.goto(made["address"])
    expect(small.get_by_role("heading", name="收费审核结果")).to_be_visible()
    small.get_by_role("button", name="不收费，返回修改").click()
    expect(small.get_by_text("0 项待处理")).to_be_visible()
