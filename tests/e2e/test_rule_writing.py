"""A rule manager who is no programmer writes a rule: condition in lines, examples that run, into a draft."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looks import shortcomings
from tests.e2e.stage import Stage
from tests.e2e.test_screens import HOSTILE, choose
from tests.e2e.test_strategy import begin_draft, enter, proposed

SECTIONS = ("检查什么", "为何违规", "不报什么", "处理建议")


def fill_words(page: Page, name: str, message: str) -> None:
    page.get_by_role("textbox", name="名称", exact=True).fill(name)
    page.get_by_role("textbox", name="提示").fill(message)
    for section in SECTIONS:
        page.get_by_role("textbox", name=section).fill(f"{section}，写给医保办的人看。")


@pytest.mark.one_database
def test_a_rule_is_written_in_lines_tried_as_it_is_typed_and_put_into_a_draft(
    stage: Stage, page: Page
) -> None:
    enter(stage, page, "/rules/writing")
    page.get_by_role("button", name="开始写条件").click()
    side = page.get_by_role("complementary", name="规则的文字写法")
    expect(side.get_by_text("MC90000000001000")).to_be_visible()
    begin_draft(page)
    # The draft begins with an example condition: two lines, of which the second goes.
    expect(side.get_by_text("单价 > 100 且 性别 = '2'")).to_be_visible()
    page.get_by_role("button", name="去掉条件第 2 行").click()
    page.get_by_role("textbox", name="条件第 1 行的值").or_(
        page.get_by_role("combobox", name="条件第 1 行的值")
    ).fill("200")
    expect(side.get_by_text("单价 > 200", exact=True)).to_be_visible()
    fill_words(page, "门诊高价检查", "{item} 单价 {value} 元")
    page.get_by_role("textbox", name="例子 1 的一句话").fill("高于上限，报")
    page.get_by_role("textbox", name="例子 1 第 1 行的单价").fill("200.01")
    expect(page.get_by_text(re.compile("应报在 （无），实报在 c1|应报在"))).not_to_have_count(0)
    choose(page, "例子 1 第 1 行应当", "报")
    expect(page.get_by_text("相符：报 1 条")).to_be_visible()
    page.get_by_role("button", name="复制例子 1").click()
    page.get_by_role("textbox", name="例子 2 的一句话").fill("恰好等于上限，不报")
    page.get_by_role("textbox", name="例子 2 第 1 行的单价").fill("200")
    choose(page, "例子 2 第 1 行应当", "不报")
    expect(side.get_by_text("全部通过，可以写入草稿")).to_be_visible()
    side.get_by_role("button", name="写入草稿").click()
    expect(side.get_by_text("已写入草稿；送审、复核、发布后开始判断。")).to_be_visible()
    assert proposed(stage) == [("definition", "MC90000000001000")]

    # The one in the draft is opened again, taken apart into the same lines.
    page.goto(stage.address + "/rules/writing?code=MC90000000001000")
    expect(side.get_by_text("单价 > 200", exact=True)).to_be_visible()
    expect(page.get_by_role("textbox", name="名称", exact=True)).to_have_value("门诊高价检查")


@pytest.mark.one_database
def test_what_is_wrong_is_said_where_it_is(stage: Stage, page: Page) -> None:
    enter(stage, page, "/rules/writing?over=明细")
    page.get_by_role("button", name="改写文字").click()
    text = page.get_by_role("textbox", name="条件的文字写法")
    text.fill("单价 > 贵")
    expect(
        page.get_by_role("group").or_(page.locator(".el-form-item")).get_by_text("不认得“贵”").first
    ).to_be_visible()
    expect(page.get_by_text(re.compile("第 6 个字")).first).to_be_visible()
    text.fill("单价 > 100 且 (险种 属于 [310] 或 非 (性别 = 2))")
    page.get_by_role("button", name="改回一行一行写").click()
    expect(page.get_by_role("group", name="条件第 2 组", exact=True)).to_be_visible()
    expect(page.get_by_text("不是下面的情形")).to_be_visible()
    page.get_by_role("textbox", name="提示").fill("{nothing}")
    expect(page.get_by_text("未知的占位符 {nothing}").first).to_be_visible()


@pytest.mark.one_database
def test_hostile_words_of_a_rule_are_only_words(stage: Stage, page: Page) -> None:
    enter(stage, page, "/rules/writing?over=明细")
    fill_words(page, HOSTILE, HOSTILE)
    page.get_by_role("textbox", name="例子 1 的一句话").fill(HOSTILE)
    side = page.get_by_role("complementary", name="规则的文字写法")
    expect(side.get_by_text(HOSTILE).first).to_be_visible()
    page.wait_for_timeout(600)
    assert page.title() != "taken"
    assert page.locator(".writing img").count() == 0


@pytest.mark.one_database
def test_a_mechanism_is_taken_with_other_settings_and_points(stage: Stage, page: Page) -> None:
    enter(stage, page, "/rules?open=GZ10000102014000")
    page.get_by_role("button", name="照它做一条").click()
    expect(page).to_have_url(re.compile("mechanism=quantity-over-limit"))
    expect(page.get_by_role("textbox", name="容差")).to_have_value("0")
    expect(page.get_by_role("group", name="知识点 1")).to_be_visible()
    expect(page.get_by_role("textbox", name="检查什么")).to_have_value(re.compile("同一次就诊中"))


@pytest.mark.one_database
def test_everybody_can_write_a_rule(stage: Stage, page: Page) -> None:
    enter(stage, page, "/rules/writing")
    expect(page.get_by_role("button", name="开始写条件")).to_be_visible()
    faults = {"begin": shortcomings(page)}
    page.get_by_role("button", name="开始写条件").click()
    expect(page.get_by_role("group", name="条件", exact=True)).to_be_visible()
    faults["form"] = shortcomings(page)
    assert {where: found for where, found in faults.items() if found} == {}
