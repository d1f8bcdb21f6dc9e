"""Who gets in: name, password, second factor; and who stays out, for how long."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest

from mingcha.access import second_factor, users
from mingcha.access.context import Access
from mingcha.access.errors import (
    CodeNeeded,
    Invalid,
    LockedOut,
    NotSignedIn,
    PasswordChangeNeeded,
    SignInFailed,
)
from mingcha.access.own_account import change_password
from mingcha.access.permissions import Permission
from mingcha.access.personal import PersonalField
from mingcha.access.roles import Role
from mingcha.access.sessions import admit, end
from tests.support.platform import PASSWORD, ROOT, Clock, Town, signed_in

NAME = {PersonalField.FULL_NAME: "陈建国"}


def test_a_temporary_password_opens_nothing_but_the_change_to_ones_own(town: Town) -> None:
    _, temporary = users.create(town.access, ROOT, "chen", NAME, None)
    actor = admit(town.access, signed_in(town.access, "chen", temporary.password).token, "").actor
    assert actor.permissions == {Permission.OWN_ACCOUNT}
    with pytest.raises(PasswordChangeNeeded):
        actor.scope(Permission.USERS_VIEW)
    change_password(town.access, actor, temporary.password, PASSWORD)
    assert not town.actor("chen").must_change_password


def test_a_temporary_password_is_worth_nothing_a_day_later(town: Town, clock: Clock) -> None:
    _, temporary = users.create(town.access, ROOT, "chen", NAME, None)
    clock.forward(hours=24)
    with pytest.raises(SignInFailed):
        signed_in(town.access, "chen", temporary.password)


def test_an_unknown_name_and_a_wrong_password_are_answered_alike_and_both_lock(
    town: Town, clock: Clock
) -> None:
    town.user("chen")
    said = {}
    for login in ("chen", "nobody"):
        for _ in range(town.access.policy.failures_allowed):
            with pytest.raises(SignInFailed) as wrong:
                signed_in(town.access, login, "wrong")
        said[login] = str(wrong.value)
        with pytest.raises(LockedOut):
            signed_in(town.access, login, PASSWORD)
    assert said["chen"] == said["nobody"]
    clock.forward(minutes=14, seconds=59)
    with pytest.raises(LockedOut):
        signed_in(town.access, "chen")
    clock.forward(seconds=1)
    assert signed_in(town.access, "CHEN ")


def test_a_success_forgets_the_failures_before_it(town: Town) -> None:
    town.user("chen")
    for _ in range(3):
        for _ in range(town.access.policy.failures_allowed - 1):
            with pytest.raises(SignInFailed):
                signed_in(town.access, "chen", "wrong")
        assert signed_in(town.access, "chen")


def test_a_stopped_account_is_out_at_once(town: Town) -> None:
    user_id = town.user("chen")
    session = signed_in(town.access, "chen")
    users.lock(town.access, ROOT, user_id, "离职")
    with pytest.raises(NotSignedIn):
        admit(town.access, session.token, "")
    with pytest.raises(SignInFailed):
        signed_in(town.access, "chen")
    users.unlock(town.access, ROOT, user_id, "返聘")
    assert signed_in(town.access, "chen")


def test_a_session_ends_when_idle_or_old_or_signed_out(town: Town, clock: Clock) -> None:
    town.user("chen")
    policy = town.access.policy
    idle = signed_in(town.access, "chen")
    clock.forward(seconds=policy.session_idle.total_seconds())
    with pytest.raises(NotSignedIn):
        admit(town.access, idle.token, "")
    busy = signed_in(town.access, "chen")
    for _ in range(int(policy.session_lasts / timedelta(minutes=20)) - 1):
        clock.forward(minutes=20)
        admit(town.access, busy.token, "")
    clock.forward(minutes=20)
    with pytest.raises(NotSignedIn):
        admit(town.access, busy.token, "")
    left = signed_in(town.access, "chen")
    end(town.access, admit(town.access, left.token, "").actor, left.token)
    with pytest.raises(NotSignedIn):
        admit(town.access, left.token, "")


def test_a_change_of_password_ends_every_other_session(town: Town) -> None:
    town.user("chen")
    one, other = signed_in(town.access, "chen"), signed_in(town.access, "chen")
    new = change_password(town.access, admit(town.access, one.token, "").actor, PASSWORD, "Hai-Lang-7702")
    for old in (one, other):
        with pytest.raises(NotSignedIn):
            admit(town.access, old.token, "")
    assert admit(town.access, new.token, "").actor.login == "chen"


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("Ab1-", "至少 10 个字符"),
        ("onlyletterslower", "至少 3 类"),
        ("Chen-wei-4081", "不能含登录名"),
        ("Password-4081", "不能含常见口令"),
        ("Aa1Aa1Aa1Aa1", "重复"),
    ],
)
def test_a_password_that_is_guessed_early_is_refused(town: Town, password: str, fault: str) -> None:
    town.user("chen")
    with pytest.raises(Invalid) as refused:
        change_password(town.access, town.actor("chen"), PASSWORD, password)
    assert fault in refused.value.remedy


def test_the_last_five_passwords_are_remembered(town: Town, clock: Clock) -> None:
    town.user("chen")
    used = [PASSWORD]
    for number in range(5):
        for old in used[-5:]:
            with pytest.raises(Invalid, match="最近用过"):
                change_password(town.access, town.actor("chen", used[-1]), used[-1], old)
        clock.forward(days=1)
        change_password(town.access, town.actor("chen", used[-1]), used[-1], f"Yun-Shan-409{number}")
        used.append(f"Yun-Shan-409{number}")
    change_password(town.access, town.actor("chen", used[-1]), used[-1], PASSWORD)


def test_an_old_password_must_be_changed_before_anything_else(town: Town, clock: Clock) -> None:
    town.user("chen", town.grant(Role.READER))
    clock.forward(days=90)
    assert town.actor("chen").must_change_password


def test_the_second_factor_is_asked_for_and_each_code_counts_once(town: Town, clock: Clock) -> None:
    access = town.access
    town.user("chen")
    enrolment = second_factor.start(access, town.actor("chen"))
    assert signed_in(access, "chen")  # not in force until a code has proved that it arrived
    totp = pyotp.TOTP(enrolment.secret)
    codes = second_factor.confirm(access, town.actor("chen"), totp.at(clock.moment))
    with pytest.raises(CodeNeeded):
        signed_in(access, "chen")
    with pytest.raises(SignInFailed):
        signed_in(access, "chen", code=totp.at(clock.moment))  # was used to confirm
    clock.forward(seconds=30)
    assert signed_in(access, "chen", code=totp.at(clock.moment))
    with pytest.raises(SignInFailed):
        signed_in(access, "chen", code=totp.at(clock.moment))
    assert signed_in(access, "chen", code=codes[0].upper())
    with pytest.raises(SignInFailed):
        signed_in(access, "chen", code=codes[0])


def test_codes_are_guessed_at_no_oftener_than_passwords(town: Town, clock: Clock) -> None:
    access = town.access
    town.user("chen")
    secret = second_factor.start(access, town.actor("chen")).secret
    second_factor.confirm(access, town.actor("chen"), pyotp.TOTP(secret).at(clock.moment))
    clock.forward(minutes=1)
    right = pyotp.TOTP(secret).at(clock.moment)
    wrong = "000000" if right != "000000" else "000001"
    for _ in range(access.policy.failures_allowed):
        with pytest.raises(SignInFailed):
            signed_in(access, "chen", code=wrong)
    with pytest.raises(LockedOut):
        signed_in(access, "chen", code=right)


def test_a_rush_of_attempts_gets_no_more_tries_than_one_after_another(access: Access) -> None:
    def attempt(_: int) -> str:
        try:
            signed_in(access, "nobody", "guess")
        except (SignInFailed, LockedOut) as refused:
            return type(refused).__name__
        return "in"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, range(24)))
    assert outcomes.count("SignInFailed") == access.policy.failures_allowed
    assert outcomes.count("LockedOut") == 24 - access.policy.failures_allowed
