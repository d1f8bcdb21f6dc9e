"""The workbench, and bills with what an audit found on them, over the audited sample city."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from mingcha.access.roles import Role
from mingcha.administration.parameters import propose_parameters
from tests.e2e.looks import shortcomings
from tests.e2e.stage import Stage, serving
from tests.platform.conftest import audited
from tests.support.audited import Audited
from tests.support.platform import ROOT, Clock, Town

__all__ = ["audited"]


@pytest.fixture
def clock() -> Clock:
    """The day on which the city was made: its passwords are still good then."""
    return Clock()


@pytest.fixture
def stage(audited: Audited) -> Iterator[Stage]:
    with serving(audited.access) as address:
        yield Stage(address, Town(audited.access))


def findings(audited: Audited) -> pl.DataFrame:
    """What the audit found, as it was written."""
    return pl.read_parquet(audited.access.home / "runs" / str(audited.run_id) / "findings.parquet")


def figure(page: Page, label: str) -> str:
    section = page.get_by_role("region", name="最近一次审核")
    tile = section.locator(".tile").filter(has=page.get_by_text(label, exact=True))
    expect(tile).to_be_visible()
    return tile.locator("strong").inner_text()


@pytest.mark.one_database
def test_each_begins_with_what_is_theirs(stage: Stage, page: Page, audited: Audited) -> None:
    whole = findings(audited)
    stage.sign_in_as(page, Role.FIRST_REVIEWER)
    expect(page).to_have_url(stage.address + "/workbench")
    assert figure(page, "疑点") == f"{whole.height:,}"
    expect(page.get_by_role("region", name="近期任务").get_by_text("样例城市年度审核")).to_be_visible()
    expect(page.get_by_role("region", name="最近的操作")).to_have_count(0)
    page.get_by_role("region", name="常用").get_by_role("link", name="找一位参保人").click()
    expect(page).to_have_url(stage.address + "/persons")


@pytest.mark.one_database
def test_a_hospital_reads_what_the_bureau_s_audit_found_at_it_and_on_the_page_of_a_rule(
    stage: Stage, page: Page, audited: Audited
) -> None:
    own = findings(audited).filter(pl.col("institution_id") == audited.places.hospitals[0][0])
    stage.sign_in_as(page, Role.INSURANCE_OFFICE)
    assert figure(page, "疑点") == f"{own.height:,}"
    code, hits = own.group_by("rule_code").len().sort("len", "rule_code").row(-1)
    page.goto(f"{stage.address}/rules?open={code}")
    link = page.get_by_role("dialog").get_by_role("link", name=f"{hits:,} 条", exact=True)
    link.click()
    expect(page).to_have_url(re.compile(f"/findings.*rule={code}"))
    expect(page.get_by_text(re.compile(f"共 {hits:,} 条"))).to_be_visible()


@pytest.mark.one_database
def test_what_waits_for_somebody_opens_the_list_that_it_counts(stage: Stage, page: Page) -> None:
    access = stage.town.access
    values = {"session.idle": 20}
    propose_parameters(access, ROOT, values, access.today(), "等级保护测评整改要求")
    stage.sign_in_as(page, Role.SECURITY_ADMIN)
    todo = page.get_by_role("region", name="待办").get_by_role("link", name=re.compile("待复核的变更"))
    expect(todo).to_contain_text("1")
    expect(page.get_by_role("region", name="待办").get_by_text("待处理的报警")).to_have_count(0)
    todo.click()
    expect(page).to_have_url(re.compile(r"/setting-changes\?state=proposed"))
    expect(page.get_by_text(re.compile("共 1 "))).to_be_visible()


@pytest.mark.one_database
def test_the_auditor_sees_what_was_done_last_and_no_findings(stage: Stage, page: Page) -> None:
    stage.sign_in_as(page, Role.AUDITOR)
    expect(page.get_by_role("region", name="最近的操作").get_by_text("登录").first).to_be_visible()
    expect(page.get_by_role("region", name="最近一次审核")).to_have_count(0)
    expect(page.get_by_role("link", name="看谁查看过个人信息")).to_be_visible()


@pytest.mark.one_database
def test_what_was_found_stands_beside_the_lines_of_a_bill(stage: Stage, page: Page, audited: Audited) -> None:
    found = findings(audited).filter(pl.col("line_key").is_not_null())
    encounter = found.group_by("encounter_id").len().sort("len", "encounter_id")["encounter_id"][-1]
    stage.sign_in_as(page, Role.FIRST_REVIEWER, to=f"/bills/{encounter}")
    beside = page.get_by_role("complementary", name="疑点")
    expect(beside.get_by_role("button", name="看明细").first).to_be_visible()
    beside.get_by_role("button", name="看明细").first.click()
    line = page.get_by_role("complementary", name="这一行")
    expect(line.get_by_text(re.compile("计入")).first).to_be_visible()
    expect(page.locator(".el-table-v2__row.shown").first).to_be_visible()


@pytest.mark.one_database
def test_the_workbench_fits_a_small_window_and_can_be_used_by_everybody(stage: Stage, page: Page) -> None:
    page.goto(stage.address)
    stage.sign_in_as(page, Role.FIRST_REVIEWER)
    figure(page, "疑点")
    assert shortcomings(page) == []
