"""Signing in as people meet it: first administrators, first password, second factor, lock-out, sessions that end."""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.sync_api import Page, expect

from mingcha.access import invitations, users
from mingcha.access.context import CHINA
from mingcha.access.personal import PersonalField
from mingcha.access.roles import Role
from mingcha.access.sessions import do_end_all
from tests.e2e.stage import Stage
from tests.support.platform import PASSWORD, ROOT

NEW = "Qing-Feng-7350"


def try_to_sign_in(page: Page, login: str, password: str) -> None:
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    page.get_by_label("登录名").fill(login)
    page.get_by_label("口令", exact=True).fill(password)
    page.get_by_role("button", name="登录").click()


def test_whoever_signs_in_gets_to_the_address_they_asked_for(stage: Stage, page: Page) -> None:
    page.goto(stage.address + "/users?status=locked")
    expect(page).to_have_url(re.compile("/login"))
    try_to_sign_in(page, "security_admin", PASSWORD)
    expect(page).to_have_url(stage.address + "/users?status=locked")
    expect(page).to_have_title("用户 · 明察")
    expect(page.get_by_text("没有符合条件的用户")).to_be_visible()


@pytest.mark.one_database
def test_a_wrong_password_is_told_and_too_many_lock_out_with_the_time_to_wait(
    stage: Stage, page: Page
) -> None:
    page.goto(stage.address)
    for _ in range(5):
        try_to_sign_in(page, "auditor", "wrong-password-1")
        expect(page.get_by_role("alert")).to_contain_text("登录名、口令或动态码不对")
        expect(page.get_by_label("口令", exact=True)).to_be_focused()
    try_to_sign_in(page, "auditor", PASSWORD)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("登录失败次数过多")
    again = (stage.town.access.now() + stage.town.access.policy.locked_for).astimezone(CHINA)
    expect(alert).to_contain_text(f"{again:%H:%M} 以后可以再试")
    expect(alert).to_contain_text("安全管理员")


@pytest.mark.one_database
def test_a_first_password_must_be_changed_before_anything_else(stage: Stage, page: Page) -> None:
    _, temporary = users.create(stage.town.access, ROOT, "li", {PersonalField.FULL_NAME: "李芳"}, None)
    page.goto(stage.address + "/me")
    try_to_sign_in(page, "li", temporary.password)
    expect(page.get_by_role("heading", name="修改口令")).to_be_visible()
    page.goto(stage.address + "/organisations")
    expect(page.get_by_role("heading", name="修改口令")).to_be_visible()
    page.get_by_label("现在的口令").fill(temporary.password)
    page.get_by_label("新口令").fill("short")
    page.get_by_label("再输入一次").fill("other")
    page.get_by_role("button", name="修改口令").click()
    expect(page.get_by_text("新口令须至少 10 个字符")).to_be_visible()
    expect(page.get_by_text("两次输入的口令不同")).to_be_visible()
    page.get_by_label("新口令").fill(NEW)
    page.get_by_label("再输入一次").fill(NEW)
    page.get_by_role("button", name="修改口令").click()
    expect(page.get_by_role("navigation", name="主菜单")).to_be_visible()
    expect(page.get_by_role("button", name="李芳")).to_be_visible()


@pytest.mark.one_database
def test_a_second_factor_is_set_up_and_asked_for_from_then_on(stage: Stage, page: Page) -> None:
    stage.sign_in(page, "auditor", to="/me")
    page.get_by_role("button", name="启用").click()
    dialog = page.get_by_role("dialog", name="启用动态码")
    expect(dialog.get_by_role("img", name="二维码")).to_be_visible()
    totp = pyotp.TOTP(dialog.locator(".key").inner_text())
    now = stage.town.access.now()
    dialog.get_by_label("6 位动态码").fill(totp.at(now))
    dialog.get_by_role("button", name="启用").click()
    recovery = page.get_by_role("dialog").locator(".codes li")
    expect(recovery).to_have_count(10)
    code = recovery.first.inner_text()
    page.get_by_role("button", name="我已存好").click()
    expect(page.get_by_text("已启用")).to_be_visible()

    page.get_by_role("button", name="王小明").click()
    page.get_by_role("menuitem", name="退出登录").click()
    try_to_sign_in(page, "auditor", PASSWORD)
    expect(page.get_by_text("口令正确，请再输入动态码")).to_be_visible()
    expect(page.get_by_label("动态码")).to_be_focused()
    page.get_by_label("动态码").fill(code)
    page.get_by_role("button", name="确认").click()
    expect(page.get_by_role("navigation", name="主菜单")).to_be_visible()


@pytest.mark.one_database
def test_a_session_that_has_ended_leads_back_to_where_one_was(stage: Stage, page: Page) -> None:
    stage.sign_in(page, "auditor", to="/trail?action=session.started")
    expect(page.get_by_role("region", name="操作记录列表").get_by_role("row").nth(1)).to_be_visible()
    access = stage.town.access
    with access.database.writing() as session:
        for user in users.users(access, ROOT, users.UserFilter(), users.Listing()).items:
            do_end_all(session, access, user.id)
    page.get_by_role("button", name="刷新").click()
    expect(page.get_by_text("登录已失效")).to_be_visible()
    try_to_sign_in(page, "auditor", PASSWORD)
    expect(page).to_have_url(stage.address + "/trail?action=session.started")


@pytest.mark.one_database
def test_what_one_user_had_open_is_not_shown_to_the_next(stage: Stage, page: Page) -> None:
    stage.sign_in(page, "auditor", to="/trail")
    page.get_by_role("link", name="机构").click()
    expect(page.get_by_role("navigation", name="已打开的页面").get_by_role("listitem")).to_have_count(2)
    page.get_by_role("button", name="王小明").click()
    page.get_by_role("menuitem", name="退出登录").click()
    try_to_sign_in(page, "system_admin", PASSWORD)
    expect(page.get_by_role("navigation", name="已打开的页面").get_by_role("listitem")).to_have_count(1)
    expect(page.get_by_role("link", name="操作记录")).to_have_count(0)


@pytest.mark.one_database
def test_a_link_makes_one_administrator_once(page: Page, stage: Stage) -> None:
    """The link of a duty that nobody has: the town's own three are taken, so one is put out of office first."""
    access = stage.town.access
    with access.database.writing() as session:
        auditor = session.query(users.User).filter_by(login=Role.AUDITOR.value).one()
        for grant in session.query(users.Grant).filter_by(user_id=auditor.id):
            session.delete(grant)
        session.flush()
        auditor.duty = None
    (invited,) = invitations.invite(access, ROOT)
    link = f"{stage.address}/setup#token={invited.token}"
    page.goto(link)
    expect(page.get_by_text("您将成为本系统的审计员")).to_be_visible()
    page.get_by_label("登录名").fill("zhou")
    page.get_by_label("姓名").fill("周敏")
    page.get_by_label("新口令").fill(NEW)
    page.get_by_label("再输入一次").fill(NEW)
    page.get_by_role("button", name="建立账号").click()
    try_to_sign_in(page, "zhou", NEW)
    expect(page.get_by_role("link", name="操作记录")).to_be_visible()
    again = page.context.new_page()
    again.goto(link)
    expect(again.get_by_role("alert")).to_contain_text("设置链接无效、已用过或已过期")
