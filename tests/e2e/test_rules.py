"""The rule library: found, read, and tried with other values."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from mingcha.access.roles import Role
from tests.e2e.looks import shortcomings
from tests.e2e.stage import Stage


def enter(stage: Stage, page: Page, role: Role = Role.RULE_ADMIN, to: str = "/rules") -> None:
    stage.town.user("he", stage.town.grant(role, "350100"), at="350100")
    stage.sign_in(page, "he", to=to)


@pytest.mark.one_database
def test_a_rule_is_found_in_the_tree_read_and_tried_with_another_quantity(stage: Stage, page: Page) -> None:
    enter(stage, page)
    expect(page.get_by_role("navigation", name="规则列表分页")).to_contain_text("共 138 条")
    tree = page.get_by_role("navigation", name="规则目录")
    tree.get_by_text("政策类").click()
    expect(page).to_have_url(re.compile("category="))
    expect(page.get_by_role("navigation", name="规则列表分页")).to_contain_text("共 34 条")
    page.get_by_role("textbox", name="查找").fill("频次")
    page.get_by_role("textbox", name="查找").press("Enter")
    page.get_by_role("button", name="医疗服务项目限定频次", exact=True).click()
    drawer = page.get_by_role("dialog", name="医疗服务项目限定频次")
    expect(drawer.get_by_text("超出上限的部分属于超标准收费")).to_be_visible()
    expect(drawer.get_by_text("国务院令第735号")).to_be_visible()
    drawer.get_by_role("tab", name="参数（1）").click()
    expect(drawer.get_by_text("不少于 0 次")).to_be_visible()
    drawer.get_by_role("tab", name="例子").click()
    expect(drawer.get_by_text("全部相符")).to_be_visible()
    drawer.get_by_role("button", name="改一改再试：恰好等于上限，不报").click()
    expect(drawer.get_by_text("现在：不报")).to_be_visible()
    drawer.get_by_role("textbox", name="第 1 行的计费数量").fill("3")
    expect(drawer.get_by_text("现在：报 1 条")).to_be_visible()
    expect(drawer.get_by_text("住院诊查费 每日计费 3，上限 1，超 2（超收").last).to_be_visible()
    drawer.get_by_role("textbox", name="第 1 行的计费数量").fill("三")
    expect(drawer.get_by_text("应为数字，实为“三”")).to_be_visible()
    drawer.get_by_role("button", name="恢复原样").click()
    expect(drawer.get_by_text("现在：不报")).to_be_visible()


@pytest.mark.one_database
def test_everybody_can_use_the_rule_library(stage: Stage, page: Page) -> None:
    enter(stage, page, Role.READER)
    faults = {}
    page.goto(stage.address + "/rules?open=GZ10000102014000")
    expect(page.get_by_role("heading", name="检查什么")).to_be_visible()
    faults["page"] = shortcomings(page)
    page.get_by_role("tab", name="例子").click()
    page.get_by_role("button", name="改一改再试").first.click()
    expect(page.get_by_text("现在：")).to_be_visible()
    faults["trial"] = shortcomings(page)
    page.get_by_role("tab", name="参数").click()
    faults["settings"] = shortcomings(page)
    page.goto(stage.address + "/rules")
    expect(page.get_by_role("navigation", name="规则列表分页")).to_contain_text("共 138 条")
    faults["list"] = shortcomings(page)
    assert {where: found for where, found in faults.items() if found} == {}
