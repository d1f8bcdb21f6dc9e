"""The frame around all screens: menu, tabs that stay alive, theme, keyboard, small windows, and everybody's access."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from mingcha.access.roles import Role
from tests.e2e.looks import shortcomings
from tests.e2e.stage import Stage

# By those who may open them: a refusal is no screen.
SCREENS = {
    Role.AUDITOR: (
        "/workbench", "/users", "/roles", "/organisations", "/trail", "/me", "/tokens", "/alarms", "/password",
    ),
    Role.SYSTEM_ADMIN: ("/connections", "/modules", "/exports", "/staff"),
    Role.INSURANCE_OFFICE: ("/calls", "/budgets", "/payment-standards"),
}  # fmt: skip
REFUSED = "没有这个页面，或者您没有权限打开它"


@pytest.mark.one_database
def test_a_screen_behind_a_tab_is_found_as_it_was_left(stage: Stage, page: Page) -> None:
    stage.sign_in_as(page, Role.AUDITOR, to="/users?sort=-login")
    page.get_by_role("textbox", name="登录名").fill("half typed")
    page.get_by_role("link", name="操作记录").click()
    expect(page).to_have_url(stage.address + "/trail")
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="用户").click()
    expect(page).to_have_url(stage.address + "/users?sort=-login")
    expect(page.get_by_role("textbox", name="登录名")).to_have_value("half typed")
    page.get_by_role("button", name="关闭“用户”").click()
    expect(page).to_have_url(stage.address + "/trail")
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="用户").click()
    expect(page).to_have_url(stage.address + "/users")
    expect(page.get_by_role("textbox", name="登录名")).to_have_value("")


@pytest.mark.one_database
def test_an_address_without_permission_says_whom_to_ask(stage: Stage, page: Page) -> None:
    stage.town.user("li", stage.town.grant(Role.DOCTOR, own=True), at="D-H1-内科")
    stage.sign_in(page, "li", to="/trail")
    expect(page.get_by_text(REFUSED)).to_be_visible()
    page.get_by_role("link", name="回到首页").click()
    expect(page).to_have_url(stage.address + "/workbench")


@pytest.mark.one_database
def test_the_list_is_worked_without_a_mouse(stage: Stage, page: Page) -> None:
    stage.sign_in_as(page, Role.SYSTEM_ADMIN, to="/users")
    expect(page.get_by_role("button", name="auditor", exact=True)).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("region", name="用户列表")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.get_by_text("已选 1 个")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="用户 security_admin")).to_be_visible()
    expect(page).to_have_url(f"{stage.address}/users?open={page.url.rpartition('=')[2]}")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type("audit")
    page.keyboard.press("Enter")
    expect(page).to_have_url(stage.address + "/users?login=audit")
    expect(page.get_by_role("button", name="security_admin", exact=True)).to_have_count(0)
    page.get_by_role("banner").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="帮助 · 用户")).to_be_visible()


@pytest.mark.one_database
def test_a_set_of_filters_is_kept_with_the_account_and_chosen_again(stage: Stage, page: Page) -> None:
    stage.sign_in_as(page, Role.SYSTEM_ADMIN, to="/users?role=auditor&status=active")
    page.get_by_role("button", name="常用筛选").click()
    page.get_by_label("给当前条件起个名字").fill("在任审计员")
    page.get_by_role("button", name="存下").click()
    expect(page.get_by_role("button", name="在任审计员", exact=True)).to_be_visible()
    page.evaluate("localStorage.clear()")
    page.goto(stage.address + "/users")
    page.get_by_role("button", name="常用筛选（1）").click()
    page.get_by_role("button", name="在任审计员", exact=True).click()
    expect(page).to_have_url(stage.address + "/users?status=active&role=auditor")


@pytest.mark.one_database
def test_theme_and_folded_menu_are_remembered(stage: Stage, page: Page) -> None:
    stage.sign_in_as(page, Role.AUDITOR)
    page.get_by_role("button", name="换成深色").click()
    page.get_by_role("button", name="收起菜单").click()
    page.reload()
    expect(page.locator("html")).to_have_class("dark")
    expect(page.get_by_role("button", name="展开菜单")).to_be_visible()
    expect(page.get_by_role("link", name="操作记录")).to_be_visible()


@pytest.mark.one_database
def test_every_screen_fits_a_small_window_and_can_be_used_by_everybody(stage: Stage, page: Page) -> None:
    """1366 × 768 without scrolling sideways; axe finds nothing serious."""
    stage.town.user("li", stage.town.grant(Role.READER, "H1"), at="H1")
    page.goto(stage.address)
    faults = {"/login": shortcomings(page)}
    stage.town.user(Role.INSURANCE_OFFICE.value, stage.town.grant(Role.INSURANCE_OFFICE, "H1"), at="H1")
    for role in (Role.INSURANCE_OFFICE, Role.SYSTEM_ADMIN, Role.AUDITOR):
        page.context.clear_cookies()
        stage.sign_in_as(page, role)
        for address in SCREENS[role]:
            page.goto(stage.address + address)
            page.wait_for_load_state("networkidle")
            faults[address] = shortcomings(page)
            expect(page.get_by_text(REFUSED)).to_have_count(0)
    page.goto(stage.address + "/nowhere")
    expect(page.get_by_text(REFUSED)).to_be_visible()
    faults["/nowhere"] = shortcomings(page)
    page.goto(stage.address + "/users")
    page.get_by_role("button", name="li", exact=True).click()
    expect(page.get_by_text("账号经历")).to_be_visible()
    faults["drawer"] = shortcomings(page)
    page.goto(stage.address + "/tokens")
    page.get_by_role("button", name="新建令牌").click()
    expect(page.get_by_role("dialog").get_by_text("查看机构")).to_be_visible()
    faults["dialog"] = shortcomings(page)
    page.goto(stage.address + "/users")
    page.get_by_role("button", name="常用筛选").click()
    faults["popover"] = shortcomings(page)
    assert {where: found for where, found in faults.items() if found} == {}
