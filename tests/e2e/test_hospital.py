"""What a hospital's 医保办 manages in the browser: budgets of departments."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from mingcha.access.roles import Role
from tests.e2e.looks import shortcomings
from tests.e2e.stage import Stage

TABLE = '科室编码,预算期间,预算金额\nH1-内科,2026-03,"12,000.00"\nH1-外科,2026-03,8000\n没有的科,2026,1\n'


@pytest.mark.one_database
def test_a_budget_is_set_changed_undone_and_others_come_from_a_table(stage: Stage, page: Page) -> None:
    stage.town.user("office", stage.town.grant(Role.INSURANCE_OFFICE, "H1"), at="H1")
    stage.sign_in(page, "office", to="/budgets")
    page.get_by_role("button", name="设定", exact=True).click()
    form = page.get_by_role("dialog", name="设定科室预算")
    form.get_by_label("科室").press("Enter")
    page.get_by_role("option", name="科室H1-内科").click()
    form.get_by_label("期间").fill("2026")
    form.get_by_label("预算金额").fill("100000")
    form.get_by_role("button", name="保存").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    listed = page.get_by_role("region", name="预算列表")
    expect(listed.get_by_text("100,000.00")).to_be_visible()
    page.get_by_role("button", name="修改 科室H1-内科 2026 年").click()
    form = page.get_by_role("dialog", name="修改")
    form.get_by_label("预算金额").fill("120000.5")
    form.get_by_role("button", name="保存").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(listed.get_by_text("120,000.50")).to_be_visible()
    page.get_by_role("button", name="撤销 科室H1-内科 2026 年").click()
    asked = page.get_by_role("dialog", name="撤销")
    asked.get_by_role("textbox").fill("金额写错了")
    asked.get_by_role("button", name="撤销").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(listed.get_by_text("100,000.00")).to_be_visible()
    page.get_by_role("button", name="历史 科室H1-内科 2026 年").click()
    drawer = page.get_by_role("dialog", name="历史")
    expect(drawer.get_by_text("120,000.50 元")).to_be_visible()
    expect(drawer.get_by_text("撤销：金额写错了")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="导入").click()
    table = page.get_by_role("dialog", name="导入科室预算")
    table.locator("input[type=file]").set_input_files(
        {"name": "预算.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    )
    expect(table.get_by_text("新增 2 行，不能用 1 行")).to_be_visible()
    expect(table.get_by_text("本机构没有科室 没有的科")).to_be_visible()
    assert shortcomings(page) == []
    table.get_by_role("button", name="设定 2 条").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(listed.get_by_text("12,000.00")).to_be_visible()
    assert shortcomings(page) == []


@pytest.mark.one_database
def test_a_standard_of_payment_is_entered_from_points_and_withdrawn(stage: Stage, page: Page) -> None:
    stage.town.user("rules", stage.town.grant(Role.RULE_ADMIN))
    stage.sign_in(page, "rules", to="/payment-standards")
    page.get_by_role("button", name="录入", exact=True).click()
    form = page.get_by_role("dialog", name="录入支付标准")
    for label, text in (
        ("编码", "FM1"), ("名称", "支架植入"), ("主诊断", "I21 I20"), ("手术操作", "36.06"), ("地区", "350100"),
        ("来源文件", "演示数据，没有任何文件公布"),
    ):  # fmt: skip
        form.get_by_label(label, exact=True).fill(text)
    form.get_by_label("分值", exact=True).fill("1.5")
    form.get_by_label("点值", exact=True).fill("8000")
    expect(form.get_by_text("合 12000.00 元")).to_be_visible()
    assert shortcomings(page) == []
    form.get_by_role("button", name="保存").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    listed = page.get_by_role("region", name="支付标准列表")
    expect(listed.get_by_text("12,000.00")).to_be_visible()
    assert shortcomings(page) == []
    page.get_by_role("button", name="撤下 FM1").click()
    asked = page.get_by_role("dialog", name="撤下")
    asked.get_by_role("textbox").fill("金额写错了")
    asked.get_by_role("button", name="撤下").click()
    expect(listed.get_by_text("12,000.00")).to_have_count(0)
