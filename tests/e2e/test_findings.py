"""Findings are narrowed, opened, read one after the other and counted, by reviewers and by a hospital."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from mingcha.access.roles import Role
from mingcha.audit.reading.comparison import compare
from mingcha.jobs import runs
from mingcha.jobs.execution import carry_out
from mingcha.jobs.kinds.audit import AuditParameters
from mingcha.store.database.people import User
from tests.e2e.looks import shortcomings
from tests.e2e.stage import Stage, serving
from tests.platform.conftest import audited
from tests.support.audited import Audited, working
from tests.support.platform import Town

__all__ = ["audited"]


@pytest.fixture
def stage(audited: Audited) -> Iterator[Stage]:
    """The audited city, served; its people's passwords are as old as the copy."""
    with audited.access.database.writing() as session:
        session.execute(update(User).values(password_set_at=audited.access.now()))
    with serving(audited.access) as address:
        yield Stage(address, Town(audited.access, dict(audited.places.ids)))


def total(page: Page) -> int:
    """How many findings the list says there are, once it has loaded."""
    expect(page.get_by_role("region", name="疑点列表")).to_have_attribute("aria-busy", "false")
    expect(page.get_by_label("疑点的分布")).to_have_attribute("aria-busy", "false")
    said = page.get_by_text(re.compile(r"^\s*共 [\d,]+ 条")).first.inner_text()
    return int(re.sub(r"\D", "", said.partition("条")[0]))


@pytest.mark.one_database
def test_a_reviewer_narrows_by_a_facet_opens_a_finding_and_goes_on_to_the_next(
    stage: Stage, page: Page
) -> None:
    stage.sign_in_as(page, Role.FIRST_REVIEWER, to="/findings")
    everything = total(page)
    facets = page.get_by_label("疑点的分布")
    violations = facets.get_by_role("button", name=re.compile("^明确违规"))
    counted = int(re.sub(r"\D", "", violations.inner_text()))
    violations.click()
    expect(page).to_have_url(re.compile("certainty="))
    expect(violations).to_have_attribute("aria-pressed", "true")
    assert total(page) == counted < everything
    expect(page.get_by_text(re.compile(r"计入\s*[\d,.]+ (万)?元")).first).to_be_visible()

    page.get_by_role("button", name=re.compile("^查看 ")).first.click()
    drawer = page.get_by_role("dialog", name=re.compile("^疑点 · "))
    for part in ("读到的值", "限定值", "应收", "实收", "超收", "法规依据", "所在单据", "前后的就诊", "重放"):
        expect(drawer.get_by_text(part, exact=True).first).to_be_visible()
    first = page.url
    page.keyboard.press("Control+ArrowRight")
    expect(drawer.get_by_text("本页第 2 /")).to_be_visible()
    assert page.url != first
    drawer.get_by_role("button", name="上一条").click()
    expect(page).to_have_url(first)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    violations.click()
    expect(page).not_to_have_url(re.compile("certainty="))
    assert total(page) == everything


@pytest.mark.one_database
def test_what_the_list_shows_is_taken_away_as_a_file(stage: Stage, page: Page) -> None:
    stage.sign_in_as(page, Role.INSURANCE_OFFICE, to="/findings?certainty=明确违规")
    shown = total(page)
    page.get_by_role("button", name="导出", exact=True).click()
    page.get_by_role("menuitem", name="CSV").click()
    expect(page.get_by_text("正在导出")).to_be_visible()
    with working(stage.town.access):
        page.goto(f"{stage.address}/exports")
        link = page.get_by_role("link", name=re.compile("^下载 .*疑点"))
        expect(link).to_be_visible(timeout=20_000)
        with page.expect_download() as file:
            link.click()
    lines = file.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == shown + 1
    assert lines[0].startswith("疑点编号,规则编码,规则")


@pytest.mark.one_database
def test_two_audits_are_compared_down_to_the_single_finding(
    stage: Stage, page: Page, audited: Audited
) -> None:
    access, reviewer = audited.access, audited.actor(Role.FIRST_REVIEWER)
    asked = AuditParameters(audited.dataset_id, first="2026-01", last="2026-03")
    later = runs.start(access, reviewer, "audit", "一季度", asked)
    carry_out(access, later.id, 1, workers=1)
    told = compare(access, reviewer, audited.run_id, later.id)
    assert told.total.gone > told.total.new == 0
    stage.sign_in_as(page, Role.FIRST_REVIEWER, to=f"/runs?open={later.id}")
    page.get_by_role("dialog").get_by_role("link", name="与另一次审核比较").click()
    expect(page).to_have_url(re.compile(f"/runs/comparison.*after={later.id}"))
    every = page.get_by_text(re.compile(f"共 {told.total.gone + told.total.changed:,} 条"))
    expect(every).to_be_visible()
    row = told.by_rule[0]
    page.get_by_role("button", name=f"{row.label} 消失的 {row.gone} 条").click()
    expect(page).to_have_url(re.compile(f"rule={row.value}"))
    expect(page.get_by_text(re.compile(f"共 {row.gone:,} 条"))).to_be_visible()
    page.get_by_role("button", name=re.compile("^查看 ")).first.click()
    drawer = page.get_by_role("dialog", name=re.compile("^疑点 · "))
    expect(drawer.get_by_text("法规依据", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    assert shortcomings(page) == []


@pytest.mark.one_database
def test_filters_stand_in_the_address_and_what_fits_nothing_says_so(stage: Stage, page: Page) -> None:
    stage.sign_in_as(
        page, Role.FIRST_REVIEWER, to="/findings?claimed_from=100&claimed_to=200&sort=claimed_fen"
    )
    found = total(page)
    assert found > 0
    cells = page.get_by_role("region", name="疑点列表").locator("tbody tr")
    expect(cells.first).to_contain_text(re.compile(r"1\d\d\.\d\d"))
    page.get_by_role("textbox", name="项目", exact=True).fill("没有这种项目")
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有符合条件的疑点")).to_be_visible()
    page.get_by_role("button", name="清除全部条件").click()
    assert total(page) > found


@pytest.mark.one_database
def test_a_hospital_sees_its_own_findings_and_no_others(stage: Stage, page: Page, audited: Audited) -> None:
    stage.sign_in(page, "insurance_office", to="/findings")
    own = total(page)
    assert own > 0
    # The only institution is no way to narrow anything.
    expect(page.get_by_label("疑点的分布").get_by_role("button", name=re.compile("^医疗机构"))).to_have_count(
        0
    )
    hospital = audited.places.names[audited.places.hospitals[0][0]]
    expect(page.get_by_role("region", name="疑点列表").get_by_text(hospital).first).to_be_visible()
    page.goto(f"{stage.address}/findings?institution={audited.places.hospitals[1][0]}")
    expect(page.get_by_text("没有符合条件的疑点")).to_be_visible()


@pytest.mark.one_database
def test_everybody_can_read_and_work_it(stage: Stage, page: Page) -> None:
    page.goto(stage.address)
    stage.sign_in_as(page, Role.FIRST_REVIEWER, to="/findings")
    total(page)
    assert shortcomings(page) == []
    page.get_by_role("button", name=re.compile("^查看 ")).first.click()
    expect(page.get_by_text("前后的就诊")).to_be_visible()
    assert shortcomings(page) == []
