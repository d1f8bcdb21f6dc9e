"""Values hold from their day on, let pass by a second person, and what held before is never lost."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from mingcha.access.actor import Actor, Held
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Denied, Invalid, Missing
from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.access.scope import Reach
from mingcha.administration import changes, dictionaries
from mingcha.administration.changes import ChangeFilter, NewValue, Proposal
from mingcha.administration.dated import ChangeState, SettingKind, in_force
from mingcha.store.database.settings import SettingChange, SettingValue
from tests.support.platform import ROOT, Town, clock_of

MONDAY = date(2026, 3, 2)


def somebody(*roles: Role, region: str | None = None, user_id: UUID | None = None, login: str = "a") -> Actor:
    return Actor(user_id, login, tuple(Held(role, Reach(region=region)) for role in roles))


def proposed(access: Access, *values: NewValue, on: date = MONDAY, by: Actor = ROOT) -> UUID:
    return changes.propose(access, by, Proposal(SettingKind.DICTIONARY, "gend", on, "省里要求", values)).id


REVIEWER = somebody(Role.SECURITY_ADMIN, login="reviewer")


def held(access: Access, day: date) -> dict[tuple[str, str], str]:
    rows = in_force(day)
    with access.database.reading() as session:
        return {(row.key, row.region): row.value["label"] for row in session.execute(select(rows))}


STEP = st.tuples(
    st.sampled_from("ab"), st.sampled_from(["", "350100"]), st.integers(0, 6), st.none() | st.integers(0, 2)
)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(STEP, st.booleans()), max_size=8))
def test_on_every_day_holds_what_a_plain_reading_of_the_passed_changes_says(
    access: Access, steps: list[tuple[tuple[str, str, int, int | None], bool]]
) -> None:
    with access.database.writing() as session:
        session.execute(delete(SettingValue))
        session.execute(delete(SettingChange))
    clock = clock_of(access)
    told: list[tuple[str, str, date, str | None]] = []
    for (key, region, offset, label), passes in steps:
        day, value = MONDAY + timedelta(days=offset), None if label is None else {"label": str(label)}
        try:
            made = proposed(access, NewValue(key, value, region), on=day)
        except Invalid:
            continue  # nothing new
        clock.forward(seconds=1)
        (changes.approve if passes else changes.reject)(access, REVIEWER, made, "已核对文件")
        if passes:
            told.append((key, region, day, None if label is None else str(label)))
    for offset in range(-1, 8):
        day = MONDAY + timedelta(days=offset)
        expected: dict[tuple[str, str], str | None] = {}
        for key, region, begins, said in sorted(told, key=lambda one: one[2]):  # stable: later decided later
            if begins <= day:
                expected[key, region] = said
        assert held(access, day) == {at: said for at, said in expected.items() if said is not None}


def test_nobody_lets_pass_what_they_proposed_and_the_database_itself_would_not(town: Town) -> None:
    everything = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
    author = town.user("author")
    both = somebody(*everything, user_id=author, login="author")
    made = proposed(town.access, NewValue("7", {"label": "其他"}), by=both)
    for decide in (changes.approve, changes.reject):
        with pytest.raises(Denied, match="另一个人"):
            decide(town.access, both, made, "自己看过了")
    with pytest.raises(Denied, match="另一个人"):
        changes.approve(town.access, ROOT, proposed(town.access, NewValue("8", {"label": "八"})), None)
    with pytest.raises(IntegrityError), town.access.database.engine.begin() as connection:
        connection.execute(
            update(SettingChange).where(SettingChange.id == made).values(state="approved", decider_id=author)
        )
    assert held(town.access, MONDAY) == {}
    assert changes.approve(town.access, REVIEWER, made, None).state is ChangeState.APPROVED
    assert held(town.access, MONDAY) == {("7", ""): "其他"}


def test_what_is_decided_stays_decided(access: Access) -> None:
    made = proposed(access, NewValue("7", {"label": "其他"}))
    with pytest.raises(Conflict, match="等待复核"):
        proposed(access, NewValue("7", {"label": "不同"}))
    changes.reject(access, REVIEWER, made, "文件没有附上")
    for decide in (changes.approve, changes.reject):
        with pytest.raises(Conflict, match="已驳回"):
            decide(access, REVIEWER, made, "不同意")
    with pytest.raises(Conflict):
        changes.withdraw(access, ROOT, made)
    again = proposed(access, NewValue("7", {"label": "其他"}))
    with pytest.raises(Denied, match="提出的人"):
        changes.withdraw(access, somebody(Role.SYSTEM_ADMIN, login="b", user_id=uuid4()), again)
    assert changes.withdraw(access, ROOT, again).state is ChangeState.WITHDRAWN


def test_a_difference_shows_what_held_before_even_when_more_came_later(access: Access) -> None:
    first = proposed(access, NewValue("7", {"label": "其他"}))
    changes.approve(access, REVIEWER, first, None)
    clock_of(access).forward(seconds=1)
    second = proposed(access, NewValue("7", {"label": "别的"}))
    changes.approve(access, REVIEWER, second, None)
    clock_of(access).forward(seconds=1)
    ended = proposed(access, NewValue("7", None))
    shown = [
        [(line.before, line.after) for line in changes.change(access, ROOT, change)[1]]
        for change in (first, second, ended)
    ]
    assert shown == [
        [(None, {"label": "其他"})],
        [({"label": "其他"}, {"label": "别的"})],
        [({"label": "别的"}, None)],
    ]
    with pytest.raises(Invalid, match="没有变化"):
        proposed(access, NewValue("9", None))


def test_a_region_changes_its_own_and_sees_its_own_and_what_is_everybodys(access: Access) -> None:
    local = somebody(Role.SYSTEM_ADMIN, region="3501", login="local", user_id=None)
    proposed(access, NewValue("1", {"label": "本市"}, "350102"), by=local)
    elsewhere = proposed(access, NewValue("1", {"label": "外地"}, "440100"))
    everywhere = proposed(access, NewValue("1", {"label": "通用"}))
    for region in ("440100", ""):
        with pytest.raises(Denied):
            proposed(access, NewValue("2", {"label": "二"}, region), by=local)
    assert changes.changes(access, local, ChangeFilter(), Listing()).total == 2
    with pytest.raises(Missing):
        changes.change(access, local, elsewhere)
    assert changes.change(access, local, everywhere)[1][0].region == ""
    for refused in (elsewhere, everywhere):
        with pytest.raises(Denied):
            changes.approve(access, somebody(Role.SECURITY_ADMIN, region="3501"), refused, None)
    reader = somebody(Role.READER)
    with pytest.raises(Denied):
        changes.changes(access, reader, ChangeFilter(), Listing())


def test_local_codes_mean_what_the_nearest_region_says(access: Access) -> None:
    for region, national in (("", "310"), ("350000", "390"), ("350102", "391")):
        row = dictionaries.CodeRow("职工", "职工医保", national, region)
        made = dictionaries.propose_rows(
            access, ROOT, SettingKind.MAPPING, "insutype", [row], [], MONDAY, "两地不同"
        )
        changes.approve(access, REVIEWER, made.id, None)
    told = {
        region: dictionaries.national_codes(access, "insutype", MONDAY, region)
        for region in ("350102", "350103", "440100", "")
    }
    assert told == {
        "350102": {"职工": "391"},
        "350103": {"职工": "390"},
        "440100": {"职工": "310"},
        "": {"职工": "310"},
    }
    assert dictionaries.national_codes(access, "insutype", MONDAY - timedelta(days=1), "350102") == {}
