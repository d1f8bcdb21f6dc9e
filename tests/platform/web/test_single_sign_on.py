"""Signing in by the unit's provider opens the one account that its owner linked, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pyotp
import pytest
from joserfc.jwk import RSAKey

from mingcha.access import users
from mingcha.access.roles import Role
from mingcha.gateways.single_sign_on import SingleSignOn
from mingcha.settings import Provider, SettingsError, settings_from
from tests.support.browser import Browser, application_over
from tests.support.platform import ROOT, Clock, Town
from tests.support.provider import CLIENT, SECRET, TestProvider, provider_running

RETURN = "https://mingcha.test/sso"
PROVIDER = "/session/provider"


@pytest.fixture(scope="module")
def running() -> Iterator[TestProvider]:
    with provider_running() as provider:
        yield provider


@pytest.fixture
def provider(town: Town, running: TestProvider, clock: Clock) -> Iterator[TestProvider]:
    application = application_over(town.access)
    known = Provider(running.issuer, CLIENT, SECRET, RETURN, "本院统一认证")
    single = SingleSignOn(known)
    application.state.single_sign_on = single
    running.subject, running.changes, running.signs_with = "9001", {}, running.key
    town.user("chen", town.grant(Role.READER, "H1"), at="H1")
    yield running
    application.state.single_sign_on = None
    single.client.close()


def sent(browser: Browser, path: str = PROVIDER) -> dict[str, str]:
    """What the browser brings back after it went to the provider."""
    answer = browser("POST", path)
    assert answer.status_code == 200, answer.text
    back = httpx2.get(answer.json()["address"], trust_env=False).headers["location"]
    assert back.startswith(RETURN)
    return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


def linked(town: Town, login: str = "chen") -> Browser:
    browser = Browser(town.access).sign_in(login)
    answer = browser("POST", f"{PROVIDER}/link/return", sent(browser, f"{PROVIDER}/link"))
    assert answer.status_code == 204, answer.text
    return browser


def test_a_linked_account_is_entered_with_its_own_rights_and_no_others(
    town: Town, provider: TestProvider
) -> None:
    assert not Browser(town.access).sign_in("chen")("GET", "/session").json()["single_sign_on"]
    linked(town)
    browser = Browser(town.access)
    assert browser("GET", PROVIDER).json() == {"name": "本院统一认证"}
    answer = browser("POST", f"{PROVIDER}/return", sent(browser))
    assert answer.status_code == 200, answer.text
    me = browser("GET", "/session").json()
    assert (me["login"], me["single_sign_on"]) == ("chen", True)
    assert [one["role"] for one in me["grants"]] == ["reader"]
    assert browser("DELETE", f"{PROVIDER}/link").status_code == 204
    assert Browser(town.access)("POST", f"{PROVIDER}/return", sent(browser)).status_code == 401
    again = Browser(town.access)
    assert again("POST", f"{PROVIDER}/return", sent(again)).status_code == 401


def test_a_person_whom_nobody_linked_gets_no_account_and_no_session(
    town: Town, provider: TestProvider
) -> None:
    linked(town)
    provider.subject = "9002"
    before = users.users(town.access, ROOT, users.UserFilter(), users.Listing()).total
    browser = Browser(town.access)
    answer = browser("POST", f"{PROVIDER}/return", sent(browser))
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_failed")
    assert browser("GET", "/session").status_code == 401
    assert users.users(town.access, ROOT, users.UserFilter(), users.Listing()).total == before


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.test"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"azp": "another-client"},
        {"nonce": "of-another-sign-in"},
        {"nonce": None},
        {"exp": 1_600_000_000},
        {"exp": None},
        {"sub": None},
        {"sub": 9001},
    ],
    ids=str,
)
def test_what_the_provider_did_not_say_for_this_sign_in_opens_nothing(
    town: Town, provider: TestProvider, changes: dict[str, Any]
) -> None:
    linked(town)
    provider.changes = changes
    browser = Browser(town.access)
    answer = browser("POST", f"{PROVIDER}/return", sent(browser))
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_failed")
    assert browser("GET", "/session").status_code == 401


def test_a_signature_by_another_key_opens_nothing(town: Town, provider: TestProvider) -> None:
    linked(town)
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "k1"})
    browser = Browser(town.access)
    assert browser("POST", f"{PROVIDER}/return", sent(browser)).status_code == 401


def test_nobody_is_signed_in_by_a_link_that_somebody_else_began(town: Town, provider: TestProvider) -> None:
    linked(town)
    brought = sent(Browser(town.access))
    victim = Browser(town.access)
    assert victim("POST", f"{PROVIDER}/return", brought).status_code == 401
    sent(victim)
    assert victim("POST", f"{PROVIDER}/return", brought).status_code == 401


def test_a_code_serves_once_and_a_sign_in_ends_with_time(
    town: Town, provider: TestProvider, clock: Clock
) -> None:
    linked(town)
    browser = Browser(town.access)
    brought = sent(browser)
    assert browser("POST", f"{PROVIDER}/return", brought).status_code == 200
    assert browser("POST", f"{PROVIDER}/return", brought).status_code == 401
    late = Browser(town.access)
    brought = sent(late)
    clock.forward(minutes=11)
    assert late("POST", f"{PROVIDER}/return", brought).status_code == 401


def test_a_stopped_account_stays_shut_and_a_second_factor_is_still_asked_for(
    town: Town, provider: TestProvider, clock: Clock
) -> None:
    own = linked(town)
    secret = own("POST", "/session/second-factor").json()["secret"]
    factor = pyotp.TOTP(secret)
    own("POST", "/session/second-factor/confirm", {"code": factor.at(clock.moment)})
    clock.forward(minutes=1)
    browser = Browser(town.access)
    brought = sent(browser)
    asked = browser("POST", f"{PROVIDER}/return", brought)
    assert (asked.status_code, asked.json()["code"]) == (401, "code_needed")
    wrong = browser("POST", f"{PROVIDER}/return", {**brought, "second_factor": "000000"})
    assert wrong.status_code == 401
    right = browser("POST", f"{PROVIDER}/return", {**brought, "second_factor": factor.at(clock.moment)})
    assert right.status_code == 200, right.text
    (chen,) = users.users(town.access, ROOT, users.UserFilter(login="chen"), users.Listing()).items
    users.lock(town.access, ROOT, chen.id, "离职")
    shut = Browser(town.access)
    assert shut("POST", f"{PROVIDER}/return", sent(shut)).status_code == 401


def test_one_person_of_the_provider_enters_one_account_and_a_flow_to_link_does_not_sign_in(
    town: Town, provider: TestProvider
) -> None:
    linked(town)
    town.user("li", at="H1")
    other = Browser(town.access).sign_in("li")
    taken = other("POST", f"{PROVIDER}/link/return", sent(other, f"{PROVIDER}/link"))
    assert (taken.status_code, taken.json()["code"]) == (409, "conflict")
    crossed = sent(other, f"{PROVIDER}/link")
    assert other("POST", f"{PROVIDER}/return", crossed).status_code == 401
    begun = sent(other)
    assert other("POST", f"{PROVIDER}/link/return", begun).status_code == 401


def test_a_provider_that_is_down_or_says_it_is_another_is_told_in_words(
    town: Town, provider: TestProvider
) -> None:
    application = application_over(town.access)
    gone = SingleSignOn(Provider("http://127.0.0.1:9", CLIENT, None, RETURN, "认证"))
    wrong = SingleSignOn(Provider(provider.issuer + "/", CLIENT, None, RETURN, "认证"))
    for single in (gone, wrong):
        application.state.single_sign_on = single
        answer = Browser(town.access)("POST", PROVIDER)
        assert (answer.status_code, answer.json()["code"]) == (503, "unreachable")
        assert answer.json()["remedy"]
        single.client.close()


def test_settings_are_whole_and_encrypted_or_refused() -> None:
    said = {"MINGCHA_OIDC_ISSUER": "https://id.test", "MINGCHA_OIDC_CLIENT_ID": "mingcha"}
    with pytest.raises(SettingsError, match="没有设全"):
        settings_from(said)
    whole = settings_from({**said, "MINGCHA_OIDC_RETURN": RETURN, "MINGCHA_OIDC_CLIENT_SECRET": "s3cret"})
    assert "s3cret" not in repr(whole)
    assert settings_from({}).provider is None
    with pytest.raises(SettingsError, match="https"):
        SingleSignOn(Provider("http://id.test", "mingcha", None, RETURN, "认证"))
