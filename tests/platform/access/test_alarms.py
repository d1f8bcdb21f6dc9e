"""Abnormal use is seen in the trail by counting, told once, and answered by an auditor at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingcha.access import alarms, users
from mingcha.access.abnormal_use import AlarmRule, raise_alarms
from mingcha.access.actor import Actor
from mingcha.access.alarms import AlarmFilter, AlarmView, Conclusion
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Denied, Missing, SignInFailed
from mingcha.access.listing import Listing
from mingcha.access.permissions import WITHHELD, Permission
from mingcha.access.personal import PersonalField
from mingcha.access.policy import AlarmPolicy, Policy
from mingcha.access.reveal import reveal
from mingcha.access.roles import Role
from mingcha.access.trail import Action, record
from mingcha.access.upkeep import keep_up
from tests.support.platform import ROOT, Clock, Town, clock_of, signed_in

FEW = AlarmPolicy(look_ups=4, reveals=3, exports=2, failures=3, failures_from_address=5, odd_actions=2)
WHY = "例行核对"


def strict(town: Town) -> Access:
    return replace(town.access, policy_of=lambda _: Policy(alarms=FEW, failures_allowed=99))


def told(access: Access, actor: Actor = ROOT, **wanted: bool) -> list[AlarmView]:
    return list(
        alarms.alarms(access, actor, AlarmFilter(**wanted), Listing(size=100, sort="raised_at")).items
    )


def reveal_often(town: Town, times: int) -> Actor:
    actor = town.actor("h1")
    for _ in range(times):
        reveal(town.access, actor, town.ids["someone"], [PersonalField.PHONE], WHY)
    return actor


@pytest.fixture
def watched(town: Town) -> Town:
    town.user("h1", town.grant(Role.INSTITUTION_ACCOUNTS, "H1"), at="H1")
    town.ids["someone"] = town.user("someone", at="H1-内科")
    town.administrators()
    return town


def test_one_less_than_too_many_is_no_alarm_and_one_more_is_one_with_what_is_behind_it(watched: Town) -> None:
    access = strict(watched)
    reveal_often(watched, 2)
    keep_up(access)
    assert told(access) == []
    reveal_often(watched, 1)
    keep_up(access)
    (alarm,) = told(access)
    assert (alarm.rule, alarm.subject, alarm.counted, alarm.threshold) == (AlarmRule.REVEALS, "h1", 3, 3)
    entries = alarms.alarm(access, ROOT, alarm.id).entries
    assert [entry.action for entry in entries] == [Action.USER_REVEALED.value] * 3
    reveal_often(watched, 2)
    keep_up(access)
    keep_up(access)
    (alarm,) = told(access)
    assert alarm.counted == 5, "the same alarm, made longer"


def test_what_is_spread_over_hours_is_no_alarm(watched: Town, clock: Clock) -> None:
    access = strict(watched)
    for _ in range(6):
        reveal_often(watched, 1)
        clock.forward(minutes=40)
        keep_up(access)
    assert told(access) == []


def test_look_ups_at_night_are_told_and_the_same_by_day_are_not(watched: Town, clock: Clock) -> None:
    access = strict(watched)
    actor = watched.actor("h1")
    for hour, expected in ((9, []), (23, [AlarmRule.ODD_HOURS])):
        clock.moment = clock.moment.replace(hour=(hour - 8) % 24, minute=30)
        for _ in range(2):
            users.find(access, actor, PersonalField.FULL_NAME, "王小明")
        keep_up(access)
        assert [one.rule for one in told(access)] == expected


def test_failures_to_sign_in_are_counted_by_name_and_by_address_and_belong_to_nobody(watched: Town) -> None:
    access = strict(watched)
    for login in ("h1", "h1", "h1", "a", "b"):
        with pytest.raises(SignInFailed):
            signed_in(access, login, "wrong-password-1")
    keep_up(access)
    assert {(one.rule, one.subject, one.user_id) for one in told(access)} == {
        (AlarmRule.FAILURES_OF_LOGIN, "h1", None),
        (AlarmRule.FAILURES_FROM_ADDRESS, "10.0.0.1", None),
    }
    # Of nobody's place is known: told to whoever sees everything.
    watched.user("local", watched.grant(Role.AUDITOR, "H1"), at="H1")
    assert told(access, watched.actor("local")) == []


def test_what_was_handled_is_not_told_again_but_what_comes_after_is(watched: Town) -> None:
    access = strict(watched)
    reveal_often(watched, 3)
    keep_up(access)
    (alarm,) = told(access)
    auditor = watched.actor(Role.AUDITOR.value)
    handled = alarms.handle(access, auditor, alarm.id, Conclusion.EXPLAINED, "集中核对报到信息")
    assert handled.conclusion is Conclusion.EXPLAINED
    with pytest.raises(Conflict):
        alarms.handle(access, auditor, alarm.id, Conclusion.ABUSE, "再处理一次")
    clock_of(access).forward(minutes=1)
    reveal_often(watched, 2)
    keep_up(access)
    assert told(access, handled=False) == []
    reveal_often(watched, 1)
    keep_up(access)
    assert [one.counted for one in told(access, handled=False)] == [3]


def test_an_auditor_restricts_at_once_and_lifts_again(watched: Town) -> None:
    auditor = watched.actor(Role.AUDITOR.value)
    user_id = watched.actor("h1").user_id
    assert user_id is not None
    alarms.restrict(watched.access, auditor, user_id, "核实大量查看")
    restricted = watched.actor("h1")
    assert not restricted.permissions & WITHHELD
    assert Permission.USERS_VIEW in restricted.permissions
    with pytest.raises(Denied, match="审计员"):
        reveal_often(watched, 1)
    assert users.user(watched.access, ROOT, user_id).restricted
    alarms.lift(watched.access, auditor, user_id, "已说明情况")
    reveal_often(watched, 1)


def test_what_may_be_withheld_is_every_right_to_whole_values_and_exports() -> None:
    assert {one for one in Permission if "reveal" in one.value or "export" in one.value} == WITHHELD
    assert Permission.USERS_REVEAL in WITHHELD


def test_a_hospital_s_auditor_sees_and_restricts_only_there_and_nobody_handles_their_own(
    watched: Town,
) -> None:
    access = strict(watched)
    reveal_often(watched, 3)
    keep_up(access)
    (alarm,) = told(access)
    watched.user("other", watched.grant(Role.AUDITOR, "H2"), at="H2")
    other = watched.actor("other")
    assert told(access, other) == []
    with pytest.raises(Missing):
        alarms.alarm(access, other, alarm.id)
    with pytest.raises(Missing):
        alarms.handle(access, other, alarm.id, Conclusion.FALSE_ALARM, WHY)
    with pytest.raises(Missing):
        alarms.restrict(access, other, alarm.user_id or watched.ids["someone"], WHY)
    auditor = watched.actor(Role.AUDITOR.value)
    with pytest.raises(Denied):
        alarms.restrict(access, auditor, auditor.user_id or watched.ids["someone"], WHY)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(gaps=st.lists(st.integers(0, 70), min_size=1, max_size=12), rounds=st.integers(1, 4))
def test_there_is_an_alarm_just_where_some_window_holds_too_many_however_often_one_looks(
    town: Town, gaps: list[int], rounds: int
) -> None:
    access = strict(town)
    actor = replace(ROOT, user_id=town.user(f"u{access.now().timestamp():.0f}-{len(gaps)}"), login="x")
    clock = clock_of(access)
    clock.forward(days=2)
    clock.moment = clock.moment.replace(hour=1, minute=0)  # nine in the morning in China
    moments, before = [], len(told(access))
    for number, gap in enumerate(gaps):
        clock.forward(minutes=gap)
        moments.append(clock.moment)
        with access.database.writing() as session:
            record(session, access, actor, Action.USER_REVEALED)
        if number % rounds == 0:
            raise_alarms(access)
    raise_alarms(access)
    hour = FEW.window
    # What was recorded by then, be the next at the same moment or not.
    at_once = [sum(one - hour <= other for other in moments[: n + 1]) for n, one in enumerate(moments)]
    looked_at = [n for n in range(len(gaps)) if n % rounds == 0 or n == len(gaps) - 1]
    expected = any(at_once[n] >= FEW.reveals for n in looked_at)
    found = [one for one in told(access)[before:] if one.rule is AlarmRule.REVEALS]
    assert bool(found) == expected
    assert all(one.until - one.since >= timedelta(0) for one in found)
    clock.forward(days=2)
