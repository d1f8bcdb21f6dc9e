"""Announcements reach whom they are for, while they hold, and are asked to be read once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from mingcha.access.errors import Denied, Invalid, Missing
from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.administration import announcements
from mingcha.administration.announcements import AnnouncementFilter, AnnouncementState, Written
from tests.support.browser import Browser
from tests.support.platform import ROOT, Clock, Town

MONDAY = date(2026, 3, 2)
HOSTILE = "<img src=x onerror=alert(1)>"


def written(title: str = "系统维护", **more: Any) -> Written:
    return Written(**{"title": title, "text": "今晚十点停机一小时", "valid_from": MONDAY, **more})


def titles(town: Town, login: str) -> list[str]:
    return [notice.title for notice in announcements.notices(town.access, town.actor(login))]


def test_an_announcement_reaches_only_the_roles_it_names(town: Town) -> None:
    town.user("doctor", town.grant(Role.DOCTOR, own=True), at="D-H1-内科")
    town.user("office", town.grant(Role.INSURANCE_OFFICE, "H1"), at="H1")
    announcements.publish(town.access, ROOT, written("给大家"))
    announcements.publish(town.access, ROOT, written("给医保办", roles=frozenset({Role.INSURANCE_OFFICE})))
    assert titles(town, "doctor") == ["给大家"]
    assert set(titles(town, "office")) == {"给大家", "给医保办"}


def test_it_is_said_from_its_first_day_to_its_last_and_not_after_it_was_withdrawn(
    town: Town, clock: Clock
) -> None:
    town.user("li")
    made = announcements.publish(
        town.access,
        ROOT,
        written(valid_from=MONDAY + timedelta(days=1), valid_to=MONDAY + timedelta(days=2)),
    )
    seen = []
    for _ in range(4):
        state = announcements.announcements(town.access, ROOT, AnnouncementFilter(), Listing()).items[0].state
        filtered = announcements.announcements(town.access, ROOT, AnnouncementFilter(state=state), Listing())
        assert filtered.total == 1, "the filter and the state agree"
        seen.append((state, bool(titles(town, "li"))))
        clock.forward(days=1)
    assert seen == [
        (AnnouncementState.PLANNED, False),
        (AnnouncementState.CURRENT, True),
        (AnnouncementState.CURRENT, True),
        (AnnouncementState.OVER, False),
    ]
    clock.forward(days=-2)
    announcements.withdraw(town.access, ROOT, made.id, "写错了日期")
    assert titles(town, "li") == []
    with pytest.raises(Invalid, match="已撤回"):
        announcements.change(town.access, ROOT, made.id, written())


def test_what_was_read_is_read_until_its_words_change(town: Town) -> None:
    town.user("li")
    made = announcements.publish(town.access, ROOT, written())

    def read() -> list[bool]:
        return [notice.read for notice in announcements.notices(town.access, town.actor("li"))]

    assert read() == [False]
    announcements.mark_read(town.access, town.actor("li"), made.id)
    announcements.mark_read(town.access, town.actor("li"), made.id)
    assert read() == [True]
    longer = announcements.change(town.access, ROOT, made.id, written(valid_to=MONDAY + timedelta(days=9)))
    assert (read(), longer.readers) == ([True], 1)
    announcements.change(town.access, ROOT, made.id, written(text="改到后天"))
    assert read() == [False]


def test_nobody_marks_what_was_not_said_to_them(town: Town) -> None:
    town.user("doctor", town.grant(Role.DOCTOR, own=True), at="D-H1-内科")
    other = announcements.publish(town.access, ROOT, written(roles=frozenset({Role.AUDITOR})))
    for unknown in (other.id, uuid4()):
        with pytest.raises(Missing):
            announcements.mark_read(town.access, town.actor("doctor"), unknown)


def test_before_sign_in_everybody_reads_so_it_is_for_no_role_alone(town: Town) -> None:
    announcements.publish(town.access, ROOT, written("只给里面的人"))
    announcements.publish(town.access, ROOT, written("登录页", before_sign_in=True))
    said = Browser(town.access)("GET", "/announcements/before-sign-in").json()
    assert [notice["title"] for notice in said] == ["登录页"]
    with pytest.raises(Invalid, match="谁都看得见"):
        announcements.publish(
            town.access, ROOT, written(before_sign_in=True, roles=frozenset({Role.AUDITOR}))
        )


def test_a_decider_of_one_region_does_not_speak_to_all(town: Town) -> None:
    town.user("director", town.grant(Role.DECIDER, "350102"), at="B350102")
    with pytest.raises(Denied, match="整个系统"):
        announcements.publish(town.access, town.actor("director"), written())


def test_texts_stay_the_texts_that_were_typed(town: Town) -> None:
    town.administrators()
    browser = Browser(town.access).sign_in("system_admin")
    body = {"title": HOSTILE, "text": f"{HOSTILE}\n第二行", "valid_from": "2026-03-02"}
    assert browser("POST", "/announcements", body).json()["text"] == body["text"]
    for bad in ({"title": "a\nb"}, {"text": "\x00"}, {"title": " "}, {"valid_to": "2026-03-01"}):
        assert browser("POST", "/announcements", {**body, **bad}).status_code == 422
    assert browser("GET", "/announcements", params={"text": "%"}).json()["total"] == 0
