"""Saved filters and chosen columns go with the account."""

from __future__ import annotations

import pytest

from mingcha.access import kept_lists
from mingcha.access.errors import Conflict
from mingcha.access.kept_lists import FilterSet, KeptList, keep
from tests.support.browser import Browser
from tests.support.platform import Town


def test_what_somebody_keeps_of_a_list_is_theirs_wherever_they_sign_in(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for login in ("zhang", "li"):
        town.user(login)
    zhang, li = town.actor("zhang"), town.actor("li")
    kept = KeptList([FilterSet("在任", {"status": "active"}, "-login")], ["phone"])
    keep(town.access, zhang, "users", kept)
    assert kept_lists.kept_lists(town.access, zhang) == {"users": kept}
    assert kept_lists.kept_lists(town.access, li) == {}
    keep(town.access, zhang, "users", KeptList())
    assert kept_lists.kept_lists(town.access, zhang) == {"users": KeptList([], None)}
    browser = Browser(town.access).sign_in("li")
    form = {"sets": [{"name": "甲", "filters": {"text": "x"}, "sort": ""}], "hidden": []}
    assert browser("PUT", "/kept-lists/trail", form).status_code == 200
    assert Browser(town.access).sign_in("li")("GET", "/kept-lists").json() == {"trail": form}
    assert browser("PUT", "/kept-lists/trail", {"sets": [form["sets"][0]] * 31}).status_code == 422
    monkeypatch.setattr(kept_lists, "MOST_LISTS", 1)
    with pytest.raises(Conflict):
        keep(town.access, li, "another", KeptList())
