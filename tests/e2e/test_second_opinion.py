"""人工审核 in two real browsers: a doctor asks on the embedded page, a pharmacist answers on the platform."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from mingcha.access.connections.given import connect
from mingcha.access.connections.states import ConnectionState
from mingcha.access.roles import Role
from mingcha.audit.bill import BillAuditor
from mingcha.audit.plans import plan_of
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.knowledge.strategy.form import strategy_of
from tests.e2e.looks import shortcomings
from tests.e2e.stage import Stage, serving
from tests.platform.gateway.calling import Hospital
from tests.platform.gateway.conftest import Installed
from tests.platform.gateway.test_second_opinions import HANDING_OVER
from tests.support.asking import own_words
from tests.support.platform import ROOT, Town

SMALL: ViewportSize = {"width": 800, "height": 600}


@pytest.fixture
def installed(town: Town) -> Iterator[Installed]:
    view, secret = connect(town.access, ROOT, "H1", state=ConnectionState.LIVE)
    assert secret is not None
    strategy, points = strategy_of(HANDING_OVER), starter_points()
    release = release_of(1, points, starter_settings(), with_demonstration=True, strategy=strategy)
    hospital = Hospital(view.access_key, secret, town.access.clock)
    made = Installed(town.access, hospital, BillAuditor(plan_of(release)))
    yield made
    for one in (*made.journals, *made.lookups):
        one.close()


@pytest.fixture
def stage(town: Town, installed: Installed) -> Iterator[Stage]:
    town.user("yaoshi", town.grant(Role.PHARMACIST, "H1"))
    with serving(town.access, gateway=installed.gateway()) as address:
        yield Stage(address, town)


@pytest.mark.one_database
def test_a_doctor_asks_a_pharmacist_answers_and_each_sees_at_once_what_the_other_says(
    installed: Installed, stage: Stage, page: Page, new_context: Callable[..., BrowserContext]
) -> None:
    def send(path: str, body: Any) -> Any:
        headers = installed.hospital.headers()
        url = f"{stage.address}/api/v1{path}"
        answer = httpx2.post(url, json=body, headers=headers, trust_env=False, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    sent = own_words(institution_id="H1")
    assert send("/audit", sent)["findings"]
    about = {"institution_id": "H1", "page": "audit", "message_id": sent["message_id"]}
    doctor = new_context().new_page()
    doctor.set_viewport_size(SMALL)
    doctor.goto(stage.address + send("/embedded", about)["path"])
    expect(doctor.get_by_text("须由本院药师或医保办审核后才能继续")).to_be_visible()
    expect(doctor.get_by_role("button", name="继续")).to_have_count(0)
    doctor.get_by_placeholder("想说明的情况").fill("患者对其他药过敏")
    doctor.get_by_role("button", name="请人工审核").press("Enter")
    frame = doctor.frame_locator("iframe")
    expect(frame.get_by_text("等待答复")).to_be_visible()
    assert shortcomings(doctor) == []

    stage.sign_in(page, "yaoshi", to="/workbench")
    expect(page.get_by_role("link", name="待答复的人工审核")).to_contain_text("1")
    page.get_by_role("link", name="人工审核，1 位医师在等").click()
    page.get_by_role("region", name="人工审核列表").get_by_role("button", name="答复").click()
    drawer = page.get_by_role("dialog")
    talk = drawer.get_by_role("list", name="对话")
    expect(talk.get_by_text("患者对其他药过敏")).to_be_visible()
    expect(drawer.get_by_text("请您决定")).to_be_visible()
    expect(drawer.get_by_text("患者近况")).to_be_visible()
    assert shortcomings(page) == []
    words = drawer.get_by_role("textbox")
    words.fill("有检验结果吗")
    words.press("Control+Enter")
    expect(frame.get_by_text("有检验结果吗")).to_be_visible()

    doctor.get_by_placeholder("再说一句").fill("昨天的，已上传")
    doctor.get_by_role("button", name="发送").click()
    expect(talk.get_by_text("昨天的，已上传")).to_be_visible()
    words.fill("已核对检验结果")
    drawer.get_by_role("button", name="同意继续").click()
    expect(frame.get_by_text("审核同意继续")).to_be_visible()
    doctor.get_by_role("button", name="看结论").click()
    doctor.get_by_role("button", name="继续", exact=True).click()
    expect(doctor.get_by_text("继续，人工审核同意")).to_be_visible()

    installed.drain()
    page.goto(stage.address + "/calls")
    page.get_by_role("row", name="3101").or_(page.get_by_role("row", name="住院收费登记")).first.get_by_role(
        "button", name="查看"
    ).click()
    expect(page.get_by_role("dialog").get_by_text("yaoshi：已核对检验结果")).to_be_visible()
