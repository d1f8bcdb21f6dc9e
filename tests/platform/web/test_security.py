"""What people try: injection, flooding, probing; and that every refusal is calm and has one shape."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from mingcha.access.context import Access
from mingcha.web.door import API
from mingcha.web.limit import MOST_BYTES
from tests.support.browser import Browser
from tests.support.platform import Town

NASTY = (
    "' OR '1'='1",
    "x'; DROP TABLE users; --",
    '"; DELETE FROM trail_entries; --',
    "%",
    "_",
    "\\",
    "1) UNION SELECT password_hash FROM users --",
    "${jndi:ldap://x}",
    "<script>alert(1)</script>",
)


@pytest.mark.parametrize("nasty", NASTY)
def test_what_is_typed_into_filters_and_sort_is_never_taken_for_sql(town: Town, nasty: str) -> None:
    town.administrators()
    browser = Browser(town.access).sign_in("auditor")
    everything = browser("GET", "/users?size=100").json()["total"]
    for path, names in (
        ("/users", ("login", "sort", "status", "role", "organisation_id")),
        ("/organisations", ("name", "code", "sort", "kind", "parent_id", "on")),
        ("/trail", ("action", "object_id", "sort", "actor_id", "since")),
    ):
        for name in names:
            answer = browser("GET", path, params={name: nasty})
            assert answer.status_code in (200, 422), (path, name, answer.text)
            if answer.status_code == 200:
                items = answer.json()["items"]
                assert all(nasty in item[name] for item in items), (path, name)
                assert len(items) < everything
            else:
                assert len(nasty) == 1 or nasty not in answer.text
    assert browser("GET", "/users?size=100").json()["total"] == everything
    with town.access.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM trail_entries")) > 0


@pytest.mark.parametrize("bad", ["\x00", "a\x00b", "a\nb", "\x1b[31m"])
def test_control_characters_are_refused_before_any_database_sees_them(town: Town, bad: str) -> None:
    town.administrators()
    browser = Browser(town.access).sign_in("system_admin")
    for body in (
        {"login": "fine", "full_name": f"王{bad}"},
        {"login": f"x{bad}", "full_name": "王芳"},
        {"login": "fine", "full_name": "王芳", "phone": f"1380000{bad}"},
    ):
        assert browser("POST", "/users", body).status_code == 422
    assert browser("GET", "/users", params={"login": bad}).status_code == 422
    assert browser("POST", "/session", {"login": f"c{bad}d", "password": "x"}).status_code == 422


def test_a_body_that_is_too_large_is_refused_whether_or_not_it_says_so(access: Access) -> None:
    browser = Browser(access)
    large = b'{"login": "' + b"a" * MOST_BYTES + b'", "password": "x"}'
    headers = {"Content-Type": "application/json"}
    said = browser.client.post(f"{API}/session", content=large, headers=headers)
    unsaid = browser.client.post(
        f"{API}/session", content=iter([large[:1000], large[1000:]]), headers=headers
    )
    for answer in (said, unsaid):
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"login": "\\ud800", "password": "x"}', b"\xff\xfe"]
)
def test_a_body_that_is_no_form_is_refused_in_the_one_shape(access: Access, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = Browser(access).client.post(f"{API}/session", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == {"code", "message", "where", "remedy"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("PUT", "/session", 405), ("GET", "/users/not-a-number", 401)],
)
def test_every_refusal_has_the_one_shape(access: Access, method: str, path: str, status: int) -> None:
    answer = Browser(access)(method, path)
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message", "where", "remedy"}
    assert re.search("[一-鿿]", answer.json()["message"])


def test_what_was_typed_into_a_wrong_form_is_not_sent_back(access: Access) -> None:
    answer = Browser(access)("POST", "/session", {"login": "c", "password": "秘密" * 200, "身份证号": "x"})
    assert answer.status_code == 422
    assert "秘密" not in answer.text


def test_answers_forbid_framing_sniffing_and_foreign_scripts(access: Access) -> None:
    answer = Browser(access)("GET", "/health")
    assert (answer.status_code, answer.json()) == (200, {"ready": True})
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_the_documentation_comes_from_here_alone(access: Access) -> None:
    client = Browser(access).client
    page = client.get("/api/docs").text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert loaded
    assert not [address for address in loaded if not address.startswith("/")]
    for address in loaded:
        assert client.get(address).status_code == 200, address
    assert client.get(f"{API}/openapi.json").json()["info"]["title"] == "明察"


def test_cookies_and_tokens_of_any_shape_are_just_not_signed_in(access: Access) -> None:
    for value in ("", "x" * 5000, "é", "a b", "%00", "../../etc"):
        client = Browser(access).client
        headers = {"Cookie": f"mingcha_session={value}".encode("latin-1")}
        assert client.get(f"{API}/session", headers=headers).status_code == 401
        headers = {"Authorization": f"Bearer {value}".encode("latin-1")}
        assert client.get(f"{API}/session", headers=headers).status_code == 401
