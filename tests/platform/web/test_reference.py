"""What the screens ask of the system itself."""

from __future__ import annotations

from mingcha.access.roles import Role
from mingcha.access.trail import Action
from mingcha.domain.codelists import CODE_LISTS
from tests.support.browser import Browser
from tests.support.platform import Town


def test_every_action_of_the_trail_can_be_filtered_by_and_has_a_name(town: Town) -> None:
    town.administrators()
    auditor = Browser(town.access).sign_in(Role.AUDITOR.value)
    actions = auditor("GET", "/trail/actions").json()
    assert {one["action"] for one in actions} == set(Action)
    for one in actions:
        answer = auditor("GET", f"/trail?action={one['action']}")
        assert answer.status_code == 200
        assert {entry["action_label"] for entry in answer.json()["items"]} <= {one["label"]}


def test_codes_are_told_in_the_words_of_the_national_lists(town: Town) -> None:
    town.user("chen")
    lists = Browser(town.access).sign_in("chen")("GET", "/code-lists").json()
    assert lists == CODE_LISTS
    assert lists["insutype"]["310"] == "职工基本医疗保险"
