"""Calls looked up afterwards: in scope only, with what was said and what was done about it."""

from __future__ import annotations

from typing import Any

import pytest

from mingcha.access.errors import Missing
from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.audit.call_records import CallFilter, call, calls
from mingcha.audit.calls import CallOutcome
from tests.platform.gateway.calling import bill, message
from tests.platform.gateway.conftest import Installed
from tests.support.calls import answered_call
from tests.support.platform import ROOT, Town


def test_a_call_shows_what_was_said_and_what_the_doctor_did(installed: Installed, ask: Any) -> None:
    (result,) = ask(bill())["output"]["result"]
    warns = {"warn_rslt_id": result["jr_id"], "dspo_way": "1", "dspo_way_rea": "病情需要"}
    ask(message("3103", {"data": {"warn_type": "1", "warns": warns}}))
    installed.drain()
    access = installed.access
    found = calls(access, ROOT, CallFilter(transaction="3101"), Listing())
    assert found.total == 1
    detail = call(access, ROOT, found.items[0].id)
    assert (detail.call.stage, detail.call.scene) == ("事前", "住院收费登记")
    (one,) = detail.found
    assert (one.content, one.evidence) == (result["vola_cont"], result["vola_evid"])
    assert one.feedback is not None
    assert (one.feedback.way, one.feedback.reason) == ("继续", "病情需要")
    for wanted, total in (
        (CallFilter(rule_code=one.rule_code), 1),
        (CallFilter(rule_code="GZ0"), 0),
        (CallFilter(way="1"), 1),
        (CallFilter(way="2"), 0),
        (CallFilter(outcome=CallOutcome.NOT_AUDITED), 0),
        (CallFilter(outcome=CallOutcome.TAKEN), 1),
    ):
        assert calls(access, ROOT, wanted, Listing()).total == total, wanted


@pytest.mark.parametrize(
    ("at", "types", "seen"),
    [
        (None, (), {"H1", "H2"}),
        ("350102", (), {"H1"}),
        ("H2", (), {"H2"}),
        ("H1-外科", (), {"H1"}),
        ("H1-内科", (), set()),
        ("H1", ("390",), set()),
    ],
)
def test_calls_are_seen_within_the_scope_only(
    town: Town, at: str | None, types: tuple[str, ...], seen: set[str]
) -> None:
    for hospital in ("H1", "H2"):
        answered_call(town.access, hospital)
    town.user("someone", town.grant(Role.INSURANCE_OFFICE, at, *types))
    actor = town.actor("someone")
    assert {one.id for one in calls(town.access, actor, CallFilter(), Listing()).items} == seen
    for hospital in {"H1", "H2"} - seen:
        with pytest.raises(Missing):
            call(town.access, actor, hospital)


def test_a_call_whose_journal_is_gone_still_tells_what_was_found(town: Town) -> None:
    detail = call(town.access, ROOT, answered_call(town.access, "H1"))
    assert (detail.message, detail.found) == (None, [])
