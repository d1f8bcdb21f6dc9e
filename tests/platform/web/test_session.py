"""The session over HTTP: cookies, rotation, forgery of requests, and what a refusal looks like."""

from __future__ import annotations

import pyotp
import pytest

from mingcha.access import users
from mingcha.access.context import Access
from mingcha.access.invitations import invite
from mingcha.access.permissions import Permission
from mingcha.access.personal import PersonalField
from mingcha.access.roles import ROLES, Role
from mingcha.web.door import CSRF_COOKIE, CSRF_HEADER, SESSION_COOKIE
from tests.support.browser import Browser
from tests.support.platform import PASSWORD, ROOT, Town


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(town: Town) -> None:
    town.user("chen")
    answer = Browser(town.access)("POST", "/session", {"login": "chen", "password": PASSWORD})
    cookies = {line.split("=")[0]: line.lower() for line in answer.headers.get_list("set-cookie")}
    assert {"httponly", "samesite=lax", "secure"} <= set(cookies[SESSION_COOKIE].replace(" ", "").split(";"))
    assert "httponly" not in cookies[CSRF_COOKIE]
    assert answer.headers["cache-control"] == "no-store"


def test_who_is_signed_in_sees_the_own_name_roles_and_permissions(town: Town) -> None:
    town.user("chen", town.grant(Role.DECIDER, "H1"), at="H1", name="陈建国")
    me = Browser(town.access).sign_in("chen")("GET", "/session").json()
    assert (me["full_name"], me["must_change_password"]) == ("陈建国", False)
    assert me["permissions"] == sorted(ROLES[Role.DECIDER].permissions | {Permission.OWN_ACCOUNT})
    (grant,) = me["grants"]
    assert (grant["role_label"], grant["organisation_name"]) == ("主任/决策", "定点医药机构H1")


def test_a_session_planted_before_signing_in_is_not_taken_over(town: Town) -> None:
    """Session fixation: neither a made-up token nor one of an earlier session becomes that of the new one."""
    town.user("victim")
    town.user("attacker")
    attacker = Browser(town.access).sign_in("attacker")
    planted = attacker.client.cookies[SESSION_COOKIE]
    browser = Browser(town.access)
    browser.client.cookies.set(SESSION_COOKIE, planted)
    browser.sign_in("victim")
    stolen = Browser(town.access)
    stolen.client.cookies.set(SESSION_COOKIE, planted)
    assert stolen("GET", "/session").status_code == 401
    own = [cookie.value for cookie in browser.client.cookies.jar if cookie.name == SESSION_COOKIE]
    assert any(value != planted for value in own)


@pytest.mark.parametrize("said", [None, "", "made-up"])
def test_a_change_without_the_pages_own_token_is_refused(town: Town, said: str | None) -> None:
    town.administrators()
    browser = Browser(town.access).sign_in("system_admin")
    headers = {} if said is None else {CSRF_HEADER: said}
    body = {"login": "forged", "full_name": "伪造"}
    for extra in ({}, {CSRF_COOKIE: said or ""}):
        for name, value in extra.items():
            browser.client.cookies.set(name, value)
        answer = browser.client.post("/api/v1/users", json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "denied")


def test_the_token_of_another_session_does_not_do(town: Town) -> None:
    town.administrators()
    town.user("attacker")
    other = Browser(town.access).sign_in("attacker").client.cookies[CSRF_COOKIE]
    browser = Browser(town.access).sign_in("system_admin")
    browser.client.cookies.delete(CSRF_COOKIE)
    browser.client.cookies.set(CSRF_COOKIE, other)
    answer = browser("POST", "/users", {"login": "forged", "full_name": "伪造"}, headers={CSRF_HEADER: other})
    assert answer.status_code == 403


def test_the_first_password_must_be_changed_before_anything_else(town: Town) -> None:
    _, given = users.create(town.access, ROOT, "chen", {PersonalField.FULL_NAME: "陈建国"}, None)
    browser = Browser(town.access).sign_in("chen", given.password)
    assert browser("GET", "/session").json()["must_change_password"] is True
    refused = browser("GET", "/users")
    assert (refused.status_code, refused.json()["code"]) == (403, "password_change_needed")
    weak = browser("POST", "/session/password", {"current_password": given.password, "new_password": "weak"})
    assert (weak.status_code, weak.json()["where"]) == (422, "new_password")
    change = {"current_password": given.password, "new_password": PASSWORD}
    assert browser("POST", "/session/password", change).status_code == 204
    assert browser("GET", "/session").json()["must_change_password"] is False


def test_signing_out_ends_the_session_on_the_server(town: Town) -> None:
    town.user("chen")
    browser = Browser(town.access).sign_in("chen")
    token = browser.client.cookies[SESSION_COOKIE]
    assert browser("DELETE", "/session").status_code == 204
    browser.client.cookies.set(SESSION_COOKIE, token)
    assert browser("GET", "/session").status_code == 401


def test_too_many_failures_are_told_with_when_to_come_back(town: Town) -> None:
    town.user("chen")
    browser = Browser(town.access)
    for _ in range(5):
        assert browser("POST", "/session", {"login": "chen", "password": "wrong"}).status_code == 401
    answer = browser("POST", "/session", {"login": "chen", "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (429, "locked_out")
    assert answer.json()["where"].startswith("09:15")


def test_each_of_the_first_three_comes_in_by_a_link_of_their_own_once(access: Access) -> None:
    browser = Browser(access)
    invited = invite(access, ROOT)
    assert [one.role.value for one in invited] == ["system_admin", "security_admin", "auditor"]
    for one in invited:
        assert browser("POST", "/setup/link", {"token": one.token}).json()["role"] == one.role
        body = {"token": one.token, "login": f"first-{one.role}", "full_name": "李明", "password": PASSWORD}
        assert browser("POST", "/setup", {**body, "password": "password"}).status_code == 422
        assert browser("POST", "/setup", body).status_code == 201
        assert browser("POST", "/setup", {**body, "login": "again"}).status_code == 401
        assert Browser(access).sign_in(f"first-{one.role}")("GET", "/session").status_code == 200
    with pytest.raises(Exception, match="三员都已有人担任"):
        invite(access, ROOT)


def test_a_token_lets_a_program_in_without_cookies_and_no_further_than_it_says(town: Town) -> None:
    town.user("chen", town.grant(Role.DECIDER, "H1"), at="H1")
    browser = Browser(town.access).sign_in("chen")
    made = browser("POST", "/tokens", {"name": "报表", "permissions": ["users.view"], "days": 30})
    assert made.status_code == 201
    headers = {"Authorization": f"Bearer {made.json()['secret']}"}
    program = Browser(town.access)
    assert program("GET", "/users", headers=headers).json()["total"] == 1
    assert program("GET", "/organisations", headers=headers).status_code == 403
    assert program("GET", "/tokens", headers=headers).status_code == 403
    assert made.json()["secret"] not in browser("GET", "/tokens").text
    assert browser("DELETE", f"/tokens/{made.json()['token']['id']}").status_code == 204
    assert program("GET", "/users", headers=headers).status_code == 401


def test_the_second_factor_is_asked_for_over_http(town: Town) -> None:
    town.user("chen")
    browser = Browser(town.access).sign_in("chen")
    secret = browser("POST", "/session/second-factor").json()["secret"]
    code = pyotp.TOTP(secret).at(town.access.now())
    codes = browser("POST", "/session/second-factor/confirm", {"code": code}).json()["codes"]
    assert len(codes) == 10
    answer = Browser(town.access)("POST", "/session", {"login": "chen", "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (401, "code_needed")
    body = {"login": "chen", "password": PASSWORD, "code": codes[3]}
    assert Browser(town.access)("POST", "/session", body).status_code == 200
    assert browser("POST", "/session/second-factor/remove", {"code": codes[4]}).status_code == 204
    assert Browser(town.access).sign_in("chen")
