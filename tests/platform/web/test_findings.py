"""Findings over HTTP: what a filter, a sort or a number may say, and that it never breaks anything."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from mingcha.access.grants import NewGrant
from mingcha.access.roles import Role
from tests.support.audited import Audited
from tests.support.browser import Browser
from tests.support.judged import beside, findings_at
from tests.support.platform import Town

# Findings are files: the database only says who may see them.
pytestmark = pytest.mark.one_database


@pytest.fixture
def reviewer(town: Town) -> Browser:
    beside(town.access)
    town.user("reviewer", NewGrant(Role.FIRST_REVIEWER))
    return Browser(town.access).sign_in("reviewer")


def test_lists_counts_and_details_speak_of_the_same_findings(town: Town, reviewer: Browser) -> None:
    run = beside(town.access)
    listed = reviewer("GET", f"/findings?run={run}&institution=H1&size=3").json()
    assert listed["total"] == findings_at("H1").height
    counted = reviewer("GET", f"/findings/facets?run={run}&institution=H1").json()
    assert counted["total"]["findings"] == listed["total"]
    assert {facet["name"]: facet["distinct"] for facet in counted["facets"]}["institution"] == 3
    first = listed["items"][0]
    detail = reviewer("GET", f"/findings/{first['finding_id']}?run={run}").json()
    assert detail["finding"] == first
    assert detail["identity"]["run"] == str(run)
    found = reviewer("GET", f"/findings/values?run={run}&facet=institution&holding=h2").json()
    assert [value["value"] for value in found["values"]] == ["H2"]


@pytest.mark.parametrize(
    "query",
    [
        "sort=rows",
        "sort=claimed_fen;drop table users",
        "sort=-claimed_fen,password_hash",
        "size=101",
        "page=0",
        "day_from=2026-13-01",
        "claimed_from_fen=1e400",
        f"claimed_from_fen={10**40}",
        "finding=../../keys.json",
        "inpatient=perhaps",
        "text=" + quote("\x00"),
        "rule=" + "x" * 201,
    ],
)
def test_what_makes_no_sense_is_refused_in_words(town: Town, reviewer: Browser, query: str) -> None:
    answer = reviewer("GET", f"/findings?run={beside(town.access)}&{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    "value", ["' OR 1=1 --", "%", ".*", "\\", "H1' UNION SELECT", "<script>alert(1)</script>", "''"]
)
@pytest.mark.parametrize("name", ["institution", "text", "item", "person", "exemption", "action"])
def test_no_filter_value_is_more_than_a_value(town: Town, reviewer: Browser, name: str, value: str) -> None:
    answer = reviewer("GET", f"/findings?run={beside(town.access)}&{name}={quote(value)}")
    assert answer.status_code == 200
    assert answer.json()["total"] == 0


@pytest.mark.parametrize(
    "run", ["0d5b1c1a9e114c579d4b5f0f1c1e2f5b", "../../../etc", "00000000-0000-0000-0000-000000000000/.."]
)
def test_a_run_is_asked_for_by_a_number_that_exists(reviewer: Browser, run: str) -> None:
    for path in ("/findings", "/findings/facets", f"/findings/{'0' * 24}"):
        answer = reviewer("GET", f"{path}?run={quote(run, safe='')}")
        assert answer.status_code in (404, 422), path
        assert answer.json()["message"]


def test_a_hospital_reads_its_own_part_of_an_audit_of_the_whole_city(audited: Audited) -> None:
    """The audit is the bureau's, so that the hospital does not see it among its runs; its findings there it does."""
    for login, places in (("insurance_office", {audited.places.hospitals[0][0]}), ("first_reviewer", None)):
        browser = Browser(audited.access).sign_in(login)
        (run,) = browser("GET", "/findings/runs").json()
        assert run["id"] == str(audited.run_id)
        listed = browser("GET", f"/findings?run={run['id']}&size=100").json()
        assert listed["total"] == run["findings"] > 0
        shown = {row["institution_id"] for row in listed["items"]}
        assert len(shown) > 1 if places is None else shown == places
        hits = browser("GET", f"/findings/by-rule?run={run['id']}").json()
        assert sum(one["findings"] for one in hits) == run["findings"]
