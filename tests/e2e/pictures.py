"""Pictures of every screen, light and dark, for somebody to look at: `make pictures`."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import select

from mingcha.access import account_requests
from mingcha.access.abnormal_use import raise_alarms
from mingcha.access.account_requests import Wish
from mingcha.access.connections import given
from mingcha.access.context import Access
from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.access.staff import StaffFilter, staff
from mingcha.access.trail import Action, record
from mingcha.administration import announcements, changes, dictionaries, parameters
from mingcha.administration.dated import SettingKind
from mingcha.ingest.register_sync import Sent, look, take_over
from mingcha.jobs import runs
from mingcha.jobs.demonstration import PROVINCE
from mingcha.jobs.execution import carry_out
from mingcha.jobs.kinds.audit import AuditParameters
from mingcha.jobs.kinds.export import ExportParameters
from mingcha.knowledge.starter import starter_points
from mingcha.store.database.runs import Run
from tests.e2e.pictured_care import advise, calling, steps_of_care
from tests.e2e.stage import FLAGS, VIEWPORT, Stage, chromium, serving, why_not
from tests.support.audited import Audited, audited_over
from tests.support.calls import asked_opinion
from tests.support.care import cared
from tests.support.library_shown import LOGINS, show_library
from tests.support.platform import ROOT, Clock, Town, access_to

FOLDER = Path("build") / "pictures"
QUARTER = "一季度复审"
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

# The first point of a kind: the one that was changed, and one with a limit of its own.
POINTS = {point.slug: point.point_id for point in reversed(starter_points())}

STAFF = (
    "姓名,工号,医保医师代码,人员类别,职称,科室编码,处方权,抗菌药物处方权,麻精药品处方权,处方审核资格\n"
    "李明,1001,D001,医师,主任医师,H2-内科,有,特殊使用级,有,\n"
    "王芳,1002,D002,医师,主治医师,H2-内科,有,限制使用级,,\n"
    "陈静,1003,D003,医师,医师,H2-外科,有,非限制使用级,,\n"
    "赵兰,2001,N001,护士,,H2-外科,,,,\n"
    "孙伟,3001,P001,药师,,H2-内科,,,,有\n"
)
LATER_STAFF = STAFF.replace("主治医师", "副主任医师").replace("赵兰,2001,N001", "周敏,2002,N002") + (
    "吴涛,1009,D009,医师,医师,X9,有,,,\n郑凯,1010,D010,保安,,,,,,\n"
)


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
    town.user(Role.FIRST_REVIEWER.value, town.grant(Role.FIRST_REVIEWER), name="沈静")
    cared(town.access)
    announce(town)
    decide(town)
    show_library(town)


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
    sent = Sent("人员.csv", STAFF.encode(), date(2026, 1, 1), False, {})
    looked = look(town.access, ROOT, town.ids["H2"], sent)
    take_over(town.access, ROOT, town.ids["H2"], sent, looked.preview.digest)
    nurse = staff(town.access, ROOT, StaffFilter(code="N001"), Listing()).items[0]
    town.ids["N001"] = nurse.id
    town.user("zhaolan", at="N001", name="赵兰")
    for login, name, role in (("chenlei", "陈磊", Role.DEPARTMENT_HEAD), ("lina", "李娜", Role.READER)):
        wish = Wish(login, name, "13800002222", town.ids["H2-内科"], None, role, "负责本科室疑点的申诉")
        account_requests.ask(town.access, ROOT, wish)
    watcher = replace(ROOT, user_id=town.user("wanglei", at="H2"), login="wanglei", address="10.3.8.21")
    for _ in range(24):
        with town.access.database.writing() as session:
            record(
                session,
                town.access,
                watcher,
                Action.USER_REVEALED,
                about=("user", nurse.id),
                reason="核对联系方式",
            )
    raise_alarms(town.access)


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
        "35-医务人员": at("/staff"),
        "36-医务人员-详情": at("/staff?code=D001", "李明"),
        "38-异常使用": at("/alarms"),
        "39-异常使用-详情": at("/alarms", "查看 查看完整信息过多"),
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

    def open_page(address: str) -> Callable[[Page], None]:
        return lambda page: page.goto(stage.address + address) and None

    def synchronise(page: Page) -> None:
        page.goto(f"{stage.address}/organisations?name=H2&kind=institution")
        page.get_by_role("button", name="定点医药机构H2", exact=True).click()
        page.get_by_role("button", name="同步科室和人员").click()
        file = {"name": "人员.csv", "mimeType": "text/csv", "buffer": LATER_STAFF.encode()}
        page.get_by_text("名单完整").click()
        page.get_by_label("选文件").set_input_files(file)
        expect(page.get_by_text("医务人员花名册")).to_be_visible()

    def add(address: str, name: str) -> Callable[[Page], None]:
        def walk(page: Page) -> None:
            page.goto(stage.address + address)
            page.get_by_role("button", name=name).first.click()

        return walk

    def write_help(page: Page) -> None:
        add("/users", "帮助")(page)
        page.get_by_role("button", name="改写这一页的帮助").click()

    def look(address: str, *clicks: str) -> Callable[[Page], None]:
        def walk(page: Page) -> None:
            page.goto(stage.address + address)
            page.wait_for_load_state("networkidle")
            for name in clicks:
                page.get_by_text(name).first.click()

        return walk

    def find_person(page: Page) -> None:
        page.goto(stage.address + "/persons")
        page.get_by_label("完整内容").fill("赫连春花")
        page.get_by_role("button", name="查找").click()

    def follow_person(page: Page) -> None:
        find_person(page)
        page.get_by_label("完整内容").fill("欧阳建国")
        page.get_by_role("button", name="查找").click()
        page.get_by_role("link", name="欧阳**").click()
        page.get_by_role("button", name="标出 2026-01-18 前后的就诊").click()

    def step(address: str, *clicks: str) -> Callable[[Page], None]:
        """Open an address, then press buttons and tabs of these names."""

        def walk(page: Page) -> None:
            page.goto(stage.address + address)
            page.wait_for_load_state("networkidle")
            for name in clicks:
                found = page.get_by_role("button", name=name).or_(page.get_by_role("tab", name=name))
                found.first.click()
                page.wait_for_load_state("networkidle")

        return walk

    return {
        (Role.RULE_ADMIN, "90-知识库"): step("/knowledge?text=gt"),
        (Role.RULE_ADMIN, "91-知识点"): step(f"/knowledge?text=阿帕他胺&open={POINTS['sex-limit']}"),
        (Role.RULE_ADMIN, "92-知识点-修改"): step(f"/knowledge?open={POINTS['quantity-limit']}", "修改"),
        (Role.RULE_ADMIN, "93-知识-导入"): step("/knowledge", "导入表格"),
        (Role.RULE_ADMIN, "94-草稿"): step("/drafts"),
        (Role.RULE_ADMIN, "95-草稿-差异"): step("/drafts?title=四季度", "四季度"),
        (Role.RULE_ADMIN, "96-草稿-检查"): step("/drafts?title=四季度", "四季度", "检查"),
        (Role.RE_REVIEWER, "97-草稿-意见"): step("/drafts?title=四季度", "四季度", "意见和经过"),
        (Role.RULE_ADMIN, "98-草稿-冲突"): step("/drafts?title=统一为两次", "统一为两次", "移到最新版"),
        (Role.DECIDER, "99-发布版"): step("/drafts?view=releases"),
        (Role.DECIDER, "9a-发布版-比较"): step("/drafts?view=releases", "比较第 2 版"),
        (Role.FIRST_REVIEWER, "80-参保人-查找"): find_person,
        (Role.FIRST_REVIEWER, "81-参保人-就医记录"): follow_person,
        (Role.FIRST_REVIEWER, "82-单据-明细"): look("/bills/E1", "静脉输液"),
        (Role.FIRST_REVIEWER, "83-单据-结算"): look("/bills/E2", "结算与就诊信息"),
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
        (Role.SYSTEM_ADMIN, "37-按名单同步"): synchronise,
        (Role.SYSTEM_ADMIN, "43-账号申请"): open_page("/account-requests"),
        (Role.SYSTEM_ADMIN, "44-申请账号"): add("/account-requests", "申请账号"),
    }


def audits(access: Access, folder: Path) -> Audited:
    """The sample city with two audits to compare, exports made and one that waits, and a doctor's question."""
    city = audited_over(access, folder)
    advise(city)
    reviewer = city.actor(Role.FIRST_REVIEWER)
    asked = AuditParameters(city.dataset_id, first="2026-01", last="2026-03", workbook=True)
    quarter = runs.start(access, reviewer, "audit", QUARTER, asked)
    of_quarter = ExportParameters("findings", {"run": str(quarter.id)}, title=f"{QUARTER} 疑点")
    carry_out(access, quarter.id, 1, workers=1)
    for wanted in (of_quarter, ExportParameters("organisations", format="csv")):
        started = runs.start(access, reviewer, "export", wanted.title or "机构", wanted)
        carry_out(access, started.id, 1, workers=1)
    runs.start(access, reviewer, "export", "疑点", of_quarter)
    hospital, department, doctor = city.places.hospitals[0]
    of = {"region_code": PROVINCE, "department_id": department, "doctor_id": doctor}
    given.connect(access, ROOT, hospital)
    asked_opinion(access, hospital, **of)
    return city


def steps_of_audits(stage: Stage) -> dict[tuple[Role, str], Callable[[Page], None]]:
    """Screens over a city that was audited."""

    def step(address: str, *clicks: str) -> Callable[[Page], None]:
        def walk(page: Page) -> None:
            page.goto(stage.address + address)
            page.wait_for_load_state("networkidle")
            for name in clicks:
                named = re.compile(name)
                found = page.get_by_role("button", name=named).or_(page.get_by_role("tab", name=named))
                found.first.click()
                page.wait_for_load_state("networkidle")

        return walk

    def told_before(page: Page) -> None:
        with stage.town.access.database.reading() as session:
            quarter = session.scalar(select(Run.id).where(Run.kind == "audit", Run.name == QUARTER))
        step(f"/findings?run={quarter}&advice=继续", "^查看 ")(page)
        page.locator(".advised").scroll_into_view_if_needed()

    reviewer, rules = Role.FIRST_REVIEWER, Role.RULE_ADMIN
    return {
        (reviewer, "a0-工作台"): step("/workbench"),
        (Role.INSURANCE_OFFICE, "a1-工作台-医院"): step("/workbench"),
        (Role.DECIDER, "a2-工作台-主任"): step("/workbench"),
        (reviewer, "b0-数据导入"): step("/datasets"),
        (reviewer, "b1-数据导入-详情"): step("/datasets", "样例城市", "数据质量"),
        (reviewer, "b2-数据导入-新的"): step("/datasets", "导入数据"),
        (reviewer, "b3-审核任务"): step("/runs"),
        (reviewer, "b4-审核任务-详情"): step("/runs", "一季度复审"),
        (reviewer, "b5-新建审核"): step("/runs", "新建审核"),
        (reviewer, "b6-比较"): step("/runs/comparison"),
        (reviewer, "b7-比较-详情"): step("/runs/comparison", "查看 "),
        (reviewer, "c0-疑点"): step("/findings"),
        (reviewer, "c1-疑点-详情"): step("/findings", "查看 "),
        (reviewer, "c4-疑点-提醒过的"): told_before,
        (reviewer, "c2-疑点-导出"): step("/findings", "^导出$"),
        (reviewer, "c3-我的导出"): step("/exports"),
        (reviewer, "d0-规则库"): step("/rules"),
        (reviewer, "d1-规则-说明"): step("/rules?open=GZ10000301004000"),
        (reviewer, "d2-规则-例子"): step("/rules?open=GZ10000301004000", "例子"),
        (rules, "d3-规则集"): step("/strategy"),
        (rules, "d4-新建规则"): step("/rules/writing"),
        (rules, "e0-依据库"): step("/basis"),
        (rules, "e1-依据任务"): step("/basis-tasks"),
        (rules, "e2-征求意见"): step("/consultations"),
        (Role.INSURANCE_OFFICE, "e3-意见"): step("/opinions"),
        (reviewer, "f0-事前事中记录"): step("/calls"),
        (reviewer, "f5-事前事中记录-详情"): step("/calls", "^查看 "),
        (reviewer, "f3-HIS模拟器"): step("/simulator"),
        (Role.SYSTEM_ADMIN, "f1-医院系统接入"): step("/connections"),
        (Role.SYSTEM_ADMIN, "f6-医院系统接入-变更"): step("/connections", "^变更"),
        (Role.SYSTEM_ADMIN, "f4-医院系统接入-嵌入"): step("/connections", "^嵌入"),
        (Role.INSURANCE_OFFICE, "f2-人工审核"): step("/second-opinions"),
        (Role.INSURANCE_OFFICE, "g0-科室预算"): step("/budgets"),
        (Role.INSURANCE_OFFICE, "g1-科室预算-历史"): step("/budgets", "^历史"),
        (Role.INSURANCE_OFFICE, "g2-支付标准"): step("/payment-standards"),
        (Role.INSURANCE_OFFICE, "g3-支付标准-录入"): step("/payment-standards", "^录入$"),
    }


def take(browser: Browser, stage: Stage, city: Stage, theme: str, wanted: tuple[str, ...]) -> None:
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
    for where, those in (
        (stage, steps_of_administrators(stage)),
        (city, steps_of_audits(city)),
        (city, steps_of_care(city)),
    ):
        for (role, name), walk in those.items():
            if not name.startswith(wanted):
                continue
            page = fresh()
            where.sign_in(page, LOGINS.get(role, role.value) if where is stage else role.value)
            shoot(page, name, walk)
            page.context.close()


def main(wanted: tuple[str, ...]) -> int:
    """Take them all, or only those whose names begin as wanted."""
    if (reason := why_not()) is not None:
        print(reason, file=sys.stderr)
        return 1
    expect.set_options(timeout=30_000)  # it is looked at, not hurried
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as other:
        clock = Clock(datetime.now(UTC))
        town = Town(access_to(f"sqlite:///{home}/mingcha.db", Path(home), clock)).found()
        populate(town)
        city = audits(access_to(f"sqlite:///{other}/mingcha.db", Path(other), clock), Path(other) / "city")
        with (
            serving(town.access) as address,
            calling(city) as opened,
            serving(city.access, gateway=opened.gateway) as beside,
            sync_playwright() as play,
        ):
            browser = play.chromium.launch(executable_path=chromium(), args=FLAGS)
            for theme in ("light", "dark"):
                stage, audited = Stage(address, town), Stage(beside, Town(city.access))
                take(browser, stage, audited, theme, wanted or ("",))
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:])))
