"""Accounts are asked for by those who need them, decided by somebody else, and begun by their owner alone."""

from __future__ import annotations

import pytest

from mingcha.access import account_links, account_requests, grants, institution_invitations, users
from mingcha.access.account_requests import RequestFilter, Wish
from mingcha.access.actor import Actor
from mingcha.access.errors import Conflict, Denied, Invalid, Missing, NotSignedIn, SignInFailed
from mingcha.access.listing import Listing
from mingcha.access.permissions import Permission
from mingcha.access.roles import Role
from mingcha.access.rotation import rotate
from mingcha.access.sessions import admit
from tests.support.platform import PASSWORD, ROOT, Clock, Town, signed_in

WHY = "工作需要"


def wish(
    town: Town, role: Role = Role.DEPARTMENT_HEAD, at: str = "H1-内科", login: str = "chenlei", **more: str
) -> Wish:
    return Wish(login, "陈磊", "13800002222", town.ids[at], more.get("staff"), role, "负责本科室的申诉")


@pytest.fixture
def office(town: Town) -> Actor:
    town.user("office", town.grant(Role.INSURANCE_OFFICE, "H1"), at="H1")
    return town.actor("office")


@pytest.fixture
def admin(town: Town) -> Actor:
    town.user("h1", town.grant(Role.INSTITUTION_ACCOUNTS, "H1"), at="H1")
    return town.actor("h1")


def listed(town: Town, actor: Actor, **wanted: str) -> list[str]:
    page = account_requests.requests(town.access, actor, RequestFilter(**wanted), Listing())
    return [one.login for one in page.items]


def test_a_request_that_is_granted_becomes_an_account_that_only_its_owner_can_open(
    town: Town, office: Actor, admin: Actor
) -> None:
    asked = account_requests.ask(town.access, office, wish(town))
    assert (asked.full_name, asked.phone, asked.status) == ("陈*", "138****2222", "waiting")
    rotate(town.access, ROOT)  # names are sealed under the new key too
    made = account_requests.grant(town.access, admin, asked.id, WHY)
    assert made.role_given
    assert users.user(town.access, ROOT, made.user_id).full_name == "陈*"
    (held,) = grants.grants_of(town.access, ROOT, made.user_id)
    assert (held.role, held.organisation_id) == (Role.DEPARTMENT_HEAD, town.ids["H1-内科"])
    for guess in ("", PASSWORD):
        with pytest.raises(SignInFailed):
            signed_in(town.access, "chenlei", guess)
    assert account_links.login_behind(town.access, made.link.token) == "chenlei"
    with pytest.raises(Invalid):
        account_links.set_up(town.access, made.link.token, "short", address="")
    account_links.set_up(town.access, made.link.token, PASSWORD, address="")
    actor = admit(town.access, signed_in(town.access, "chenlei").token, "").actor
    assert Permission.ORGANISATIONS_VIEW in actor.permissions
    with pytest.raises(NotSignedIn):
        account_links.set_up(town.access, made.link.token, PASSWORD + "x", address="")
    with pytest.raises(Conflict):
        account_requests.grant(town.access, admin, asked.id, WHY)


def test_a_link_ends_with_time_or_with_the_account(
    town: Town, admin: Actor, office: Actor, clock: Clock
) -> None:
    first = account_requests.ask(town.access, office, wish(town))
    second = account_requests.ask(town.access, office, wish(town, login="lina"))
    links = [account_requests.grant(town.access, admin, one.id, WHY) for one in (first, second)]
    users.lock(town.access, ROOT, links[0].user_id, WHY)
    with pytest.raises(NotSignedIn):
        account_links.login_behind(town.access, links[0].link.token)
    clock.forward(hours=49)
    with pytest.raises(NotSignedIn):
        account_links.login_behind(town.access, links[1].link.token)


def test_the_system_administrator_makes_the_account_and_leaves_the_role_to_others(
    town: Town, office: Actor
) -> None:
    town.administrators()
    asked = account_requests.ask(town.access, office, wish(town))
    made = account_requests.grant(town.access, town.actor(Role.SYSTEM_ADMIN.value), asked.id, WHY)
    assert not made.role_given
    assert grants.grants_of(town.access, ROOT, made.user_id) == []


def test_nobody_decides_what_they_asked_for_or_what_is_not_theirs_to_give(town: Town, admin: Actor) -> None:
    own = account_requests.ask(town.access, admin, wish(town))
    with pytest.raises(Denied):
        account_requests.grant(town.access, admin, own.id, WHY)
    town.user("second", town.grant(Role.INSTITUTION_ACCOUNTS, "H1"), at="H1")
    reach = account_requests.ask(town.access, ROOT, wish(town, Role.FIRST_REVIEWER, login="first"))
    with pytest.raises(Denied):
        account_requests.grant(town.access, town.actor("second"), reach.id, WHY)
    assert "first" not in {
        one.login for one in users.users(town.access, ROOT, users.UserFilter(), Listing()).items
    }
    for role in (Role.AUDITOR, Role.SYSTEM_ADMIN):
        with pytest.raises(Invalid):
            account_requests.ask(town.access, ROOT, wish(town, role, login="third"))


def test_requests_stay_in_their_hospital(town: Town, office: Actor, admin: Actor) -> None:
    with pytest.raises(Missing):
        account_requests.ask(town.access, office, wish(town, at="H2-内科"))
    other = account_requests.ask(town.access, ROOT, wish(town, at="H2-内科", login="other"))
    account_requests.ask(town.access, office, wish(town))
    assert listed(town, admin) == ["chenlei"]
    with pytest.raises(Missing):
        account_requests.grant(town.access, admin, other.id, WHY)
    refused = account_requests.refuse(
        town.access,
        admin,
        account_requests.requests(town.access, admin, RequestFilter(), Listing()).items[0].id,
        WHY,
    )
    assert (refused.status, refused.decision) == ("refused", WHY)
    assert listed(town, admin, status="waiting") == []


def test_a_doctor_is_put_where_the_hospital_s_list_has_them(town: Town, office: Actor, admin: Actor) -> None:
    asked = account_requests.ask(town.access, office, wish(town, Role.DOCTOR, staff="D-H1-内科"))
    made = account_requests.grant(town.access, admin, asked.id, WHY)
    assert users.user(town.access, ROOT, made.user_id).organisation_id == town.ids["D-H1-内科"]
    assert [one.own for one in grants.grants_of(town.access, ROOT, made.user_id)] == [True]
    unknown = account_requests.ask(town.access, office, wish(town, login="x1", staff="D-H2-内科"))
    with pytest.raises(Conflict):
        account_requests.grant(town.access, admin, unknown.id, WHY)


def test_an_invitation_of_a_hospital_serves_its_own_people_for_its_own_roles_until_it_is_used_up(
    town: Town, admin: Actor, clock: Clock
) -> None:
    with pytest.raises(Missing):
        institution_invitations.invite(town.access, admin, town.ids["H2"], 7, 5)
    link = institution_invitations.invite(town.access, admin, town.ids["H1"], 7, 2)
    seen = institution_invitations.look(town.access, link.token)
    assert {unit.id for unit in seen.units} == {town.ids["H1-内科"], town.ids["H1-外科"]}
    assert Role.FIRST_REVIEWER not in {one.role for one in seen.roles}
    for bad in (wish(town, at="H2-内科"), wish(town, Role.FIRST_REVIEWER), wish(town, at="350102")):
        with pytest.raises(Invalid):
            institution_invitations.ask_invited(town.access, link.token, bad, address="")
    institution_invitations.ask_invited(town.access, link.token, wish(town), address="")
    with pytest.raises(Conflict):
        institution_invitations.ask_invited(town.access, link.token, wish(town), address="")
    institution_invitations.ask_invited(town.access, link.token, wish(town, login="lina"), address="")
    with pytest.raises(NotSignedIn):
        institution_invitations.ask_invited(town.access, link.token, wish(town, login="li3"), address="")
    assert sorted(listed(town, admin)) == ["chenlei", "lina"]
    late = institution_invitations.invite(town.access, admin, town.ids["H1"], 7, 2)
    clock.forward(days=8)
    with pytest.raises(NotSignedIn):
        institution_invitations.look(town.access, late.token)
