"""One request for each route about staff, accounts that are asked for and alarms, aimed at one hospital."""

from __future__ import annotations

from base64 import b64encode
from itertools import count
from typing import Any

from mingcha.access.account_requests import Wish, do_ask
from mingcha.access.roles import Role
from mingcha.store.database.alarms import Alarm
from tests.support.platform import Town

numbers = count(1)


def wish_and_alarm(town: Town, hospital: str, user: Any) -> tuple[Any, Any]:
    """An account that was asked for in a hospital, and an alarm about one of its users."""
    wish = Wish(f"w{next(numbers)}", "王芳", None, town.ids[hospital], None, Role.READER, "需要查看")
    now = town.access.now()
    alarm = Alarm(
        rule="reveals", user_id=user, subject="x", since=now, until=now, counted=9, threshold=9, raised_at=now
    )
    with town.access.database.writing() as session:
        asked = do_ask(session, town.access, wish)
        session.add(alarm)
        session.flush()
        return asked.id, alarm.id


def calls_of_people(town: Town, hospital: str, user: Any) -> dict[tuple[str, str], tuple[str, Any]]:
    """Beside those of `test_routes.calls`."""
    doctor, here = town.ids[f"D-{hospital}-外科"], town.ids[hospital]
    register = {
        "file_name": "名单.csv",
        "content": b64encode("工号,姓名\nN1,王芳".encode()).decode(),
        "on": "2026-03-02",
    }
    asked, alarm = wish_and_alarm(town, hospital, user)
    why = {"reason": "例行核对"}
    wish = {
        "login": f"q{next(numbers)}",
        "full_name": "王芳",
        "organisation_id": str(town.ids[f"{hospital}-外科"]),
        "role": "reader",
        "reason": "需要查看",
    }
    returned = {"state": "x", "code": "y"}
    return {
        ("POST", "/session/provider/link"): ("/session/provider/link", None),
        ("POST", "/session/provider/link/return"): ("/session/provider/link/return", returned),
        ("DELETE", "/session/provider/link"): ("/session/provider/link", None),
        ("GET", "/accounts/requests"): ("/accounts/requests?size=100", None),
        ("POST", "/accounts/requests"): ("/accounts/requests", wish),
        ("POST", "/accounts/requests/{request_id}/grant"): (f"/accounts/requests/{asked}/grant", why),
        ("POST", "/accounts/requests/{request_id}/refuse"): (f"/accounts/requests/{asked}/refuse", why),
        ("POST", "/accounts/invitations"): ("/accounts/invitations", {"organisation_id": str(here)}),
        ("GET", "/alarms"): ("/alarms?size=100", None),
        ("GET", "/alarms/{alarm_id}"): (f"/alarms/{alarm}", None),
        ("POST", "/alarms/{alarm_id}/handle"): (
            f"/alarms/{alarm}/handle",
            {"conclusion": "explained", "note": "已说明情况"},
        ),
        ("POST", "/alarms/users/{user_id}/restrict"): (f"/alarms/users/{user}/restrict", why),
        ("POST", "/alarms/users/{user_id}/lift"): (f"/alarms/users/{user}/lift", why),
        ("GET", "/staff"): ("/staff?size=100", None),
        ("GET", "/organisations/{organisation_id}/rights"): (f"/organisations/{doctor}/rights", None),
        ("POST", "/organisations/{organisation_id}/rights"): (
            f"/organisations/{doctor}/rights",
            {"right": "antibiotic", "grade": 2, "valid_from": "2026-01-01"},
        ),
        ("POST", "/organisations/{organisation_id}/rights/withdraw"): (
            f"/organisations/{doctor}/rights/withdraw",
            {"right": "antibiotic", "last_day": "2026-02-01"},
        ),
        ("POST", "/organisations/{organisation_id}/sync/preview"): (
            f"/organisations/{here}/sync/preview",
            register,
        ),
        ("POST", "/organisations/{organisation_id}/sync"): (
            f"/organisations/{here}/sync",
            {**register, "digest": "0" * 64},
        ),
    }
