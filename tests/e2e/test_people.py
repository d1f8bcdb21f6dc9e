"""Organisations and those who work there, done by whose work it is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from mingcha.access.errors import Denied
from mingcha.access.personal import PersonalField
from mingcha.access.policy import AlarmPolicy
from mingcha.access.reveal import reveal
from mingcha.access.roles import Role
from mingcha.access.upkeep import keep_up
from mingcha.gateways.single_sign_on import SingleSignOn
from mingcha.settings import Provider
from tests.e2e.stage import Stage, serving
from tests.support.platform import Town
from tests.support.provider import CLIENT, SECRET, provider_running

STAFF = (
    "姓名,工号,医保医师代码,职称,科室编码,处方权,抗菌药物处方权\n"
    "王芳,1002,D900,主治医师,H1-外科,有,限制使用级\n"
    "<img src=x>,1003,D901,医师,H1-外科,有,限制使用级\n"
)


@pytest.mark.one_database
def test_a_hospital_synchronises_its_staff_and_a_leaver_can_no_longer_sign_in(
    stage: Stage, page: Page
) -> None:
    town = stage.town
    town.user("h1", town.grant(Role.INSTITUTION_ACCOUNTS, "H1"), at="H1")
    town.user("leaver", town.grant(Role.DOCTOR, own=True), at="D-H1-内科")
    stage.sign_in(page, "h1", to="/staff")
    page.get_by_role("button", name="按名单同步").click()
    dialog = page.get_by_role("dialog", name="同步科室和人员")
    box = dialog.get_by_role("combobox", name="机构", exact=True)
    box.click()
    page.get_by_role("option", name="定点医药机构H1").click()
    dialog.get_by_text("名单完整").click()
    dialog.get_by_label("选文件").set_input_files(
        {"name": "人员.csv", "mimeType": "text/csv", "buffer": STAFF.encode("gb18030")}
    )
    expect(dialog.get_by_text("医务人员花名册")).to_be_visible()
    expect(dialog.get_by_role("button", name="新增 2")).to_be_visible()
    expect(dialog.get_by_role("button", name="离开 2")).to_be_visible()
    expect(dialog.get_by_text("leaver，将停用")).to_be_visible()
    dialog.get_by_role("button", name="同步", exact=True).click()
    page.get_by_role("button", name="确定同步").click()
    expect(dialog.get_by_text("已停用离开人员的账号：leaver")).to_be_visible()
    dialog.get_by_role("button", name="关闭", exact=True).last.click()
    table = page.get_by_role("region", name="医务人员列表")
    expect(table.get_by_text("抗菌药物处方权（限制使用级）").first).to_be_visible()
    expect(table.get_by_text("<img src=x>", exact=True).first).to_be_visible()
    table.get_by_role("button", name="王芳", exact=True).click()
    drawer = page.get_by_role("dialog", name="王芳")
    drawer.get_by_role("button", name="收回抗菌药物处方权").click()
    page.get_by_role("dialog", name="收回抗菌药物处方权").get_by_role("button", name="保存").click()
    expect(drawer.get_by_role("button", name="收回抗菌药物处方权")).to_have_count(0)


@pytest.mark.one_database
def test_somebody_asks_by_the_hospital_s_link_and_begins_with_a_password_of_their_own(
    stage: Stage, page: Page
) -> None:
    town = stage.town
    town.user("h1", town.grant(Role.INSTITUTION_ACCOUNTS, "H1"), at="H1")
    stage.sign_in(page, "h1", to="/account-requests")
    page.get_by_role("button", name="生成申请链接").first.click()
    dialog = page.get_by_role("dialog", name="生成申请链接")
    dialog.get_by_role("combobox", name="机构", exact=True).click()
    page.get_by_role("option", name="定点医药机构H1").click()
    dialog.get_by_role("button", name="生成", exact=True).click()
    link = page.get_by_role("dialog", name="申请链接", exact=True).locator("output").inner_text()
    page.get_by_role("button", name="我已记下").click()

    browser = page.context.browser
    assert browser is not None
    guest = browser.new_context(locale="zh-CN").new_page()
    guest.goto(link)
    expect(guest.get_by_text("定点医药机构H1")).to_be_visible()
    guest.get_by_label("登录名").fill("chen.lei")
    guest.get_by_label("姓名").fill("陈磊")
    for label, option in (("科室", "科室H1-内科"), ("角色", "科室主任")):
        guest.get_by_role("combobox", name=label).press("Enter")
        guest.get_by_role("option", name=option).click()
    guest.get_by_label("用途").fill("<script>负责本科室的申诉</script>")
    guest.get_by_role("button", name="提交").click()
    expect(guest.get_by_text("已提交")).to_be_visible()

    page.get_by_role("button", name="刷新").click()
    expect(page.get_by_text("<script>负责本科室的申诉</script>").first).to_be_visible()
    page.get_by_role("button", name="同意 chen.lei").click()
    page.get_by_placeholder("请写明原因").fill("情况属实")
    page.get_by_role("dialog").get_by_role("button", name="同意").click()
    begin = page.get_by_role("dialog", name="账号已建立").locator("output").inner_text()

    guest.goto(begin)
    expect(guest.get_by_text("账号 chen.lei")).to_be_visible()
    guest.get_by_label("新口令").fill("Shan-Shui-2718")
    guest.get_by_label("再输入一次").fill("Shan-Shui-2718")
    guest.get_by_role("button", name="设置口令").click()
    expect(guest.get_by_role("heading", name="登录")).to_be_visible()
    stage.sign_in(guest, "chen.lei", "Shan-Shui-2718", to="/organisations")
    expect(guest.get_by_role("button", name="科室H1-内科", exact=True)).to_be_visible()
    expect(guest.get_by_role("button", name="定点医药机构H1", exact=True)).to_have_count(0)


@pytest.mark.one_database
def test_an_auditor_sees_what_was_too_much_restricts_at_once_and_concludes(stage: Stage, page: Page) -> None:
    town = stage.town
    town.user("h1", town.grant(Role.INSTITUTION_ACCOUNTS, "H1"), at="H1")
    someone = town.user("someone", at="H1-内科")
    actor = town.actor("h1")
    for _ in range(AlarmPolicy().reveals):
        reveal(town.access, actor, someone, [PersonalField.PHONE], "核对联系方式")
    keep_up(town.access)
    stage.sign_in_as(page, Role.AUDITOR, to="/alarms?handled=false&rule=reveals")
    page.get_by_role("button", name="查看 查看完整信息过多 h1").click()
    drawer = page.get_by_role("dialog", name="查看完整信息过多 · h1")
    expect(drawer.get_by_text("原因：核对联系方式").first).to_be_visible()
    drawer.get_by_role("button", name="限制查看和导出").click()
    page.get_by_placeholder("请写明原因").fill("核实大量查看")
    page.get_by_role("dialog", name="限制 h1").get_by_role("button", name="限制").click()
    expect(drawer.get_by_text("受限：不能看完整信息、不能导出")).to_be_visible()
    with pytest.raises(Denied):
        reveal(town.access, town.actor("h1"), someone, [PersonalField.PHONE], "再看一次")
    drawer.get_by_text("工作需要，已说明").click()
    drawer.get_by_label("说明", exact=True).fill("集中核对报到信息")
    drawer.get_by_role("button", name="处理完毕").click()
    expect(drawer.get_by_text("集中核对报到信息").first).to_be_visible()
    expect(page.get_by_role("navigation", name="报警列表分页")).to_contain_text("共 0 条")


@pytest.mark.one_database
def test_an_account_is_linked_to_the_unit_s_provider_and_entered_by_it(town: Town, page: Page) -> None:
    town.user("chen", town.grant(Role.READER, "H1"), at="H1")

    def known(address: str) -> SingleSignOn:
        return SingleSignOn(Provider(provider.issuer, CLIENT, SECRET, f"{address}/sso", "本院统一认证"))

    with provider_running() as provider, serving(town.access, known) as address:
        stage = Stage(address, town)
        stage.sign_in(page, "chen", to="/me")
        page.get_by_role("button", name="关联", exact=True).click()
        expect(page.get_by_text("已关联", exact=True).first).to_be_visible()
        expect(page).to_have_url(f"{address}/me")
        page.get_by_role("banner").get_by_role("button", name="王小明").click()
        page.get_by_role("menuitem", name="退出登录").click()
        page.get_by_role("button", name="用本院统一认证登录").click()
        expect(page.get_by_role("navigation", name="主菜单")).to_be_visible()
        page.get_by_role("banner").get_by_role("button", name="王小明").click()
        page.get_by_role("menuitem", name="退出登录").click()
        provider.subject = "9002"
        page.get_by_role("button", name="用本院统一认证登录").click()
        expect(page.get_by_role("alert")).to_contain_text("没有关联本系统的账号")
