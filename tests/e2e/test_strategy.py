"""Rule sets, exemptions and parameters: written into a draft by a form, checked while somebody writes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.library.drafts import DraftFilter, drafts
from mingcha.library.proposing import changes_of
from tests.e2e.looks import shortcomings
from tests.e2e.stage import Stage
from tests.e2e.test_screens import HOSTILE, choose
from tests.support.platform import ROOT


def enter(stage: Stage, page: Page, to: str) -> None:
    stage.town.user("he", stage.town.grant(Role.RULE_ADMIN))
    stage.sign_in(page, "he", to=to)


def begin_draft(page: Page, title: str = "三月的调整") -> None:
    choose(page, "写入哪个草稿", "新建草稿")
    page.get_by_role("dialog", name="新建草稿").get_by_role("textbox").fill(title)
    page.get_by_role("dialog", name="新建草稿").get_by_role("button", name="新建").click()
    expect(page.get_by_text("草稿已建立")).to_be_visible()
    # A message that fades is no colour to be judged.
    expect(page.get_by_text("草稿已建立")).to_have_count(0)


def pick(within: Page | Locator, label: str, typed: str, option: str) -> None:
    """Choose one of several from a list that stays open."""
    choose(within, label, option, typed=typed)
    (within if isinstance(within, Page) else within.page).keyboard.press("Escape")


def proposed(stage: Stage) -> list[tuple[str, str]]:
    (draft,) = drafts(stage.town.access, ROOT, DraftFilter(), Listing()).items
    return [(one.part, one.key) for one in changes_of(stage.town.access, ROOT, draft.id, Listing()).items]


@pytest.mark.one_database
def test_a_rule_set_is_written_checked_and_decides_in_the_preview(stage: Stage, page: Page) -> None:
    enter(stage, page, "/strategy")
    expect(page.get_by_text("没有规则集：全部规则在各处判断。")).to_be_visible()
    begin_draft(page)
    expect(page.get_by_text("正在看：草稿“三月的调整”")).to_be_visible()
    page.get_by_role("button", name="新建规则集").click()
    drawer = page.get_by_role("dialog", name="新建规则集")
    drawer.get_by_role("textbox", name="名称").fill("三级医院住院")
    expect(drawer.get_by_text("缺少“规则”")).to_be_visible()
    pick(drawer, "规则", "政策类", "政策类")
    expect(drawer.get_by_text("点名 34 条规则")).to_be_visible()
    pick(drawer, "机构级别", "三级", "三级")
    choose(drawer, "明确违规的动作", "拦截")
    expect(drawer.get_by_text("未列入")).to_have_count(0)
    drawer.get_by_role("button", name="写入草稿").click()
    row = page.get_by_role("row", name=re.compile("三级医院住院"))
    expect(row.get_by_text("草稿改过")).to_be_visible()
    expect(row.get_by_text("明确违规 拦截")).to_be_visible()
    page.get_by_text(re.compile("请看一看：")).click()
    expect(page.get_by_text(re.compile("没有列入任何规则集"))).to_be_visible()

    page.get_by_role("tab", name="一张单据由哪些规则判断").click()
    expect(page.get_by_text("要看机构级别").first).to_be_visible()
    choose(page, "机构级别", "三级")
    expect(page.get_by_text("明确违规的拦截").first).to_be_visible()
    choose(page, "机构级别", "一级")
    expect(page.get_by_text(re.compile("^判断 0$"))).to_be_visible()
    assert proposed(stage) == [("rule_set", "三级医院住院")]


@pytest.mark.one_database
def test_an_exemption_with_hostile_words_is_only_words(stage: Stage, page: Page) -> None:
    enter(stage, page, "/strategy?tab=exemptions")
    begin_draft(page, HOSTILE)
    expect(page.get_by_text("正在看：草稿“<img")).to_be_visible()
    page.get_by_role("button", name="新建特例").click()
    drawer = page.get_by_role("dialog", name="新建特例")
    drawer.get_by_role("textbox", name="编号").fill("2026-001<script>")
    drawer.get_by_text("急救", exact=True).click()
    drawer.get_by_role("textbox", name="理由").fill(HOSTILE)
    expect(drawer.get_by_text("特例必须有截止日期")).to_be_visible()
    drawer.get_by_role("combobox", name="止", exact=True).fill("2026-12-31")
    drawer.get_by_role("combobox", name="止", exact=True).press("Enter")
    expect(drawer.get_by_text("特例没有写明对象")).to_be_visible()
    box = drawer.get_by_role("combobox", name="参保人", exact=True)
    box.fill("<b>P1</b>")
    page.get_by_role("option", name="<b>P1</b>").click()
    expect(drawer.get_by_text("可以保存")).to_be_visible()
    drawer.get_by_role("button", name="写入草稿").click()
    row = page.get_by_role("row", name=re.compile("2026-001"))
    expect(row.get_by_text(HOSTILE)).to_be_visible()
    expect(row.get_by_text("参保人 <b>P1</b>")).to_be_visible()
    assert page.title() != "taken"


@pytest.mark.one_database
def test_a_parameter_is_set_for_a_region_as_people_write_it(stage: Stage, page: Page) -> None:
    enter(stage, page, "/rules?open=GZ10000102014000")
    page.get_by_role("tab", name="参数（1）").click()
    page.get_by_role("button", name="修改 容差").click()
    dialog = page.get_by_role("dialog", name="参数 · 容差")
    dialog.get_by_role("textbox", name="地区").fill("3501")
    dialog.get_by_role("textbox", name="容差").fill("-1")
    choose(dialog, "写入哪个草稿", "新建草稿")
    page.get_by_role("dialog", name="新建草稿").get_by_role("textbox").fill("容差")
    page.get_by_role("dialog", name="新建草稿").get_by_role("button", name="新建").click()
    dialog.get_by_role("button", name="写入草稿").click()
    expect(dialog.get_by_text("超出范围")).to_be_visible()
    dialog.get_by_role("textbox", name="容差").fill("0.5")
    dialog.get_by_role("button", name="写入草稿").click()
    expect(page.get_by_text("已写入草稿，发布后生效")).to_be_visible()
    assert proposed(stage) == [("setting", "quantity-over-limit/3501/tolerance")]


@pytest.mark.one_database
def test_everybody_can_use_the_screen_of_rule_sets(stage: Stage, page: Page) -> None:
    enter(stage, page, "/strategy")
    begin_draft(page)
    faults = {"list": shortcomings(page)}
    page.get_by_role("button", name="新建规则集").click()
    expect(page.get_by_role("dialog", name="新建规则集")).to_be_visible()
    faults["set"] = shortcomings(page)
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="一张单据由哪些规则判断").click()
    expect(page.get_by_text("没有规则集，全部判断").first).to_be_visible()
    faults["preview"] = shortcomings(page)
    page.get_by_role("tab", name="特例").click()
    page.get_by_role("button", name="新建特例").click()
    expect(page.get_by_role("dialog", name="新建特例")).to_be_visible()
    faults["exemption"] = shortcomings(page)
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="异地就医（0）").click()
    page.get_by_role("button", name="新建设定").click()
    drawer = page.get_by_role("dialog", name="异地就医的设定")
    choose(drawer, "规则", "医疗类", typed="医疗类")
    page.keyboard.press("Escape")
    drawer.get_by_text("参保地", exact=True).click()
    expect(drawer.get_by_text("可以保存")).to_be_visible()
    faults["elsewhere"] = shortcomings(page)
    drawer.get_by_role("button", name="写入草稿").click()
    expect(page.get_by_role("row").filter(has_text="医疗类")).to_contain_text("参保地")
    assert {where: found for where, found in faults.items() if found} == {}
