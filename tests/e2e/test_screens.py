"""The main task of each screen, done by the person whose work it is."""

from __future__ import annotations

import re
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Locator, Page, expect

from mingcha.access.roles import Role
from mingcha.access.sealing import seal_new_entries
from tests.e2e.stage import Stage
from tests.support.platform import PASSWORD

HOSTILE = "<img src=x onerror=\"document.title='taken'\">"


def rows(page: Page, name: str) -> list[str]:
    """What stands in the first column of a list once it has loaded."""
    table = page.get_by_role("region", name=f"{name}列表")
    expect(table).to_have_attribute("aria-busy", "false")
    return [text.strip() for text in table.locator("tbody tr td:nth-child(1)").all_inner_texts()]


def choose(within: Page | Locator, label: str, option: str, typed: str = "") -> None:
    """Choose from a list by keyboard, typing first what narrows it."""
    box = within.get_by_role("combobox", name=label, exact=True)
    box.focus()
    box.press("Enter")
    page = within if isinstance(within, Page) else within.page
    if typed:
        box.fill(typed)
        # What was listed before gives way while it is searched: a click would miss it.
        expect(page.get_by_role("option").filter(has_not_text=typed)).to_have_count(0)
    page.get_by_role("option", name=re.compile(f"^{option}")).click()


def test_a_user_is_made_given_a_role_and_found_in_the_trail_each_by_whom_it_is_for(
    stage: Stage, page: Page
) -> None:
    stage.sign_in_as(page, Role.SYSTEM_ADMIN, to="/users")
    page.get_by_role("button", name="新建用户").click()
    dialog = page.get_by_role("dialog", name="新建用户")
    dialog.get_by_role("button", name="新建").click()
    expect(dialog.get_by_text("请输入登录名")).to_be_visible()
    dialog.get_by_label("登录名").fill("chen.lei")
    dialog.get_by_label("姓名").fill("陈磊")
    dialog.get_by_label("电话").fill("13800002222")
    choose(dialog, "机构", "科室H1-内科", typed="H1-内")
    dialog.get_by_role("button", name="新建").click()
    told = page.get_by_role("dialog", name="用户已建立")
    password = told.locator("output").inner_text()
    told.get_by_role("button", name="我已记下").click()
    drawer = page.get_by_role("dialog", name="用户 chen.lei")
    expect(drawer.get_by_text("还没有授予角色")).to_be_visible()
    expect(drawer.get_by_role("button", name="授权")).to_have_count(0)
    expect(drawer.get_by_text("138****2222")).to_be_visible()
    sign_out(page)

    stage.sign_in_as(page, Role.SECURITY_ADMIN, to="/users?login=chen")
    page.get_by_role("button", name="chen.lei", exact=True).click()
    drawer.get_by_role("button", name="授权").click()
    grants = page.get_by_role("dialog", name="授权 · chen.lei")
    choose(grants, "第 1 行的角色", "科室主任")
    grants.get_by_role("button", name="保存").click()
    expect(drawer.get_by_text("科室H1-内科及其下属")).to_be_visible()
    drawer.get_by_role("button", name="查看完整信息").click()
    page.get_by_placeholder("请写明原因").fill("核对报到信息")
    page.get_by_role("button", name="查看", exact=True).last.click()
    expect(drawer.get_by_text("13800002222")).to_be_visible()
    sign_out(page)

    stage.sign_in_as(page, Role.AUDITOR, to="/trail")
    choose(page, "操作", "查看用户的个人信息")
    seen = page.get_by_role("row").filter(has_text="核对报到信息")
    seen.get_by_role("button", name=re.compile("^查看第")).click()
    page.get_by_role("dialog").get_by_role("link", name="查看").click()
    expect(page.get_by_role("dialog", name="用户 chen.lei").get_by_text("变更授权")).to_be_visible()
    sign_out(page)

    page.get_by_label("登录名").fill("chen.lei")
    page.get_by_label("口令", exact=True).fill(password)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="修改口令")).to_be_visible()


def sign_out(page: Page) -> None:
    page.keyboard.press("Escape")
    page.get_by_role("banner").get_by_role("button", name="王小明").click()
    page.get_by_role("menuitem", name="退出登录").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()


@pytest.mark.one_database
def test_users_are_stopped_together_for_a_reason_and_those_who_may_not_be_are_told(
    stage: Stage, page: Page
) -> None:
    stage.town.user("li", at="H1")
    stage.town.user("zhao", at="H2")
    stage.sign_in_as(page, Role.SECURITY_ADMIN, to="/users")
    # Choosing all takes in the three administrators, of whom nobody stops oneself or the last of a duty.
    page.get_by_role("region", name="用户列表").locator("thead .el-checkbox").click()
    expect(page.get_by_text("已选 5 个")).to_be_visible()
    page.get_by_role("button", name="停用", exact=True).click()
    page.get_by_placeholder("请写明原因").fill("岗位调整")
    page.get_by_role("dialog").get_by_role("button", name="停用").click()
    expect(page.get_by_text("已停用 2 个用户")).to_be_visible()
    expect(page.get_by_text("这是唯一在任的审计员")).to_be_visible()
    page.goto(stage.address + "/users?status=locked")
    expect(page.get_by_role("navigation", name="用户列表分页")).to_contain_text("共 2 个")
    expect(page.get_by_role("region", name="用户列表").get_by_text("已停用")).to_have_count(2)


@pytest.mark.one_database
def test_somebody_is_found_by_a_whole_name_and_by_no_part_of_it(stage: Stage, page: Page) -> None:
    stage.town.user("ouyang", at="H1", name="欧阳静")
    stage.sign_in_as(page, Role.SYSTEM_ADMIN, to="/users")
    page.get_by_role("button", name="按姓名、证件、电话查找").click()
    dialog = page.get_by_role("dialog", name="按姓名、证件、电话查找")
    dialog.get_by_label("完整内容").fill("欧阳")
    dialog.get_by_role("button", name="查找").click()
    expect(dialog.get_by_text("没有找到")).to_be_visible()
    dialog.get_by_label("完整内容").fill("欧阳静")
    dialog.get_by_role("button", name="查找").click()
    dialog.get_by_role("button", name="ouyang").click()
    expect(page.get_by_role("dialog", name="用户 ouyang").get_by_text("欧阳*")).to_be_visible()


@pytest.mark.one_database
def test_a_hospital_is_entered_below_its_county_changed_from_a_day_and_closed(
    stage: Stage, page: Page
) -> None:
    stage.sign_in_as(page, Role.SYSTEM_ADMIN, to="/organisations")
    assert rows(page, "机构") == ["地区350000"]
    for name in ("地区350000", "地区350100", "地区350102"):
        page.get_by_role("button", name=f"{name} 的下级").click()
    expect(page.get_by_role("navigation", name="上级机构").get_by_text("地区350102")).to_be_visible()
    page.get_by_role("button", name="在“地区350102”下新建").click()
    dialog = page.get_by_role("dialog", name="新建机构")
    dialog.get_by_text("定点医药机构", exact=True).click()
    dialog.get_by_label("代码").fill("H35010200009")
    dialog.get_by_label("名称").fill("仁和医院")
    choose(dialog, "等级", "二级甲等")
    dialog.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="仁和医院", exact=True).click()
    drawer = page.get_by_role("dialog", name="仁和医院")
    expect(drawer.get_by_text("二级甲等").first).to_be_visible()
    drawer.get_by_role("button", name="变更").click()
    change = page.get_by_role("dialog", name="变更 仁和医院")
    change.get_by_label("名称").fill("仁和人民医院")
    change.get_by_role("button", name="保存").click()
    renamed = page.get_by_role("dialog", name="仁和人民医院")
    renamed.get_by_role("button", name="停用").click()
    page.get_by_role("dialog", name="停用 仁和人民医院").get_by_role("button", name="停用").click()
    expect(renamed.get_by_text("为止")).to_be_visible()


@pytest.mark.one_database
def test_the_auditor_learns_whether_the_trail_is_whole(stage: Stage, page: Page) -> None:
    stage.sign_in_as(page, Role.AUDITOR, to="/trail")
    page.get_by_role("button", name="校验是否完整").click()
    expect(page.get_by_text("还没有封存过的记录可以核对")).to_be_visible()
    seal_new_entries(stage.town.access)
    page.get_by_role("button", name="校验是否完整").click()
    expect(page.get_by_text("已封存的操作记录完整，没有被改动")).to_be_visible()
    (stage.town.access.head).write_text('{"number": 99, "seal": "x"}', encoding="utf-8")
    page.get_by_role("button", name="校验是否完整").click()
    expect(page.get_by_text("操作记录不完整，或被改动过")).to_be_visible()
    expect(page.get_by_text("末尾被截去")).to_be_visible()


@pytest.mark.one_database
def test_a_token_works_until_it_is_taken_back(stage: Stage, page: Page) -> None:
    stage.sign_in_as(page, Role.AUDITOR, to="/tokens")
    expect(page.get_by_text("还没有令牌")).to_be_visible()
    page.get_by_role("button", name="新建令牌").click()
    dialog = page.get_by_role("dialog", name="新建令牌")
    dialog.get_by_label("名称").fill("报表平台")
    dialog.get_by_text("查看机构").click()
    dialog.get_by_role("button", name="新建").click()
    secret = page.locator("output").inner_text()
    page.get_by_role("button", name="我已记下").click()
    assert status(stage, secret, "/organisations") == 200
    assert status(stage, secret, "/users") == 403
    page.get_by_role("button", name="撤销 报表平台").click()
    page.get_by_role("dialog").get_by_role("button", name="撤销").click()
    expect(page.get_by_role("region", name="令牌列表").get_by_text("已撤销")).to_be_visible()
    assert status(stage, secret, "/organisations") == 401


def status(stage: Stage, secret: str, path: str) -> int:
    request = urllib.request.Request(
        f"{stage.address}/api/v1{path}", headers={"Authorization": f"Bearer {secret}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


@pytest.mark.one_database
def test_who_holds_a_role_is_one_click_from_the_role(stage: Stage, page: Page) -> None:
    stage.sign_in_as(page, Role.AUDITOR, to="/roles")
    expect(page.get_by_role("row", name=re.compile("^查看操作记录"))).to_contain_text("可以")
    page.get_by_role("link", name="审计员").click()
    expect(page).to_have_url(stage.address + "/users?role=auditor")
    expect(page.get_by_role("region", name="用户列表").locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("button", name="auditor", exact=True)).to_be_visible()


@pytest.mark.one_database
def test_what_people_type_is_shown_and_never_run(stage: Stage, page: Page) -> None:
    stage.sign_in_as(page, Role.SYSTEM_ADMIN, to="/tokens")
    page.get_by_role("button", name="新建令牌").click()
    dialog = page.get_by_role("dialog", name="新建令牌")
    dialog.get_by_label("名称").fill(HOSTILE)
    dialog.get_by_text("查看机构").click()
    dialog.get_by_role("button", name="新建").click()
    page.get_by_role("button", name="我已记下").click()
    expect(page.get_by_role("region", name="令牌列表").get_by_text(HOSTILE)).to_be_visible()
    page.get_by_role("button", name=f"撤销 {HOSTILE}").click()
    expect(page.get_by_role("dialog").get_by_text(HOSTILE)).to_be_visible()
    page.keyboard.press("Escape")
    page.goto(stage.address + "/organisations?name=" + HOSTILE)
    expect(page.get_by_text("没有符合条件的机构")).to_be_visible()
    page.goto(stage.address + "/%3Cb%3Enowhere%3C%2Fb%3E")
    expect(page.get_by_role("heading", name="没有这个页面")).to_be_visible()
    assert page.locator("img").count() == 0
    expect(page).not_to_have_title("taken")


@pytest.mark.one_database
def test_two_administrators_do_not_see_each_others_work(stage: Stage, page: Page) -> None:
    """Three duties, three menus: who gives rights sees no trail, who reads the trail gives no rights."""
    seen = {}
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR):
        stage.sign_in(page, role.value, PASSWORD)
        seen[role] = page.get_by_role("navigation", name="主菜单").get_by_role("link").all_inner_texts()
        sign_out(page)
    everybody = {"工作台", "用户", "角色", "机构", "医务人员", "模块", "参数", "字典", "变更复核"}
    everybody |= {"我的导出", "个人中心", "API 令牌"}
    assert set(seen[Role.SYSTEM_ADMIN]) - everybody == {"账号申请", "医院系统接入", "公告"}
    assert set(seen[Role.SECURITY_ADMIN]) == everybody
    assert set(seen[Role.AUDITOR]) - everybody == {"异常使用", "操作记录"}
    assert all(everybody <= set(menu) for menu in seen.values())
