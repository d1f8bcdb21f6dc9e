"""The simulator in a real browser: a doctor orders, is advised as they write, signs, settles, and it is remembered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from mingcha.access.roles import Role
from mingcha.audit.bill import BillAuditor
from mingcha.audit.plans import plan_of
from mingcha.jobs.demonstration import demonstration_strategy
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.store.database.calls import CallFeedback
from tests.e2e.looks import shortcomings
from tests.e2e.stage import Stage, serving
from tests.platform.gateway.calling import Hospital
from tests.platform.gateway.conftest import Installed
from tests.support.audited import Audited
from tests.support.platform import Town

pytestmark = pytest.mark.one_database


@pytest.fixture
def installed(audited: Audited) -> Iterator[Installed]:
    points, settings, strategy = starter_points(), starter_settings(), demonstration_strategy()
    release = release_of(1, points, settings, with_demonstration=True, strategy=strategy)
    auditor = BillAuditor(plan_of(release))
    made = Installed(audited.access, Hospital("", "", audited.access.clock), auditor)
    yield made
    for one in (*made.journals, *made.lookups):
        one.close()


@pytest.fixture
def station(audited: Audited, installed: Installed) -> Iterator[Stage]:
    with serving(audited.access, gateway=installed.gateway()) as address:
        yield Stage(address, Town(audited.access, dict(audited.places.ids)))


def test_a_doctor_is_advised_while_ordering_goes_on_for_a_reason_and_settles(
    station: Stage, installed: Installed, page: Page
) -> None:
    station.sign_in_as(page, Role.DOCTOR, to="/simulator")
    page.get_by_role("button", name="剩余用药").click()
    advice = page.get_by_label("审核意见", exact=True)
    expect(advice.get_by_text("手中尚有 80天药量")).to_be_visible()
    expect(page.get_by_label("本科室预算").get_by_text("已用").first).to_be_visible()
    assert shortcomings(page) == []

    # By keyboard: a line is found, filled in and deleted; what it is about is audited as it is written.
    page.keyboard.press("F2")
    page.keyboard.type("xftt")
    expect(page.get_by_role("option", name=re.compile("辛伐他汀片")).first).to_be_visible()
    page.get_by_label("加一行：查找药品、项目、耗材").fill("XV09YYYD03A001010000503")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    dose = page.get_by_label("辛伐他汀片 单次剂量")
    expect(dose).to_be_focused()
    page.get_by_label("辛伐他汀片 途径").fill("口服")
    dose.focus()
    page.keyboard.type("80mg")
    expect(advice.get_by_text("超说明书用量开药")).to_be_visible()
    dose.press("Control+Delete")
    expect(advice.get_by_text("超说明书用量开药")).to_be_hidden()

    page.get_by_label("加一行：查找药品、项目、耗材").fill("XV09YYYD03")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Control+Enter")
    asked = page.get_by_role("dialog", name="签名前请处理")
    expect(asked.get_by_text("手中尚有 80天药量")).to_be_visible()
    expect(asked.get_by_role("button", name="继续签名")).to_be_disabled()
    asked.get_by_label("继续的原因").press("Enter")
    page.get_by_role("option", name="病情需要").click()
    asked.get_by_role("button", name="继续签名").click()
    page.get_by_role("button", name="结算", exact=True).click()
    asked = page.get_by_role("dialog", name="结算前请处理")
    asked.get_by_label("继续的原因").press("Enter")
    page.get_by_role("option", name="病情需要").click()
    asked.get_by_role("button", name="继续结算").click()
    expect(page.get_by_text("已结算")).to_be_visible()

    expect(page.get_by_text("1 项，合计 21.60 元")).to_be_visible()
    installed.drain()
    with installed.access.database.reading() as session:
        assert session.scalars(select(CallFeedback.reason)).all() == ["1 病情需要"] * 2
    page.get_by_role("button", name="同一患者再开一张").click()
    expect(page.get_by_label("事前提醒").get_by_text("余 30 天")).to_be_visible()

    page.get_by_role("button", name="报文").click()
    page.get_by_role("button", name="3102").click()
    expect(page.get_by_label("请求", exact=True).last).to_contain_text('"trig_scen": "6"')


def test_what_is_handed_over_is_asked_before_signing_and_signed_when_the_pharmacist_agrees(
    station: Stage, installed: Installed, page: Page, new_context: Callable[..., BrowserContext]
) -> None:
    station.sign_in_as(page, Role.DOCTOR, to="/simulator")
    page.get_by_role("button", name="相互作用").click()
    page.get_by_role("button", name="签名", exact=True).click()
    dialog = page.get_by_role("dialog", name="签名前请处理")
    expect(dialog.get_by_text("须由本院药师或医保办审核后才能继续")).to_be_visible()
    expect(dialog.get_by_role("button", name="继续签名")).to_be_disabled()
    dialog.get_by_placeholder("想说明的情况").fill("心内科会诊过")
    dialog.get_by_role("button", name="请人工审核").click()
    expect(dialog.get_by_text("等待答复")).to_be_visible()
    expect(dialog.get_by_text(re.compile("余 1[45] 分"))).to_be_visible()
    assert shortcomings(page) == []

    pharmacist = new_context().new_page()
    station.sign_in_as(pharmacist, Role.PHARMACIST, to="/second-opinions")
    pharmacist.get_by_role("region", name="人工审核列表").get_by_role("button", name="答复").click()
    drawer = pharmacist.get_by_role("dialog")
    expect(drawer.get_by_text("心内科会诊过")).to_be_visible()
    drawer.get_by_role("textbox").fill("两药间隔服用，可用")
    drawer.get_by_role("button", name="同意继续").click()

    expect(dialog.get_by_text("两药间隔服用，可用")).to_be_visible()
    dialog.get_by_role("button", name="继续签名").click()
    expect(page.get_by_text("已签名，待结算")).to_be_visible()
    installed.drain()
    with installed.access.database.reading() as session:
        assert session.scalars(select(CallFeedback.reason)).all() == ["6 人工审核同意"]
