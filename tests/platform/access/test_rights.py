"""Three duties in three hands, rights within the reach of who gives them, hospitals that look after their own."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from mingcha.access import grants, tokens, users
from mingcha.access.actor import Actor, Held
from mingcha.access.errors import Conflict, Denied, Invalid, Missing, NotSignedIn
from mingcha.access.grants import NewGrant
from mingcha.access.listing import Listing
from mingcha.access.permissions import Permission
from mingcha.access.personal import PersonalField
from mingcha.access.roles import DUTIES, ROLES, Role
from mingcha.access.scope import Reach
from mingcha.access.standing import place_today
from mingcha.access.users import UserFilter
from mingcha.store.database.engine import ChangedMeanwhile
from tests.support.platform import ROOT, Town, clock_of, signed_in

NAME = {PersonalField.FULL_NAME: "陈建国"}


@pytest.mark.parametrize("pair", list(combinations(DUTIES, 2)))
def test_nobody_is_given_two_of_the_three_duties(town: Town, pair: tuple[Role, Role]) -> None:
    user_id = town.user("chen")
    with pytest.raises(Invalid, match="不能同时担任"):
        grants.replace_grants(town.access, ROOT, user_id, [NewGrant(role) for role in pair])


def test_the_database_itself_refuses_a_second_duty(town: Town) -> None:
    user_id = town.user("chen", NewGrant(Role.AUDITOR))
    smuggled = text(
        "INSERT INTO grants (id, user_id, role, duty, own, created_at) "
        "SELECT :id, user_id, 'system_admin', :duty, own, created_at FROM grants WHERE user_id = :user"
    )
    for duty in ("system_admin", None, "auditor"):
        values = {"id": "0" * 32, "user": user_id.hex, "duty": duty}
        with pytest.raises((ChangedMeanwhile, IntegrityError)), town.access.database.writing() as session:
            session.execute(smuggled, values)


def test_no_role_of_the_three_may_do_the_work_of_another() -> None:
    system, security, audit = (ROLES[role].permissions for role in DUTIES)
    assert Permission.GRANTS_EDIT in security - system - audit
    assert Permission.USERS_EDIT in system - security - audit
    assert Permission.TRAIL_VIEW in audit - system - security


def test_nobody_gives_rights_to_oneself(town: Town) -> None:
    town.administrators()
    actor = town.actor("security_admin")
    assert actor.user_id is not None
    with pytest.raises(Denied, match="本人"):
        grants.replace_grants(town.access, actor, actor.user_id, [NewGrant(Role.DECIDER)])


def test_the_last_of_each_duty_stays(town: Town) -> None:
    town.administrators()
    system = town.actor("system_admin")
    auditor = town.actor("auditor").user_id
    assert auditor is not None
    with pytest.raises(Conflict, match="唯一在任"):
        users.lock(town.access, system, auditor, "离职")
    with pytest.raises(Conflict, match="唯一在任"):
        grants.replace_grants(town.access, town.actor("security_admin"), auditor, [])
    town.user("second", NewGrant(Role.AUDITOR))
    assert users.lock(town.access, system, auditor, "离职").status == "locked"


def test_no_administrator_takes_over_another_by_resetting_the_password(town: Town) -> None:
    town.administrators()
    auditor = town.actor("auditor").user_id
    assert auditor is not None
    with pytest.raises(Denied, match="三员"):
        users.reset_password(town.access, town.actor("security_admin"), auditor, "忘记口令")
    with pytest.raises(Denied, match="三员"):
        users.reset_second_factor(town.access, town.actor("security_admin"), auditor, "换手机")
    given = users.reset_password(town.access, ROOT, auditor, "忘记口令")
    assert signed_in(town.access, "auditor", given.password)


def test_a_role_reaches_only_as_far_as_its_own_grant(town: Town) -> None:
    """Deciding over the whole city does not widen what the same person may do as the hospital's administrator."""
    actor = Actor(
        None,
        "chen",
        (
            Held(Role.INSTITUTION_ACCOUNTS, Reach(institution="H1")),
            Held(Role.DECIDER, Reach(region="3501")),
        ),
    )
    assert actor.scope(Permission.USERS_EDIT).reaches == (Reach(institution="H1"),)
    assert len(actor.scope(Permission.USERS_VIEW).reaches) == 2


def test_a_hospital_makes_users_within_its_own_walls(town: Town) -> None:
    access = town.access
    town.user("h1-admin", town.grant(Role.INSTITUTION_ACCOUNTS, "H1"), at="H1")
    actor = town.actor("h1-admin")
    for place in ("H2", "350102", "H2-内科"):
        with pytest.raises(Denied):
            users.create(access, actor, f"u-{place[-2:]}", NAME, town.ids[place])
    with pytest.raises(Denied):
        users.create(access, actor, "nowhere", NAME, None)
    made, _ = users.create(access, actor, "doctor1", NAME, town.ids["D-H1-内科"])
    with pytest.raises(Denied):
        users.change(access, actor, made.id, {}, town.ids["H2"])
    grants.replace_grants(access, actor, made.id, [town.grant(Role.DOCTOR, own=True)])
    for refused in (
        town.grant(Role.DEPARTMENT_HEAD, "H2-内科"),
        town.grant(Role.READER, "350102"),
        NewGrant(Role.READER),
        town.grant(Role.FIRST_REVIEWER, "H1"),
        town.grant(Role.INSTITUTION_ACCOUNTS, "H1"),
        NewGrant(Role.SYSTEM_ADMIN),
    ):
        with pytest.raises(Denied):
            grants.replace_grants(access, actor, made.id, [refused])
    assert grants.grants_of(access, actor, made.id)[0].role is Role.DOCTOR


def test_a_hospital_does_not_touch_whom_it_could_not_have_made(town: Town) -> None:
    access = town.access
    town.user("h1-admin", town.grant(Role.INSTITUTION_ACCOUNTS, "H1"), at="H1")
    actor = town.actor("h1-admin")
    elsewhere = town.user("other", town.grant(Role.READER, "H2"), at="H2")
    peer = town.user("peer", town.grant(Role.INSTITUTION_ACCOUNTS, "H1"), at="H1")
    higher = town.user("higher", town.grant(Role.READER, "350100"), at="H1")
    duty = town.user("duty", NewGrant(Role.SYSTEM_ADMIN), at="H1")
    with pytest.raises(Missing):
        users.reset_password(access, actor, elsewhere, "试一试")
    for above in (peer, higher, duty):
        for act in (users.reset_password, users.lock, users.reset_second_factor):
            with pytest.raises(Denied):
                act(access, actor, above, "试一试")
        with pytest.raises(Denied):
            users.change(access, actor, above, {PersonalField.PHONE: "13900000000"}, None)
        with pytest.raises(Denied):
            grants.replace_grants(access, actor, above, [])


def test_a_grant_for_some_insurance_types_cannot_be_widened(town: Town) -> None:
    access = town.access
    town.user("admin", town.grant(Role.INSTITUTION_ACCOUNTS, "H1", "310"), at="H1")
    made, _ = users.create(access, town.actor("admin"), "u1", NAME, town.ids["H1"])
    grants.replace_grants(access, town.actor("admin"), made.id, [town.grant(Role.READER, "H1", "310")])
    for wider in (town.grant(Role.READER, "H1"), town.grant(Role.READER, "H1", "310", "390")):
        with pytest.raises(Denied):
            grants.replace_grants(access, town.actor("admin"), made.id, [wider])


def test_every_reader_sees_the_users_of_the_own_place_and_no_other(town: Town) -> None:
    places = ("350102", "H1", "H1-内科", "D-H1-内科", "H2", "H2-外科", "B350103")
    for place in places:
        town.user(f"at-{places.index(place)}", at=place)
    below = {
        "350100": set(range(7)),
        "350102": {0, 1, 2, 3},
        "H1": {1, 2, 3},
        "H1-内科": {2, 3},
        "H2": {4, 5},
    }
    base = Actor(None, "chen")
    for place, expected in below.items():
        with town.access.database.reading() as session:
            found = place_today(session, town.ids[place], town.access.today())
        assert found is not None
        actor = replace(base, held=(Held(Role.DECIDER, Reach.below(found)),))
        seen = users.users(town.access, actor, UserFilter(), Listing(size=100))
        assert {view.login for view in seen.items} == {f"at-{number}" for number in expected}
        assert seen.total == len(expected)


def test_a_token_never_does_more_than_its_owner_and_ends(town: Town) -> None:
    access = town.access
    user_id = town.user("chen", town.grant(Role.DECIDER, "H1"), at="H1")
    actor = town.actor("chen")
    with pytest.raises(Denied):
        tokens.create(access, actor, "太多", [Permission.USERS_EDIT], 30)
    with pytest.raises(Denied):
        tokens.create(access, actor, "续命", [Permission.OWN_ACCOUNT], 30)
    _, secret = tokens.create(access, actor, "报表", [Permission.USERS_VIEW], 30)
    program = tokens.admit_token(access, secret, "")
    assert program.permissions == {Permission.USERS_VIEW}
    grants.replace_grants(access, ROOT, user_id, [town.grant(Role.READER, "H1")])
    assert tokens.admit_token(access, secret, "").permissions == frozenset()
    users.lock(access, ROOT, user_id, "停用")
    with pytest.raises(NotSignedIn):
        tokens.admit_token(access, secret, "")


def test_a_token_is_over_on_its_last_day_and_when_revoked(town: Town) -> None:
    access = town.access
    town.user("chen", town.grant(Role.DECIDER, "H1"), at="H1")
    town.user("li", town.grant(Role.DECIDER, "H1"), at="H1")
    view, secret = tokens.create(access, town.actor("chen"), "报表", [Permission.USERS_VIEW], 30)
    with pytest.raises(Missing):
        tokens.revoke(access, town.actor("li"), view.id)
    tokens.revoke(access, town.actor("chen"), view.id)
    with pytest.raises(NotSignedIn):
        tokens.admit_token(access, secret, "")
    _, other = tokens.create(access, town.actor("chen"), "报表", [Permission.USERS_VIEW], 30)
    clock_of(access).forward(days=30)
    with pytest.raises(NotSignedIn):
        tokens.admit_token(access, other, "")


def test_every_role_is_described_and_its_assignments_stay_below_it() -> None:
    assert set(ROLES) == set(Role)
    for role, other in product(Role, Role):
        if other in ROLES[role].may_assign and role not in DUTIES:
            assert not ROLES[other].permissions & {Permission.GRANTS_EDIT, Permission.USERS_EDIT}
