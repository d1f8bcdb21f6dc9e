"""A module that is off refuses at the door, everybody and everywhere; help says what the installation wrote."""

from __future__ import annotations

import pytest

from mingcha.access.errors import Denied
from mingcha.access.listing import Listing
from mingcha.access.permissions import Permission
from mingcha.access.roles import Role
from mingcha.access.tokens import create
from mingcha.access.trail import Action, TrailFilter, entries
from mingcha.administration import help as own_texts
from mingcha.administration import modules
from mingcha.administration.help import HelpPart
from mingcha.administration.modules import Module, modules_off
from mingcha.web.app import DOORS
from tests.support.browser import Browser
from tests.support.platform import ROOT, Town


def test_every_module_has_a_door_and_is_refused_there_until_it_is_on_again(town: Town) -> None:
    town.administrators()
    modules.switch_on(town.access, ROOT, Module.SIMULATOR, "试用")
    browser = Browser(town.access).sign_in("system_admin")
    doors = {door.module: door for door in DOORS if door.module is not None}
    assert set(doors) == set(Module)
    for module in Module:
        modules.switch_off(town.access, ROOT, module, "本院不用")
        for route in doors[module].router.routes:
            method = next(iter(route.methods))
            answer = browser(method, route.path.removeprefix("/api/v1").replace("{", "").replace("}", ""))
            assert (answer.status_code, answer.json()["code"]) in ((403, "switched_off"), (403, "denied")), (
                route.path
            )
            if answer.json()["code"] == "switched_off":
                assert module.label in answer.json()["message"]
        assert browser("GET", "/deployment").json()["modules_off"] == [module]
        modules.switch_on(town.access, ROOT, module, "本院要用")
        assert browser("GET", "/deployment").json()["modules_off"] == []
    assert browser("GET", "/tokens").status_code == 200


def test_without_the_module_of_tokens_no_program_comes_in(town: Town) -> None:
    town.user("li", town.grant(Role.READER, "H1"), at="H1")
    _, secret = create(town.access, town.actor("li"), "程序", [Permission.ORGANISATIONS_VIEW], 1)
    program = Browser(town.access)
    headers = {"Authorization": f"Bearer {secret}"}
    assert program("GET", "/organisations", headers=headers).status_code == 200
    modules.switch_off(town.access, ROOT, Module.TOKENS, "暂不对外")
    refused = program("GET", "/organisations", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "switched_off")


def test_other_processes_learn_of_a_switch_when_what_they_know_is_old(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert modules_off(town.access) == {"simulator"}, "off until somebody wants it"
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(modules_off, "forget", lambda access: None)
        modules.switch_off(town.access, ROOT, Module.TOKENS, "暂不对外")
    assert modules_off(town.access) == {"simulator"}, "what was known a moment ago"
    monkeypatch.setattr("mingcha.administration.remembered._SECONDS", -1.0)
    assert modules_off(town.access) == {"simulator", "tokens"}


def test_switching_is_recorded_once_with_its_reason(town: Town) -> None:
    for _ in range(2):
        off = modules.switch_off(town.access, ROOT, Module.TOKENS, "暂不对外")
    assert (off.on, off.reason) == (False, "暂不对外")
    found = entries(town.access, ROOT, TrailFilter(action=Action.MODULE_SWITCHED), Listing()).items
    assert [(entry.reason, entry.details) for entry in found] == [("暂不对外", {"on": False})]


def test_part_of_the_data_is_not_enough_to_switch_for_all(town: Town) -> None:
    town.user("local", town.grant(Role.DECIDER, "350102"), at="B350102")
    with pytest.raises(Denied):
        modules.switch_off(town.access, town.actor("local"), Module.TOKENS, "暂不对外")


def test_help_of_ones_own_stands_in_for_the_built_in_until_it_is_taken_away(town: Town) -> None:
    parts = [HelpPart("找谁", "信息科 <b>8001</b>\n上班时间")]
    own_texts.rewrite(town.access, ROOT, "users", parts)
    assert own_texts.own_help(town.access) == {"users": parts}
    own_texts.rewrite(town.access, ROOT, "users", [])
    own_texts.rewrite(town.access, ROOT, "users", [])
    assert own_texts.own_help(town.access) == {}
    found = entries(town.access, ROOT, TrailFilter(action=Action.HELP_CHANGED), Listing()).items
    assert len(found) == 2


@pytest.mark.parametrize("screen", ["../x", "A", "a b", "x" * 49])
def test_names_of_screens_are_plain(town: Town, screen: str) -> None:
    town.administrators()
    browser = Browser(town.access).sign_in("system_admin")
    assert browser("PUT", f"/deployment/help/{screen}", {"parts": []}).status_code in (404, 405, 422)
