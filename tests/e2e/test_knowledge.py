"""The library in a real browser: a point found and changed, tried, reviewed by another, published, and taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from mingcha.access.roles import Role
from mingcha.knowledge.point import Status
from mingcha.knowledge.starter import starter_points
from mingcha.library.index import initials
from tests.e2e.looks import shortcomings
from tests.e2e.stage import VIEWPORT, Stage
from tests.e2e.test_screens import choose

POINT = next(
    point
    for point in starter_points()
    if point.slug == "sex-limit" and point.effective_from > 0 and point.status == Status.JUDGEABLE
)


def another(browser: Browser, city: Stage, role: Role, to: str) -> Page:
    """A browser of somebody else."""
    page = browser.new_context(viewport=VIEWPORT, locale="zh-CN", timezone_id="Asia/Shanghai").new_page()
    city.sign_in_as(page, role, to=to)
    return page


def change_a_point(city: Stage, page: Page) -> None:
    """Find a point by letters of its name and change its name in a new draft."""
    city.sign_in_as(page, Role.RULE_ADMIN, to="/knowledge")
    rows = page.get_by_role("region", name="知识点列表").get_by_role("row")
    page.get_by_label("查找").fill(initials(POINT.name))
    page.get_by_label("查找").press("Enter")
    expect(rows.nth(1)).to_contain_text(POINT.name)
    rows.nth(1).get_by_role("button").first.click()
    drawer = page.get_by_role("dialog").first
    expect(drawer.get_by_text("历次发布")).to_be_visible()
    drawer.get_by_role("button", name="修改").click()
    form = page.get_by_role("dialog", name=re.compile("修改知识点"))
    choose(form, "写入哪个草稿", "新建草稿")
    asked = page.get_by_role("dialog", name="新建草稿")
    asked.get_by_role("textbox").fill("改一条名称")
    asked.get_by_role("button", name="新建").click()
    form.get_by_label("知识点名称").fill("改过的名称")
    form.get_by_role("button", name="写入草稿").click()
    expect(drawer.get_by_text("改了它，发布后生效")).to_be_visible()
    drawer.get_by_role("link", name="改一条名称").click()


def try_and_hand_in(page: Page) -> None:
    """See what the draft changes, check it, try it on the city's bills, and give it to review."""
    draft = page.get_by_role("dialog", name="改一条名称")
    expect(draft.get_by_role("row", name=re.compile("知识点名称"))).to_contain_text("改过的名称")
    draft.get_by_role("tab", name="检查").click()
    expect(draft.get_by_text(re.compile("没有发现问题|须先改正 0 处"))).to_be_visible(timeout=60_000)
    draft.get_by_role("tab", name="试运行").click()
    choose(draft, "在哪批数据上试", "")
    draft.get_by_role("button", name="试运行").click()
    expect(draft.get_by_text("没有任何不同")).to_be_visible(timeout=90_000)
    draft.get_by_role("button", name="送审").click()
    expect(draft.get_by_text("您参与了这个草稿")).to_be_visible()
    expect(draft.get_by_role("button", name="批准")).to_have_count(0)


def test_a_point_is_changed_tried_reviewed_published_and_taken_back(
    city: Stage, page: Page, browser: Browser
) -> None:
    change_a_point(city, page)
    try_and_hand_in(page)

    reviewer = another(browser, city, Role.RE_REVIEWER, "/drafts")
    reviewer.get_by_role("button", name="改一条名称", exact=True).click()
    reviewer.get_by_role("button", name="批准").click()
    reviewer.get_by_role("dialog", name="批准草稿").get_by_role("button", name="批准").click()
    expect(reviewer.get_by_role("dialog", name="改一条名称").get_by_text("已批准").first).to_be_visible()

    chief = another(browser, city, Role.DECIDER, "/drafts")
    chief.get_by_role("button", name="改一条名称", exact=True).click()
    chief.get_by_role("button", name="发布", exact=True).click()
    chief.get_by_role("dialog", name="发布", exact=True).get_by_role("button", name="发布").click()
    drawer = chief.get_by_role("dialog", name="改一条名称")
    expect(drawer.get_by_text("第 2 版")).to_be_visible(timeout=60_000)
    chief.keyboard.press("Escape")
    chief.get_by_text("发布版", exact=True).click()
    listed = chief.get_by_role("region", name="发布版列表")
    expect(listed.get_by_role("row", name=re.compile("第 2 版"))).to_contain_text("decider")
    chief.get_by_role("button", name="比较第 2 版").click()
    compared = chief.get_by_role("dialog", name="比较两个发布版")
    expect(compared.get_by_role("row", name=re.compile("知识点名称"))).to_contain_text("改过的名称")
    chief.keyboard.press("Escape")
    chief.get_by_role("button", name="回退到第 1 版").click()
    asked = chief.get_by_role("dialog", name="回退到第 1 版")
    asked.get_by_role("textbox").fill("名称写错了")
    asked.get_by_role("button", name="回退").click()
    expect(listed.get_by_role("row", name=re.compile("第 3 版"))).to_contain_text("回退到第 1 版")
    for one in (reviewer, chief):
        one.context.close()


@pytest.mark.one_database
def test_a_text_is_mapped_to_diagnoses_from_the_table_that_is_at_hand(city: Stage, page: Page) -> None:
    city.sign_in_as(page, Role.RULE_ADMIN, to="/knowledge")
    page.goto(f"{city.address}/knowledge?open=nkb-12:GZ10000101008000:0006")
    drawer = page.get_by_role("dialog", name="安奈拉唑钠肠溶片")
    drawer.get_by_role("button", name="映射诊断编码").click()
    bench = page.get_by_role("dialog", name=re.compile("映射诊断编码"))
    expect(bench.get_by_text("还没有诊断编码表")).to_be_visible()
    table = "编码,名称\nK26.900,十二指肠溃疡\nK25.900,胃溃疡\n".encode()
    bench.get_by_label("选择诊断编码表").set_input_files(
        {"name": "本市诊断.csv", "mimeType": "text/csv", "buffer": table}
    )
    expect(bench.get_by_text("本市诊断.csv")).to_be_visible()
    expect(bench.get_by_role("checkbox", name=re.compile("K26.*十二指肠溃疡"))).to_be_checked()
    expect(bench.get_by_role("checkbox", name=re.compile("K25"))).to_have_count(0)
    choose(bench, "写入哪个草稿", "新建草稿")
    asked = page.get_by_role("dialog", name="新建草稿")
    asked.get_by_role("textbox").fill("映射适应症")
    asked.get_by_role("button", name="新建").click()
    assert shortcomings(page) == []
    bench.get_by_role("button", name="批准，写入草稿").click()
    expect(drawer.get_by_text("改了它，发布后生效")).to_be_visible()
    drawer.get_by_role("link", name="映射适应症").click()
    draft = page.get_by_role("dialog", name="映射适应症")
    expect(draft.get_by_role("row", name=re.compile("对应的诊断编码"))).to_contain_text("K26")


@pytest.mark.one_database
def test_no_serious_fault_of_access_on_these_screens(city: Stage, page: Page) -> None:
    city.sign_in_as(page, Role.RULE_ADMIN, to="/knowledge")
    expect(page.get_by_role("region", name="知识点列表").get_by_role("row").nth(1)).to_be_visible()
    assert shortcomings(page) == []
    page.get_by_role("region", name="知识点列表").get_by_role("row").nth(1).get_by_role(
        "button"
    ).first.click()
    expect(page.get_by_text("历次发布")).to_be_visible()
    assert shortcomings(page) == []
    page.goto(f"{city.address}/drafts")
    expect(page.get_by_text("还没有草稿")).to_be_visible()
    assert shortcomings(page) == []
