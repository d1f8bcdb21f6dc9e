"""Security of all routes at once, taken from the application itself: an added route is tried without a word here."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from mingcha.access import tokens
from mingcha.access.actor import Actor
from mingcha.access.connections import given
from mingcha.access.context import Access
from mingcha.access.logs import write_logs_to
from mingcha.access.permissions import Permission
from mingcha.access.roles import DUTIES, Role
from mingcha.store.database.engine import Database
from mingcha.web import door
from mingcha.web.door import API, CSRF_HEADER
from mingcha.web.limit import MOST_BYTES_WITH_BILL, MOST_BYTES_WITH_FILE
from tests.platform.web.test_routes import AIMED, EVERYBODYS, PUBLIC, calls
from tests.platform.web.test_security import NASTY
from tests.support.browser import Browser, application_over
from tests.support.platform import PASSWORD, ROOT, Town

CHANGING = frozenset({"post", "put", "patch", "delete"})
TRAVERSALS = (
    "..",
    "../../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%5c..%5cwindows%5cwin.ini",
    "%00",
    "a%00.csv",
    "....//....//etc/passwd",
    "%c0%ae%c0%ae%2fetc%2fpasswd",
    "~root",
    "x" * 3000,
)
SECRETS = ("root:x:", "[fonts]", "Traceback", "password_hash", "sqlite3", "psycopg")
# What every answer must say to a browser; pages of the interface have a policy of their own.
SAFE = {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "cache-control": "no-store"}


def operations(access: Access) -> dict[tuple[str, str], dict[str, Any]]:
    """Every operation of the description, by method and path."""
    described = application_over(access).openapi()["paths"]
    return {
        (method, path): operation
        for path, methods in described.items()
        for method, operation in methods.items()
    }


def filled(path: str) -> str:
    """A path of nothing that is there."""
    while "{" in path:
        path = path.replace(path[path.index("{") : path.index("}") + 1], str(uuid4()), 1)
    return path


@pytest.fixture
def anybody(town: Town, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """Somebody who may do everything, so that requests come as far as they can."""
    actor = Actor(town.user("chen"), "chen", console=True)
    monkeypatch.setattr(door, "admit_token", lambda *_: actor)
    browser = Browser(town.access)
    browser.client.headers["Authorization"] = "Bearer any"
    return browser


@pytest.mark.one_database
@pytest.mark.parametrize("said", [None, "", "guessed"])
def test_no_route_that_changes_anything_does_so_for_a_page_of_somebody_else(
    town: Town, said: str | None
) -> None:
    """CSRF: our cookie comes along with a foreign page's request, the header that proves our page does not."""
    town.user("someone", at="H1")
    browser = Browser(town.access).sign_in("someone")
    headers = {} if said is None else {CSRF_HEADER: said}
    tried = 0
    for method, path in operations(town.access):
        if method not in CHANGING or (method.upper(), path) in PUBLIC:
            continue
        answer = browser.client.request(method, filled(path), json={}, headers=headers)
        assert (answer.status_code, answer.json()["where"]) == (403, CSRF_HEADER), (method, path)
        tried += 1
    assert tried > 30
    assert browser("GET", "/session").status_code == 200, "not even signing out was done"


def test_no_filter_or_sort_of_any_list_is_taken_for_sql(town: Town, anybody: Browser) -> None:
    tried = 0
    for (method, path), operation in operations(town.access).items():
        if method != "get":
            continue
        for parameter in operation.get("parameters", []):
            if parameter["in"] != "query":
                continue
            for nasty in NASTY:
                answer = anybody.client.get(filled(path), params={parameter["name"]: nasty})
                assert answer.status_code < 500, (path, parameter["name"], nasty, answer.text)
                assert not [one for one in SECRETS if one in answer.text], (path, parameter["name"])
                tried += 1
    assert tried > 300
    assert anybody("GET", "/users?size=100").json()["total"] == 1


@pytest.mark.one_database
def test_no_part_of_any_path_leads_out_of_where_it_belongs(town: Town, anybody: Browser) -> None:
    tried = 0
    for method, path in operations(town.access):
        if "{" not in path:
            continue
        for nasty in TRAVERSALS:
            target = path[: path.index("{")] + nasty + path[path.index("}") + 1 :]
            answer = anybody.client.request(method, filled(target), json={} if method in CHANGING else None)
            assert answer.status_code < 500, (method, target, answer.text)
            assert not [one for one in SECRETS if one in answer.text], (method, target)
            tried += 1
    assert tried > 100


@pytest.mark.one_database
def test_no_route_reads_a_form_beyond_measure(town: Town, anybody: Browser) -> None:
    larger, large = (
        json.dumps({"reason": "x" * most}).encode() for most in (MOST_BYTES_WITH_BILL, MOST_BYTES_WITH_FILE)
    )
    tried = 0
    for (method, path), operation in operations(town.access).items():
        forms = operation.get("requestBody", {}).get("content", {})
        if "application/json" not in forms:
            continue
        headers = {"Content-Type": "application/json"}
        content = larger if path == f"{API}/audit" else large
        answer = anybody.client.request(method, filled(path), content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large"), (method, path)
        tried += 1
    assert tried > 20


@pytest.mark.one_database
def test_every_answer_forbids_sniffing_framing_keeping_and_foreign_scripts(
    town: Town, anybody: Browser
) -> None:
    for method, path in operations(town.access):
        answer = anybody.client.request(method, filled(path), json={} if method in CHANGING else None)
        assert {name: answer.headers[name] for name in SAFE} == SAFE, (method, path)
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'self'" in policy
        kind = answer.headers.get("content-type", "")
        # What somebody typed is never sent as a page that a browser would run.
        assert "html" not in kind, (method, path, kind)


REACHES = {"region": "350102", "institution": "H1", "department": "H1-内科", "self": None}


@pytest.mark.one_database
@pytest.mark.parametrize("duty", DUTIES)
@pytest.mark.parametrize("reach", list(REACHES))
def test_nobody_reaches_another_hospital_by_any_route_whatever_roles_they_hold(
    town: Town, reach: str, duty: Role
) -> None:
    """IDOR: with every role at once over a part of the data, all of somewhere else is asked for by its number."""
    access = town.access
    roles = [duty, *(role for role in Role if role not in DUTIES)]
    place, own = REACHES[reach], reach == "self"
    town.user("everything", *(town.grant(role, place, own=own) for role in roles), at="D-H1-内科")
    outside = town.user("outside", at="H2-内科")
    other = town.user("other", town.grant(Role.READER, "H2"), at="H2")
    given.connect(access, ROOT, "H2")
    theirs, _ = tokens.create(access, town.actor("other"), "他人", [Permission.ORGANISATIONS_VIEW], 1)
    browser = Browser(access).sign_in("everything")
    for key, (path, body) in sorted(calls(town, "H2", outside, theirs.id, other).items()):
        if key in EVERYBODYS or not ("{" in key[1] or key in AIMED):
            continue
        answer = browser(key[0], path, body)
        assert answer.status_code in (403, 404), (key, answer.status_code, answer.text)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    write_logs_to(stream, logging.DEBUG)
    yield stream
    root.handlers, root.level = before, level


@pytest.mark.one_database
def test_nothing_personal_is_logged_whatever_is_asked_for(
    town: Town, anybody: Browser, log: io.StringIO
) -> None:
    """Every route once with values that are somebody's, as somebody who may do everything."""
    inside = town.user("inside", at="H1-内科")
    someone = town.user("someone", at="H1")
    asked = calls(town, "H1", inside, uuid4(), someone)
    for key, (path, body) in sorted(asked.items()):
        anybody(key[0], path, body)
        anybody(
            key[0], path, {"full_name": "欧阳建国", "id_number": "35010219800101123X", "x": "13805917788"}
        )
    ours = [
        line
        for line in log.getvalue().splitlines()
        if not json.loads(line)["logger"].startswith(("httpx", "asyncio"))
    ]
    assert len(ours) > len(asked)
    personal = ("欧阳建国", "35010219800101123X", "13805917788", "王芳", "王小明", "13800001111", PASSWORD)
    written = "\n".join(ours)
    assert not [value for value in personal if value in written]


@pytest.mark.one_database
def test_without_the_database_every_route_says_so_in_the_one_shape(town: Town, anybody: Browser) -> None:
    there, tried = operations(town.access), 0
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    browser = Browser(replace(town.access, database=away))
    browser.client.headers["Authorization"] = "Bearer any"
    for method, path in there:
        if (method.upper(), path) in PUBLIC and method != "get":
            continue  # what is asked of nobody in particular is looked at first
        answer = browser.client.request(method, filled(path))
        if (path, answer.status_code) in {(f"{API}/session/provider", 200)}:
            continue  # stands in the settings
        assert (answer.status_code, answer.json()["message"]) == (503, "数据库没有响应"), (method, path)
        tried += 1
    assert tried > 150
