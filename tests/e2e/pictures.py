"""Pictures of every screen, light and dark, for somebody to look at: `make pictures`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from mingcha.access.roles import Role
from mingcha.administration import announcements, changes, dictionaries, parameters
from mingcha.administration.dated import SettingKind
from tests.e2e.stage import FLAGS, VIEWPORT, Stage, chromium, serving, why_not
from tests.support.platform import ROOT, Clock, Town, access_to

FOLDER = Path("build") / "pictures"
NAMES = (
    "陈建国",
    "林晓燕",
    "黄志强",
    "欧阳静",
    "吴秀英",
    "郑国栋",
    "王丽",
    "张伟",
    "李娜",
    "刘洋",
    "蔡明",
    "许文",
)
ROLES = (Role.FIRST_REVIEWER, Role.RE_REVIEWER, Role.INSURANCE_OFFICE, Role.DEPARTMENT_HEAD, Role.READER)


def populate(town: Town) -> None:
    """Enough people and events for lists to look as they will."""
    town.administrators()
    places = ("H1", "H2", "H1-内科", "H2-外科", "350102", "B350103")
    for at, name in enumerate(NAMES * 3):
        place = places[at % len(places)]
        held = (
            () if at % 7 == 3 else (town.grant(ROLES[at % len(ROLES)], place, *(["310"] if at % 4 else [])),)
        )
        town.user(f"u{at + 1:03d}", *held, at=place, name=name)
    announce(town)
    decide(town)


def decide(town: Town) -> None:
    """Changes that wait, and some that were let pass."""
    access, today = town.access, town.access.today()
    security = town.actor(Role.SECURITY_ADMIN.value)
    for values, days, passes in (
        ({"session.idle": 20, "sign-in.locked": 30}, 0, True),
        ({"password.length": 12}, 30, True),
        ({"session.single": True, "password.remembered": 8}, 3, False),
    ):
        day = today + timedelta(days=days)
        made = parameters.propose_parameters(access, ROOT, values, day, "等级保护测评整改要求")
        if passes:
            changes.approve(access, security, made.id, None)
    rows = [
        dictionaries.CodeRow("PTMZ", "普通门诊", "11"),
        dictionaries.CodeRow("MTB", "门诊特殊病", "14", "350100"),
    ]
    made = dictionaries.propose_rows(
        access, ROOT, SettingKind.MAPPING, "med_type", rows, [], today, "旧系统的编码"
    )
    changes.approve(access, security, made.id, None)


def announce(town: Town) -> None:
    """What is said, was said and will be said."""
    today = town.access.today()
    for title, text, begins, ends, roles, before in (
        (
            "周六晚系统维护",
            "11 月 28 日 22:00 至次日 02:00 停机升级。\n期间不能登录，请提前保存。",
            0,
            2,
            None,
            True,
        ),
        ("申诉期限提醒", "本月第一批疑点请在十个工作日内反馈。", 0, 9, {Role.INSURANCE_OFFICE}, False),
        ("新版规则库培训", "视频会议，会议号另发。", 5, 6, {Role.RULE_ADMIN, Role.FIRST_REVIEWER}, False),
        ("国庆值班安排", "值班表见附件。", -57, -50, None, False),
    ):
        announcements.publish(
            town.access,
            ROOT,
            announcements.Written(
                title,
                text,
                today + timedelta(days=begins),
                today + timedelta(days=ends),
                None if roles is None else frozenset(roles),
                before,
            ),
        )


def sign_in(page: Page, stage: Stage) -> None:
    stage.sign_in_as(page, Role.AUDITOR, to="/users")


def steps(stage: Stage) -> dict[str, Callable[[Page], None]]:
    """What is done before each picture; names are the names of the files."""

    def at(address: str, *clicks: str) -> Callable[[Page], None]:
        def walk(page: Page) -> None:
            page.goto(stage.address + address)
            page.wait_for_load_state("networkidle")
            for name in clicks:
                page.get_by_role("button", name=name).first.click()

        return walk

    def fail_to_sign_in(page: Page) -> None:
        page.goto(stage.address + "/login")
        page.get_by_label("登录名").fill("nobody")
        page.get_by_label("口令", exact=True).fill("wrong-password-1")
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("alert")).to_be_visible()

    def mark(page: Page) -> None:
        at("/users")(page)
        for row in (1, 2):
            page.locator("tbody .el-checkbox").nth(row).click()

    return {
        "01-登录": at("/login"),
        "02-登录-被拒": fail_to_sign_in,
        "03-修改口令": at("/password"),
        "04-首次设置-无令牌": at("/setup"),
        "10-用户": at("/users"),
        "11-用户-勾选": mark,
        "12-用户-详情": at("/users", "u003"),
        "13-用户-停用": at("/users", "u003", "停用"),
        "14-用户-查找": at("/users", "按姓名、证件、电话查找"),
        "15-用户-没有找到": at("/users?login=nobody"),
        "16-用户-常用筛选": at("/users?status=active", "常用筛选"),
        "17-用户-列": at("/users", "列"),
        "20-角色": at("/roles"),
        "30-机构": at("/organisations"),
        "31-机构-下级": at("/organisations", "的下级"),
        "32-机构-更多条件": at("/organisations?kind=institution", "更多条件"),
        "33-机构-详情": at("/organisations?name=H1", "定点医药机构H1"),
        "40-操作记录": at("/trail"),
        "41-操作记录-校验": at("/trail", "校验是否完整"),
        "42-操作记录-详情": at("/trail?action=grants.changed", "查看第"),
        "50-个人中心": at("/me"),
        "51-启用动态码": at("/me", "启用"),
        "60-令牌": at("/tokens"),
        "61-新建令牌": at("/tokens", "新建令牌"),
        "70-帮助": at("/users", "帮助"),
        "71-没有这个页面": at("/nowhere"),
    }


def steps_of_administrators(stage: Stage) -> dict[tuple[Role, str], Callable[[Page], None]]:
    """What only others than the auditor see."""

    def grant(page: Page) -> None:
        page.goto(stage.address + "/users?login=u003")
        page.get_by_role("button", name="u003", exact=True).click()
        page.get_by_role("button", name="授权").click()

    def add(address: str, name: str) -> Callable[[Page], None]:
        def walk(page: Page) -> None:
            page.goto(stage.address + address)
            page.get_by_role("button", name=name).first.click()

        return walk

    def write_help(page: Page) -> None:
        add("/users", "帮助")(page)
        page.get_by_role("button", name="改写这一页的帮助").click()

    return {
        (Role.SECURITY_ADMIN, "18-用户-授权"): grant,
        (Role.SYSTEM_ADMIN, "19-用户-新建"): add("/users", "新建用户"),
        (Role.SYSTEM_ADMIN, "34-机构-新建"): add("/organisations", "新建"),
        (Role.SYSTEM_ADMIN, "80-公告"): add("/announcements", "刷新"),
        (Role.SYSTEM_ADMIN, "81-公告-发布"): add("/announcements", "发布公告"),
        (Role.SYSTEM_ADMIN, "82-公告-查看"): add("/users", "查看公告"),
        (Role.SYSTEM_ADMIN, "83-模块"): add("/modules", "停用 公告"),
        (Role.SYSTEM_ADMIN, "84-帮助-改写"): write_help,
        (Role.SYSTEM_ADMIN, "85-参数"): add("/parameters", "收起菜单"),
        (Role.SYSTEM_ADMIN, "86-参数-修改"): add("/parameters", "修改参数"),
        (Role.SYSTEM_ADMIN, "87-字典"): add("/dictionaries?name=med_type", "刷新"),
        (Role.SYSTEM_ADMIN, "88-字典-增加"): add("/dictionaries?name=med_type&what=mappings", "增加"),
        (Role.SECURITY_ADMIN, "89-变更"): add("/setting-changes", "刷新"),
        (Role.SECURITY_ADMIN, "8a-变更-复核"): add("/setting-changes", "系统参数"),
    }


def take(browser: Browser, stage: Stage, theme: str, wanted: tuple[str, ...]) -> None:
    """The wanted pictures in one theme."""
    folder = FOLDER / theme
    folder.mkdir(parents=True, exist_ok=True)

    def shoot(page: Page, name: str, walk: Callable[[Page], None]) -> None:
        walk(page)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(500)
        page.screenshot(path=folder / f"{name}.png")
        print(folder / f"{name}.png")

    def fresh() -> Page:
        scheme = "dark" if theme == "dark" else "light"
        context = browser.new_context(
            viewport=VIEWPORT, locale="zh-CN", timezone_id="Asia/Shanghai", color_scheme=scheme
        )
        return context.new_page()

    page = fresh()
    for name, walk in steps(stage).items():
        if not name.startswith(wanted) and name != "03-修改口令":
            continue
        if name == "03-修改口令":
            sign_in(page, stage)
        shoot(page, name, walk)
    for (role, name), walk in steps_of_administrators(stage).items():
        if not name.startswith(wanted):
            continue
        page = fresh()
        stage.sign_in_as(page, role)
        shoot(page, name, walk)


def main(wanted: tuple[str, ...]) -> int:
    """Take them all, or only those whose names begin as wanted."""
    if (reason := why_not()) is not None:
        print(reason, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as home:
        clock = Clock(datetime.now(UTC))
        town = Town(access_to(f"sqlite:///{home}/mingcha.db", Path(home), clock)).found()
        populate(town)
        with serving(town.access) as address, sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium(), args=FLAGS)
            for theme in ("light", "dark"):
                take(browser, Stage(address, town), theme, wanted or ("",))
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:])))
