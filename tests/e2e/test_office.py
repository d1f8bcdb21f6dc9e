"""What whoever runs the installation tells and decides: announcements, modules, help."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from mingcha.access.roles import Role
from tests.e2e.looks import shortcomings
from tests.e2e.stage import Stage
from tests.e2e.test_screens import HOSTILE, choose, sign_out


@pytest.mark.one_database
def test_an_announcement_is_written_read_and_counted(stage: Stage, page: Page) -> None:
    stage.sign_in_as(page, Role.SYSTEM_ADMIN, to="/announcements")
    expect(page.get_by_text("还没有公告")).to_be_visible()
    page.get_by_role("button", name="发布公告").click()
    dialog = page.get_by_role("dialog", name="发布公告")
    dialog.get_by_role("button", name="发布").click()
    expect(dialog.get_by_text("请写标题")).to_be_visible()
    dialog.get_by_label("标题").fill(f"停机 {HOSTILE}")
    dialog.get_by_label("正文").fill(f"今晚十点停机。\n{HOSTILE}")
    dialog.get_by_text("登录页也显示").click()
    dialog.get_by_role("button", name="发布").click()
    bar = page.get_by_role("complementary", name="公告")
    expect(bar).to_contain_text(HOSTILE)
    sign_out(page)

    page.locator("summary").click()
    expect(page.get_by_text("今晚十点停机。")).to_be_visible()
    stage.sign_in_as(page, Role.AUDITOR)
    bar.get_by_role("button", name="查看公告").click()
    drawer = page.get_by_role("dialog", name="公告")
    expect(drawer.get_by_text("今晚十点停机。")).to_contain_text(HOSTILE)
    drawer.get_by_role("button", name="我已阅读").click()
    expect(bar).to_have_count(0)
    page.reload()
    expect(page.get_by_role("navigation", name="主菜单")).to_be_visible()
    expect(bar).to_have_count(0)
    sign_out(page)

    stage.sign_in_as(page, Role.SYSTEM_ADMIN, to="/announcements?state=current")
    expect(page.get_by_role("region", name="公告列表").get_by_text("1 人")).to_be_visible()
    page.get_by_role("button", name=re.compile("^撤回")).click()
    page.get_by_placeholder("请写明原因").fill("维护取消")
    page.get_by_role("dialog").get_by_role("button", name="撤回").click()
    expect(page.get_by_text("没有符合条件的公告")).to_be_visible()
    assert page.locator("img").count() == 0
    expect(page).not_to_have_title("taken")


@pytest.mark.one_database
def test_a_module_leaves_the_menu_and_comes_back(stage: Stage, page: Page) -> None:
    stage.sign_in_as(page, Role.SYSTEM_ADMIN, to="/modules")
    menu = page.get_by_role("navigation", name="主菜单")
    expect(menu.get_by_role("link", name="API 令牌")).to_be_visible()
    page.get_by_role("button", name="停用 API 令牌").click()
    page.get_by_placeholder("请写明原因").fill(HOSTILE)
    page.get_by_role("dialog").get_by_role("button", name="停用").click()
    expect(page.get_by_text(HOSTILE)).to_be_visible()
    expect(menu.get_by_role("link", name="API 令牌")).to_have_count(0)
    page.goto(stage.address + "/tokens")
    expect(page.get_by_text("没有这个页面，或者您没有权限打开它")).to_be_visible()
    page.goto(stage.address + "/modules")
    page.get_by_role("button", name="启用 API 令牌").click()
    page.get_by_placeholder("请写明原因").fill("数据中心要取数")
    page.get_by_role("dialog").get_by_role("button", name="启用").click()
    expect(menu.get_by_role("link", name="API 令牌")).to_be_visible()
    assert page.locator("img").count() == 0


@pytest.mark.one_database
def test_the_help_of_a_screen_is_rewritten_and_restored(stage: Stage, page: Page) -> None:
    stage.sign_in_as(page, Role.SYSTEM_ADMIN, to="/users")
    page.get_by_role("button", name="帮助").click()
    page.get_by_role("button", name="改写这一页的帮助").click()
    dialog = page.get_by_role("dialog", name="改写帮助 · 用户")
    dialog.get_by_label("第 1 段的标题").fill("新用户找谁")
    dialog.get_by_label("第 1 段的说明").fill(HOSTILE)
    dialog.get_by_role("button", name="保存").click()
    drawer = page.get_by_role("dialog", name="帮助 · 用户")
    expect(drawer.get_by_text("新用户找谁")).to_be_visible()
    expect(drawer.get_by_text(HOSTILE)).to_be_visible()
    page.reload()
    page.get_by_role("button", name="帮助").click()
    expect(drawer.get_by_text("新用户找谁")).to_be_visible()
    page.get_by_role("button", name="改写这一页的帮助").click()
    dialog.get_by_role("button", name="恢复内置的").click()
    page.get_by_role("dialog", name="恢复内置的帮助").get_by_role("button", name="恢复").click()
    expect(drawer.get_by_text("这里做什么")).to_be_visible()
    expect(drawer.get_by_text("新用户找谁")).to_have_count(0)
    assert page.locator("img").count() == 0


@pytest.mark.one_database
def test_these_screens_fit_and_can_be_used_by_everybody(stage: Stage, page: Page) -> None:
    page.goto(stage.address)
    stage.sign_in_as(page, Role.SYSTEM_ADMIN)
    faults = {}
    for address, button in (
        ("/announcements", "发布公告"),
        ("/modules", "停用 公告"),
        ("/parameters", "修改参数"),
        ("/dictionaries?name=med_type", "增加"),
        ("/setting-changes", "刷新"),
    ):
        page.goto(stage.address + address)
        page.wait_for_load_state("networkidle")
        faults[address] = shortcomings(page)
        page.get_by_role("button", name=button).click()
        page.wait_for_load_state("networkidle")
        faults[address, button] = shortcomings(page)
    assert {where: found for where, found in faults.items() if found} == {}


@pytest.mark.one_database
def test_a_parameter_is_proposed_by_one_let_pass_by_another_and_then_acts(stage: Stage, page: Page) -> None:
    stage.sign_in_as(page, Role.SYSTEM_ADMIN, to="/parameters")
    page.get_by_role("button", name="修改参数").click()
    dialog = page.get_by_role("dialog", name="修改参数")
    choose(dialog, "参数", "口令最短长度")
    page.keyboard.press("Escape")
    dialog.get_by_role("spinbutton", name="口令最短长度").fill("20")
    dialog.get_by_label("原因").fill(HOSTILE)
    dialog.get_by_role("button", name="提交复核").click()
    expect(page.get_by_text("有变更待复核")).to_be_visible()
    page.get_by_role("link", name="口令最短长度 的历史").click()
    page.get_by_role("button", name="系统参数", exact=True).click()
    drawer = page.get_by_role("dialog", name="变更")
    expect(drawer.get_by_role("row", name="口令最短长度")).to_contain_text("内置的值")
    expect(drawer.get_by_text(HOSTILE)).to_be_visible()
    expect(drawer.get_by_role("button", name="通过")).to_have_count(0)
    sign_out(page)

    stage.sign_in_as(page, Role.SECURITY_ADMIN, to="/setting-changes?state=proposed")
    page.get_by_role("button", name="系统参数", exact=True).click()
    drawer.get_by_role("button", name="通过").click()
    page.get_by_role("dialog", name="通过这项变更").get_by_role("button", name="通过").click()
    expect(drawer.get_by_text("已通过")).to_be_visible()
    page.goto(stage.address + "/password")
    expect(page.get_by_text("至少 20 个字符")).to_be_visible()
    assert page.locator("img").count() == 0


@pytest.mark.one_database
def test_a_table_of_local_codes_is_looked_at_proposed_and_let_pass(stage: Stage, page: Page) -> None:
    stage.sign_in_as(page, Role.SYSTEM_ADMIN, to="/dictionaries?name=insutype&what=mappings")
    page.get_by_role("button", name="导入").click()
    dialog = page.get_by_role("dialog", name="导入编码对照 · 险种")
    table = f"本地编码,名称,国家编码\nZG,职工,310\nJM,居民 {HOSTILE},390\nXX,不明,999\n"
    dialog.locator("input[type=file]").set_input_files(
        {"name": "对照.csv", "mimeType": "text/csv", "buffer": table.encode("gb18030")}
    )
    expect(dialog.get_by_text("新增 2 行，不能用 1 行")).to_be_visible()
    expect(dialog.get_by_text("对应的国家编码不在字典里")).to_be_visible()
    dialog.get_by_placeholder("为什么改").fill("接口改造前的旧编码")
    dialog.get_by_role("button", name="提交 2 行复核").click()
    expect(dialog).to_have_count(0)
    sign_out(page)

    stage.sign_in_as(page, Role.SECURITY_ADMIN, to="/setting-changes?kind=mapping")
    page.get_by_role("button", name="险种", exact=True).click()
    drawer = page.get_by_role("dialog", name="变更")
    expect(drawer.get_by_text("职工 → 国家编码 310")).to_be_visible()
    drawer.get_by_role("button", name="通过").click()
    page.get_by_role("dialog", name="通过这项变更").get_by_role("button", name="通过").click()
    expect(drawer.get_by_text("已通过")).to_be_visible()
    page.goto(stage.address + "/dictionaries?name=insutype&what=mappings&text=JM")
    expect(page.get_by_role("region", name="编码列表")).to_contain_text("390 城乡居民基本医疗保险")
    expect(page.get_by_role("button", name="停用 JM")).to_have_count(0)
    assert page.locator("img").count() == 0
