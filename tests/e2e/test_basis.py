"""依据库 and 征求意见: the main task of each screen, by whose work it is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from mingcha.access.roles import Role
from tests.e2e.looks import shortcomings
from tests.e2e.stage import Stage
from tests.e2e.test_screens import HOSTILE, choose, sign_out

LAW = f"第一条 定点医疗机构不得分解收费。\n第二条 {HOSTILE}\n第三条 违反的，由医疗保障行政部门处理。\n"


@pytest.mark.one_database
def test_a_document_is_cut_found_by_its_words_cited_and_replaced(stage: Stage, page: Page) -> None:
    stage.town.user("rules", stage.town.grant(Role.RULE_ADMIN))
    stage.sign_in(page, "rules", to="/basis")
    page.get_by_role("button", name="新建", exact=True).click()
    dialog = page.get_by_role("dialog", name="新建依据文件")
    dialog.get_by_label("名称", exact=True).fill(f"收费规范 {HOSTILE}")
    dialog.locator("input[type=file]").last.set_input_files(
        {"name": "规范.txt", "mimeType": "text/plain", "buffer": LAW.encode("gb18030")}
    )
    expect(dialog.get_by_text("条文（3）")).to_be_visible()
    dialog.get_by_role("button", name="保存").click()
    expect(dialog).to_have_count(0)

    page.goto(stage.address + "/basis?text=分解收费")
    expect(page.get_by_role("region", name="依据文件列表")).to_contain_text("定点医疗机构不得分解收费")
    page.get_by_role("button", name=f"收费规范 {HOSTILE}", exact=True).click()
    drawer = page.get_by_role("dialog", name="收费规范")
    expect(drawer.get_by_text("违反的，由医疗保障行政部门处理。")).to_be_visible()
    drawer.get_by_role("button", name="登记引用").click()
    cite = page.get_by_role("dialog", name="登记引用")
    cite.get_by_label("规则编码").fill("GZ10000301004000")
    choose(cite, "条文", "第一条")
    cite.get_by_role("button", name="登记").click()
    expect(drawer.get_by_text("· 第一条")).to_be_visible()
    drawer.get_by_role("button", name="失效或被取代").click()
    end = page.get_by_role("dialog", name="失效或被取代")
    choose(end, "取代它的", "《医疗保障基金使用监督管理条例》", typed="监督管理条例")
    end.get_by_label("处理期限").fill("2099-01-01")
    end.get_by_label("处理期限").press("Enter")
    end.get_by_role("button", name="确定").click()
    drawer.get_by_role("link", name="处理任务").click()
    tasks = page.get_by_role("region", name="任务列表")
    expect(tasks).to_contain_text("GZ10000301004000")
    page.get_by_role("button", name="处理完 ").first.click()
    page.get_by_placeholder("请写明原因").fill(f"已改引用 {HOSTILE}")
    page.get_by_role("dialog").get_by_role("button", name="处理完了").click()
    expect(tasks.get_by_text("已处理")).to_be_visible()
    assert page.locator("img").count() == 0
    expect(page).not_to_have_title("taken")


@pytest.mark.one_database
def test_a_draft_is_sent_to_hospitals_and_each_answers_for_itself(stage: Stage, page: Page) -> None:
    stage.town.user("rules", stage.town.grant(Role.RULE_ADMIN), name="王小明")
    for hospital in ("H1", "H2"):
        stage.town.user(f"office-{hospital}", stage.town.grant(Role.INSURANCE_OFFICE, hospital), at=hospital)
    stage.sign_in(page, "rules", to="/basis")
    page.get_by_role("button", name="新建", exact=True).click()
    dialog = page.get_by_role("dialog", name="新建依据文件")
    dialog.get_by_label("名称", exact=True).fill("日间手术收费规范（草案）")
    dialog.get_by_text("草案，尚未发布").click()
    dialog.get_by_role("button", name="加一条").click()
    dialog.get_by_label("第 1 段的内容").fill("日间手术按一次住院结算。")
    dialog.get_by_role("button", name="保存").click()
    page.goto(stage.address + "/basis?state=draft")
    page.get_by_role("button", name="日间手术收费规范（草案）", exact=True).click()
    page.get_by_role("button", name="征求意见", exact=True).click()
    ask = page.get_by_role("dialog", name="征求意见")
    ask.get_by_label("问什么").fill(HOSTILE)
    ask.get_by_label("截止").fill("2099-01-01")
    ask.get_by_label("截止").press("Enter")
    ask.get_by_role("button", name="发出").click()
    expect(page.get_by_text("已发给 2 家医药机构")).to_be_visible()
    sign_out(page)

    stage.sign_in(page, "office-H1", to="/opinions")
    page.get_by_role("button", name="打开 日间手术收费规范（草案）").click()
    drawer = page.get_by_role("dialog", name="日间手术收费规范（草案）")
    expect(drawer.get_by_text("日间手术按一次住院结算。")).to_be_visible()
    drawer.get_by_text("修改后同意").click()
    drawer.get_by_label("说明").fill(f"急诊除外 {HOSTILE}")
    drawer.get_by_role("button", name="答复").click()
    expect(page.get_by_role("region", name="征求意见列表").get_by_text("修改后同意")).to_be_visible()
    sign_out(page)

    stage.sign_in(page, "office-H2", to="/opinions")
    expect(page.get_by_role("region", name="征求意见列表").locator("tbody")).to_contain_text("待答复")
    sign_out(page)

    stage.sign_in(page, "rules", to="/consultations")
    expect(page.get_by_text("1 / 2 家")).to_be_visible()
    page.get_by_role("button", name="日间手术收费规范（草案）", exact=True).click()
    expect(page.get_by_role("dialog", name="各院的答复").get_by_text(f"急诊除外 {HOSTILE}")).to_be_visible()
    assert page.locator("img").count() == 0


@pytest.mark.one_database
def test_these_screens_fit_and_can_be_used_by_everybody(stage: Stage, page: Page) -> None:
    roles = [stage.town.grant(Role.RULE_ADMIN), stage.town.grant(Role.INSURANCE_OFFICE, "H1")]
    stage.town.user("rules", *roles, at="H1")
    page.goto(stage.address)
    stage.sign_in(page, "rules")
    faults = {}
    for address, button in (
        ("/basis?text=基金", "新建"),
        ("/basis?text=工伤保险条例", "《工伤保险条例》"),
        ("/basis-tasks", "刷新"),
        ("/consultations", "刷新"),
        ("/opinions", "刷新"),
    ):
        page.goto(stage.address + address)
        page.wait_for_load_state("networkidle")
        faults[address] = shortcomings(page)
        page.get_by_role("button", name=button, exact=True).first.click()
        page.wait_for_load_state("networkidle")
        faults[address, button] = shortcomings(page)
    assert {where: found for where, found in faults.items() if found} == {}
