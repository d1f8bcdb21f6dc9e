"""Logs say what happened and where, as JSON, and nothing of any person."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from mingcha.access import users
from mingcha.access.logs import write_logs_to
from mingcha.access.personal import PersonalField
from mingcha.web.door import API
from tests.support.browser import Browser
from tests.support.platform import PASSWORD, Town

PERSONAL = ("欧阳建国", "35010219800101123X", "13805917788", "13912345678", PASSWORD, "Geheim-4711-x")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    write_logs_to(stream, logging.DEBUG)
    yield stream
    root.handlers, root.level = before, level


def test_no_personal_value_reaches_a_log_whatever_goes_wrong(
    town: Town, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.administrators()
    system = Browser(town.access).sign_in("system_admin")
    security = Browser(town.access).sign_in("security_admin")
    name, number, phone, other, *_ = PERSONAL
    body = {"login": "ouyang", "full_name": name, "id_number": number, "phone": phone}
    made = system("POST", "/users", body).json()["user"]["id"]
    assert system("POST", "/users", body).status_code == 409
    assert system("PATCH", f"/users/{made}", {"phone": other}).status_code == 200
    assert system("PATCH", f"/users/{made}", {"phone": other * 9}).status_code == 422
    assert security("POST", "/users/find", {"field": "full_name", "value": name}).status_code == 200
    reveal = {"fields": ["full_name", "id_number", "phone"], "reason": "例行核对"}
    assert security("POST", f"/users/{made}/reveal", reveal).json()["full_name"] == name
    assert system("GET", f"/users?login={number}").status_code == 200
    assert system("GET", f"/{phone}/{number}").status_code == 404
    assert (
        Browser(town.access)("POST", "/session", {"login": phone, "password": PERSONAL[5]}).status_code == 401
    )

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"{name} {number} {phone}")

    monkeypatch.setattr(users, "find", broken)
    answer = security("POST", "/users/find", {"field": "full_name", "value": name})
    assert (answer.status_code, answer.json()["code"]) == (500, "failure")
    logging.getLogger("uvicorn.error").exception("failed", exc_info=RuntimeError(name))
    # The client of these tests is no part of the server, and logs the addresses that it asks.
    ours = [
        line for line in log.getvalue().splitlines() if not json.loads(line)["logger"].startswith("httpx")
    ]
    written, lines = "\n".join(ours), [json.loads(line) for line in ours]
    assert len(lines) > 10
    assert not [value for value in PERSONAL if value in written]
    failure = next(line for line in lines if line["event"] == "failure")
    assert failure["error"] == "RuntimeError"
    assert any("broken" in frame for frame in failure["frames"])
    assert failure["request_id"] == answer.json()["where"]


def test_a_request_is_one_line_with_the_declared_path_and_who_asked(town: Town, log: io.StringIO) -> None:
    user_id = town.user("chen")
    browser = Browser(town.access).sign_in("chen")
    browser("GET", "/session")
    line = next(line for line in map(json.loads, reversed(log.getvalue().splitlines())) if "route" in line)
    assert (line["method"], line["status"], line["user"]) == ("GET", 200, str(user_id))
    assert line["route"] == f"{API}/session"
    assert PersonalField.PHONE.value not in line
