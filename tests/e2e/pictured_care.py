"""Pictures of the consulting room: what a doctor was told, the simulator, who is asked there, the embedded pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy import select

from mingcha.access.connections.given import connect
from mingcha.access.connections.states import ConnectionState
from mingcha.access.context import CHINA, Access
from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.audit.answers import result_id_of
from mingcha.audit.health.facts import FactKind, HealthFact, tell
from mingcha.audit.histories import index_of, replace
from mingcha.audit.reading.finding_detail import finding
from mingcha.audit.reading.finding_filter import FindingFilter
from mingcha.audit.reading.finding_list import findings
from mingcha.audit.releasing import next_release
from mingcha.domain.values import day_of
from mingcha.gateways.national.opening import Opened
from mingcha.jobs.demonstration import demonstration_strategy
from mingcha.store.database.calls import CallFeedback, CallFinding
from mingcha.store.database.second_opinions import SecondOpinion
from tests.e2e.stage import Stage
from tests.platform.gateway.calling import HOSPITAL, Hospital
from tests.platform.test_reminder import CT, DAY, encounter
from tests.support.asking import own_words
from tests.support.audited import Audited
from tests.support.calls import answered_call
from tests.support.platform import ROOT

SMALL: ViewportSize = {"width": 800, "height": 600}
PERSON = "350100000001"
Walk = Callable[[Page], None]


def advise(city: Audited) -> None:
    """A finding of the first quarter that a doctor was told of twice: took it back, then went on."""
    access, hospital = city.access, city.places.hospitals[0][0]
    reviewer = city.actor(Role.FIRST_REVIEWER)
    wanted = FindingFilter(
        institution=[hospital], settled_from=date(2026, 1, 1), settled_to=date(2026, 3, 31)
    )
    first = findings(access, reviewer, city.run_id, wanted, Listing(size=1)).items[0]
    found = finding(access, reviewer, city.run_id, first.finding_id)
    row = {name: getattr(first, name) for name in ("institution_id", "encounter_id", "rule_code")}
    result = result_id_of({**row, "knowledge_point": first.knowledge_point, "slug": found.identity.slug})
    for ago, way, reason in ((9, "2", ""), (2, "1", "1 病情需要：已会诊")):
        at = access.now() - timedelta(minutes=ago)
        call_id = answered_call(
            access,
            hospital,
            id=f"{hospital}-{ago}",
            message_id=f"{hospital}2026030209000{ago}",
            received_at=at,
            encounter_id=first.encounter_id,
            region_code=first.care_region,
            department_id=first.department_id,
            doctor_id=first.doctor_id,
            findings=1,
        )
        told = {
            "call_id": call_id, "number": 0, "result_id": result, "finding_id": first.finding_id,
            "rule_code": first.rule_code, "rule_name": first.rule_name, "slug": found.identity.slug,
            "certainty": first.certainty, "knowledge_point": first.knowledge_point,
            "line_key": first.line_key, "code": first.code, "name": first.name,
            "amount_fen": first.amount_fen, "action": "需说明",
        }  # fmt: skip
        answered = at + timedelta(seconds=40)
        with access.database.writing() as session:
            session.add(CallFinding(**told))
            session.add(
                CallFeedback(
                    call_id=call_id,
                    number=0,
                    result_id=result,
                    stage="1",
                    way=way,
                    reason=reason,
                    at=answered,
                    answered_id=call_id,
                    waiting=False,
                )
            )


@contextmanager
def calling(city: Audited) -> Iterator[Opened]:
    """The gateway of the city's installation, by a release in which interactions are decided by a pharmacist."""
    next_release(city.access.home, effective_from=0, starter=True, strategy=demonstration_strategy())
    opened = Opened(city.access)
    opened.start()
    yield opened
    opened.stop()


def steps_of_care(stage: Stage) -> dict[tuple[Role, str], Walk]:
    """What is done before each picture."""
    system, doctor = OwnSystem(stage, connected(stage.town.access)), Role.DOCTOR
    return {
        (doctor, "h0-模拟器-住院的支付标准"): lambda page: order(page, stage, "相互作用"),
        (doctor, "h1-模拟器-签名"): lambda page: sign(page, stage, "剩余用药"),
        (doctor, "h2-模拟器-等药师答复"): lambda page: ask(page, stage),
        (doctor, "h3-模拟器-药师同意"): lambda page: be_answered(page, stage),
        (doctor, "i0-嵌入-审核结果"): lambda page: system.show_result(page, "audit", "4"),
        (doctor, "i1-嵌入-审核结果-依据"): system.show_source,
        (doctor, "i2-嵌入-收费"): lambda page: system.show_result(page, "charging", "2"),
        (doctor, "i3-嵌入-事前提醒"): system.show_reminder,
    }


def order(page: Page, stage: Stage, example: str) -> None:
    """Take a ready-made order and wait for what is said of it."""
    page.goto(f"{stage.address}/simulator")
    page.get_by_role("button", name=example).click()
    expect(page.get_by_label("审核意见", exact=True).locator("article").first).to_be_visible()


def sign(page: Page, stage: Stage, example: str) -> None:
    """Sign it, and be asked."""
    order(page, stage, example)
    page.get_by_role("button", name="签名", exact=True).click()
    expect(page.get_by_role("dialog", name="签名前请处理")).to_be_visible()


def ask(page: Page, stage: Stage) -> None:
    """Ask a pharmacist before signing."""
    sign(page, stage, "相互作用")
    dialog = page.get_by_role("dialog")
    dialog.get_by_placeholder("想说明的情况").fill("心内科会诊过，停用质子泵抑制剂后曾有消化道出血")
    dialog.get_by_role("button", name="请人工审核").click()
    expect(dialog.get_by_text("等待答复")).to_be_visible()


def be_answered(page: Page, stage: Stage) -> None:
    """Ask, and a pharmacist lets it pass in a browser of their own."""
    before = asked(stage.town.access)
    ask(page, stage)
    (question,) = asked(stage.town.access) - before
    assert page.context.browser is not None
    context = page.context.browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    pharmacist = context.new_page()
    stage.sign_in_as(pharmacist, Role.PHARMACIST, to=f"/second-opinions?open={question}")
    drawer = pharmacist.get_by_role("dialog")
    drawer.get_by_role("textbox").fill("两药间隔 12 小时服用，可用")
    drawer.get_by_role("button", name="同意继续").click()
    expect(page.get_by_role("dialog").get_by_text("两药间隔 12 小时服用，可用")).to_be_visible()
    context.close()


def asked(access: Access) -> set[UUID]:
    """All questions to pharmacists."""
    with access.database.reading() as session:
        return set(session.scalars(select(SecondOpinion.id)))


@dataclass
class OwnSystem:
    """A hospital's own system that opens the pages in a small window."""

    stage: Stage
    hospital: Hospital

    def show_result(self, page: Page, page_of: str, scene: str) -> None:
        """Have a bill audited, then open what was found."""
        sent = own_words(institution_id=HOSPITAL, scene=scene, message_id=uuid4().hex)
        self._send("/audit", sent)
        self._show(page, {"page": page_of, "message_id": sent["message_id"]})

    def show_source(self, page: Page) -> None:
        """The same with what it rests on."""
        self.show_result(page, "audit", "4")
        page.get_by_text("依据", exact=True).first.click()

    def show_reminder(self, page: Page) -> None:
        """Open what is known of a patient who was just called in."""
        access = self.stage.town.access
        know_of_a_patient(access)
        now = access.now().astimezone(CHINA).replace(microsecond=0, tzinfo=None).isoformat()
        about = {"person_id": PERSON, "encounter_id": "E-now", "started_at": now, "items": [CT]}
        self._show(page, {"page": "reminder", **about})

    def _show(self, page: Page, about: dict[str, Any]) -> None:
        page.set_viewport_size(SMALL)
        page.goto(self.stage.address + self._send("/embedded", {"institution_id": HOSPITAL, **about})["path"])

    def _send(self, path: str, body: Any) -> Any:
        url = f"{self.stage.address}/api/v1{path}"
        answer = httpx2.post(url, json=body, headers=self.hospital.headers(), trust_env=False, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()


def connected(access: Access) -> Hospital:
    """A hospital whose own system opens the pages, with a secret of this moment."""
    view, secret = connect(access, ROOT, HOSPITAL, new_secret=True, state=ConnectionState.LIVE)
    assert secret is not None
    return Hospital(view.access_key, secret, access.clock)


def know_of_a_patient(access: Access) -> None:
    """What a reminder tells: an allergy, a registration, and what was done here and elsewhere these weeks."""
    since = day_of(access.today()) - DAY
    facts = [
        HealthFact(FactKind.ALLERGY.value, name="青霉素", day=DAY + since - 300, institution_id="H2"),
        HealthFact(FactKind.REGISTRATION.value, code="M039", name="高血压", day=DAY + since - 300),
    ]
    past = [encounter(1, HOSPITAL, 20 - since), encounter(2, "H2", 9 - since)]
    with access.database.writing() as session:
        replace(session, access, [(PERSON, past)])
        tell(session, access, {index_of(access, PERSON): facts})
