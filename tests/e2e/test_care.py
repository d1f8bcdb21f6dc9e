"""Bills and persons in the browser: found, followed across institutions, line by line, and whole only for a reason."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from mingcha.access.roles import Role
from tests.e2e.looks import shortcomings
from tests.e2e.stage import Stage
from tests.support.care import DRESSING, METFORMIN, PERSONS, cared, line

TREATED_IN_BOTH, ONLY_H1, _ = PERSONS


def reviewer(stage: Stage, *place: str) -> None:
    stage.town.user("shen", stage.town.grant(Role.FIRST_REVIEWER, *place), name="沈静")


@pytest.mark.one_database
def test_a_person_is_found_followed_across_institutions_and_shown_whole_for_a_reason(
    stage: Stage, page: Page
) -> None:
    cared(stage.town.access)
    reviewer(stage)
    stage.sign_in(page, "shen", to="/persons")
    page.get_by_label("完整内容").fill("欧阳")
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_text("在您的数据范围内没有找到")).to_be_visible()
    page.get_by_label("完整内容").fill("欧阳建国")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="欧阳**").click()
    expect(page.get_by_text("4 次就诊，2 家机构")).to_be_visible()
    expect(page.get_by_text("出院后 3 天")).to_be_visible()
    care = page.get_by_role("region", name="就医记录")
    care.get_by_role("button", name="标出 2026-01-11 前后的就诊").click()
    expect(care.get_by_text("前后", exact=True).first).to_be_visible()
    expect(care.locator("tr.marked")).to_have_count(4)
    care.get_by_role("button", name=re.compile("^医院H1")).click()
    expect(page.get_by_text("2 次就诊，1 家机构")).to_be_visible()
    expect(page).to_have_url(re.compile("institution=H1"))

    page.get_by_role("button", name="查看完整信息").click()
    page.get_by_placeholder("请写明原因").fill("核实身份")
    page.get_by_role("button", name="查看", exact=True).last.click()
    expect(page.get_by_text(TREATED_IN_BOTH)).to_be_visible()
    page.get_by_role("button", name="隐藏").click()
    expect(page.get_by_text(TREATED_IN_BOTH)).to_have_count(0)


@pytest.mark.one_database
def test_what_is_left_of_a_drug_is_told_for_any_day(stage: Stage, page: Page) -> None:
    key = cared(stage.town.access).keys[TREATED_IN_BOTH]
    reviewer(stage)
    stage.sign_in(page, "shen", to=f"/persons/{key}?day=2026-02-20")
    left = page.get_by_role("region", name="剩余用药")
    left.get_by_role("button", name="二甲双胍片").click()
    expect(left.get_by_text("余 10 天")).to_be_visible()
    expect(left.get_by_text("30 天量，当时尚余 6 天")).to_be_visible()
    left.get_by_role("link", name="2026-01-25").click()
    expect(page).to_have_url(re.compile("/bills/E4"))
    expect(page.get_by_role("link", name="就医记录")).to_be_visible()


@pytest.mark.one_database
def test_the_health_record_of_a_person_is_read_by_kind_with_its_sources(stage: Stage, page: Page) -> None:
    key = cared(stage.town.access).keys[TREATED_IN_BOTH]
    reviewer(stage)
    stage.sign_in(page, "shen", to=f"/persons/{key}")
    page.get_by_role("tab", name="健康档案").click()
    record = page.get_by_role("region", name="健康档案")
    expect(record.get_by_text("全部 2")).to_be_visible()
    record.get_by_text("用药 2").click()
    expect(page).to_have_url(re.compile("tab=record&fact=drug"))
    assert shortcomings(page) == []
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation").first).to_be_hidden()
    expect(record.get_by_role("button", name="打印")).to_be_hidden()
    page.emulate_media(media="screen")
    record.get_by_role("link", name="单据").first.click()
    expect(page).to_have_url(re.compile("/bills/E4"))


@pytest.mark.one_database
def test_a_bill_of_twenty_thousand_lines_is_scrolled_searched_and_sorted(stage: Stage, page: Page) -> None:
    rows = [
        line(
            ONLY_H1,
            "LONG",
            "H1",
            "2026-01-05",
            METFORMIN if at == 15_000 else DRESSING,
            feedetl_sn=f"L{at:05d}",
            pric=f"{at % 97 + 1}.00",
            cnt="1",
            det_item_fee_sumamt=f"{at % 97 + 1}.00",
        )
        for at in range(20_000)
    ]
    cared(stage.town.access, rows)
    reviewer(stage)
    stage.sign_in(page, "shen", to="/bills/LONG")
    table = page.get_by_role("region", name="费用明细列表")
    expect(page.get_by_text("共 20,000 行")).to_be_visible()
    assert page.locator(".el-table-v2__row").count() < 150
    body = table.locator(".el-table-v2__main .el-table-v2__body > div").first
    body.evaluate("box => box.scrollTo(0, 36 * 15_000)")
    expect(table.get_by_text("15,005", exact=True)).to_be_visible()
    table.get_by_text("单价", exact=True).click()
    page.get_by_label("编码或名称").fill("双胍")
    page.get_by_label("编码或名称").press("Enter")
    expect(page.get_by_text("共 1 行")).to_be_visible()
    table.get_by_text("二甲双胍片").click()
    expect(page.get_by_role("complementary", name="这一行").get_by_text("L15000")).to_be_visible()


@pytest.mark.one_database
def test_who_sees_one_hospital_is_told_nothing_of_another(stage: Stage, page: Page) -> None:
    cared(stage.town.access)
    reviewer(stage, "H1")
    stage.sign_in(page, "shen", to="/bills/E6")
    expect(page.get_by_text("没有找到这张单据")).to_be_visible()
    page.goto(stage.address + "/persons")
    page.get_by_label("就诊标识").fill("E5")
    page.get_by_role("button", name="打开").click()
    expect(page.get_by_text("医院H1").first).to_be_visible()


@pytest.mark.one_database
def test_bills_and_persons_fit_a_small_window_and_can_be_used_by_everybody(stage: Stage, page: Page) -> None:
    key = cared(stage.town.access).keys[TREATED_IN_BOTH]
    reviewer(stage)
    page.goto(stage.address)
    stage.sign_in(page, "shen", to="/persons")
    faults = {}
    for address, seen in (
        ("/persons", "打开单据"),
        (f"/persons/{key}?around=E2&day=2026-02-01", "余 29 天"),
        ("/bills/E1", "共 2 行"),
    ):
        page.goto(stage.address + address)
        expect(page.get_by_text(seen)).to_be_visible()
        faults[address] = shortcomings(page)
    page.get_by_role("tab", name=re.compile("^诊断与手术")).click()
    faults["coded"] = shortcomings(page)
    page.get_by_role("tab", name="结算与就诊信息").click()
    faults["facts"] = shortcomings(page)
    assert {name: found for name, found in faults.items() if found} == {}
