"""Connections of hospitals' systems, and the calls that they make, each by whom it is for."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from mingcha.access.roles import Role
from mingcha.store.database.calls import CallFinding
from tests.e2e.stage import Stage
from tests.support.calls import answered_call


@pytest.mark.one_database
def test_a_hospital_is_connected_taken_live_and_stopped(stage: Stage, page: Page) -> None:
    stage.sign_in_as(page, Role.SYSTEM_ADMIN, to="/connections")
    expect(page.get_by_text("报文日志：全部已读入")).to_be_visible()
    page.get_by_role("button", name="接入医院").click()
    dialog = page.get_by_role("dialog", name="接入医院")
    dialog.get_by_label("机构编号").fill("H1")
    dialog.get_by_text("不签名", exact=True).click()
    dialog.get_by_role("button", name="保存").click()
    expect(dialog.get_by_text("不签名的接入须限定来源地址")).to_be_visible()
    dialog.get_by_text("签名（推荐）").click()
    dialog.get_by_role("button", name="保存").click()
    told = page.get_by_role("dialog", name="新的密钥")
    assert len(told.locator("output").inner_text()) == 40
    told.get_by_role("button", name="我已记下").click()
    expect(page.get_by_text("联调", exact=True)).to_be_visible()
    page.get_by_role("button", name="嵌入 H1").click()
    framing = page.get_by_role("dialog", name="嵌入页面可以放在谁的网页里")
    framing.get_by_label("医院系统的网页地址").fill("his.test")
    framing.get_by_role("button", name="只限这些地址").click()
    expect(framing.get_by_text("“his.test”不是网页的地址")).to_be_visible()
    framing.get_by_label("医院系统的网页地址").fill("http://his.test")
    framing.get_by_role("button", name="只限这些地址").click()
    expect(page.get_by_role("cell", name="http://his.test")).to_be_visible()
    page.get_by_role("button", name="上线 H1").click()
    expect(
        page.get_by_role("region", name="接入的医院列表").get_by_text("上线", exact=True).first
    ).to_be_visible()
    page.get_by_role("button", name="停用 H1").click()
    page.get_by_role("dialog").get_by_role("button", name="停用").click()
    expect(page.get_by_text("停用", exact=True).first).to_be_visible()
    expect(page.get_by_role("button", name="停用 H1")).to_have_count(0)


@pytest.mark.one_database
def test_a_hospital_sees_what_its_own_doctors_were_told(stage: Stage, page: Page) -> None:
    town = stage.town
    found = {
        "number": 0, "result_id": "R1", "finding_id": "F1", "rule_code": "GZ10000302004000",
        "rule_name": "医疗服务项目限性别", "slug": "sex-mismatch", "certainty": "明确违规",
        "knowledge_point": "p", "line_key": "1", "code": "X1", "name": "前列腺特异性抗原测定",
        "amount_fen": 5000, "action": "需说明",
    }  # fmt: skip
    for hospital in ("H1", "H2"):
        call_id = answered_call(town.access, hospital, findings=1)
        with town.access.database.writing() as session:
            session.add(CallFinding(call_id=call_id, **found))
    town.user("office", town.grant(Role.INSURANCE_OFFICE, "H1"))
    stage.sign_in(page, "office", to="/calls")
    listed = page.get_by_role("region", name="审核列表")
    expect(listed.get_by_text("H1", exact=True)).to_be_visible()
    expect(listed.get_by_text("H2", exact=True)).to_have_count(0)
    page.get_by_role("button", name="查看 H1").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("医疗服务项目限性别")).to_be_visible()
    expect(drawer.get_by_text("50.00 元")).to_be_visible()
    expect(drawer.get_by_text("还没有收到医院的处理反馈")).to_be_visible()
