"""Parameters act: what was let pass is what passwords and sessions are held to, from its day on."""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter

import pytest

from mingcha.access.errors import Invalid, NotSignedIn
from mingcha.access.policy import Policy
from mingcha.access.sessions import admit
from mingcha.administration import changes
from mingcha.administration.parameters import PARAMETERS, parameters, policy_in_force, propose_parameters
from tests.platform.administration.test_changes import REVIEWER
from tests.support.browser import Browser
from tests.support.platform import PASSWORD, ROOT, Clock, Town, signed_in


def put(town: Town, days: int = 0, **values: int | bool | None) -> None:
    """Set parameters, with `__` for the point and `_` for the hyphen of their names."""
    named = {name.replace("__", ".").replace("_", "-"): value for name, value in values.items()}
    day = town.access.today() + timedelta(days=days)
    made = propose_parameters(town.access, ROOT, named, day, "按等保要求")
    changes.approve(town.access, REVIEWER, made.id, None)


def test_every_parameter_sets_a_number_of_the_policy_of_its_own_within_bounds() -> None:
    named = [parameter.policy for parameter in PARAMETERS]
    assert len(set(named)) == len(named) == len({parameter.key for parameter in PARAMETERS})
    for parameter in PARAMETERS:
        parameter.check(parameter.default)
        assert parameter.of_policy(parameter.default) == attrgetter(parameter.policy)(Policy())
        if parameter.at_most:
            for value in (parameter.at_least - 1, parameter.at_most + 1, True):
                with pytest.raises(Invalid):
                    parameter.check(value)
        else:
            with pytest.raises(Invalid):
                parameter.check(1)


def test_a_longer_password_is_asked_for_as_soon_as_it_is_let_pass_and_not_before(town: Town) -> None:
    town.administrators()
    browser = Browser(town.access).sign_in("auditor")
    made = propose_parameters(town.access, ROOT, {"password.length": 16}, town.access.today(), "按等保要求")
    change = {"current_password": PASSWORD, "new_password": "Hai-Tang-2026"}
    assert browser("POST", "/session/password", change).status_code == 204
    changes.approve(town.access, REVIEWER, made.id, None)
    change = {"current_password": "Hai-Tang-2026", "new_password": "Mu-Dan-20267"}
    refused = browser("POST", "/session/password", change)
    assert (refused.status_code, "16" in refused.json()["remedy"]) == (422, True)
    assert browser("GET", "/session/password-policy").json() == {"length": 16, "classes": 3}


def test_sessions_end_after_the_idle_minutes_that_hold_today(town: Town, clock: Clock) -> None:
    town.user("li")
    put(town, session__idle=5, days=1)
    token = signed_in(town.access, "li").token
    clock.forward(minutes=6)
    admit(town.access, token, "")
    clock.forward(days=1)
    token = signed_in(town.access, "li").token
    clock.forward(minutes=6)
    with pytest.raises(NotSignedIn):
        admit(town.access, token, "")


def test_one_account_in_one_place_where_it_is_so_set(town: Town) -> None:
    town.user("li")
    first = signed_in(town.access, "li").token
    second = signed_in(town.access, "li").token
    admit(town.access, first, "")
    put(town, session__single=True)
    third = signed_in(town.access, "li").token
    for ended in (first, second):
        with pytest.raises(NotSignedIn):
            admit(town.access, ended, "")
    admit(town.access, third, "")


def test_a_parameter_shows_what_holds_what_comes_and_goes_back_to_what_is_built_in(
    town: Town, clock: Clock
) -> None:
    put(town, sign_in__failures=9)
    put(town, sign_in__failures=3, days=10)
    shown = {view.key: view for view in parameters(town.access, ROOT)}["sign-in.failures"]
    assert (shown.value, shown.default, [one.value for one in shown.planned]) == (9, 5, [3])
    clock.forward(days=10)
    assert policy_in_force(town.access).failures_allowed == 3
    put(town, sign_in__failures=None)
    assert policy_in_force(town.access) == Policy()


def test_what_was_let_pass_too_late_holds_from_that_day(town: Town, clock: Clock) -> None:
    made = propose_parameters(town.access, ROOT, {"session.idle": 5}, town.access.today(), "按等保要求")
    clock.forward(days=3)
    assert changes.approve(town.access, REVIEWER, made.id, None).effective_from == town.access.today()


def test_days_gone_by_and_unknown_names_are_refused(town: Town) -> None:
    yesterday = town.access.today() - timedelta(days=1)
    with pytest.raises(Invalid, match="生效日期已过"):
        propose_parameters(town.access, ROOT, {"session.idle": 5}, yesterday, "按等保要求")
    with pytest.raises(Invalid, match="没有这个参数"):
        propose_parameters(town.access, ROOT, {"session.none": 5}, town.access.today(), "按等保要求")
