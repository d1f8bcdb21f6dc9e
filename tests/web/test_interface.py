"""The built interface as it is served: headers, caches, and addresses of screens."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from mingcha.web.guard import Guard
from mingcha.web.interface import not_built, show_interface

PAGE = "<!doctype html><title>明察</title>"
SOURCES = Path(__file__).parents[2] / "frontend" / "src"
SINKS = (
    "v-html",
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "DOMParser",
    "javascript:",
    "srcdoc",
)
SCRIPT = "export const answer = 42;" * 100


@pytest.fixture
def browser(tmp_path: Path) -> TestClient:
    """A client of an application with one route of its own and a small interface."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "assets" / "index-a1b2c3.js").write_text(SCRIPT, encoding="utf-8")
    (tmp_path.parent / "secret.txt").write_text("outside", encoding="utf-8")
    app = FastAPI()
    app.add_middleware(Guard)

    @app.get("/api/v1/health")
    def health() -> dict[str, bool]:
        return {"well": True}

    show_interface(app, tmp_path)
    return TestClient(app)


@pytest.mark.parametrize("address", ["/", "/users", "/users?page=2&login=a.b", "/findings/35"])
def test_every_address_of_a_screen_shows_the_page_which_no_browser_keeps_unasked(
    browser: TestClient, address: str
) -> None:
    answer = browser.get(address)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["cache-control"] == "no-cache"


def test_a_page_that_is_unchanged_is_not_sent_again(browser: TestClient) -> None:
    first = browser.get("/users")
    again = browser.get("/users", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]


def test_built_files_are_kept_for_ever_and_sent_compressed(browser: TestClient) -> None:
    answer = browser.get("/assets/index-a1b2c3.js", headers={"Accept-Encoding": "gzip"})
    assert answer.text == SCRIPT
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in answer.headers["vary"].lower()


def test_a_file_that_is_gone_is_missing_and_not_the_page(browser: TestClient) -> None:
    answer = browser.get("/assets/index-old.js")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_an_unknown_address_of_the_api_is_missing_and_not_the_page(browser: TestClient) -> None:
    assert browser.get("/api/v1/health").json() == {"well": True}
    for address in ("/api", "/api/v1/nothing", "/api/v2/health"):
        assert browser.get(address).status_code == 404


def test_nothing_outside_the_interface_is_served(browser: TestClient) -> None:
    for address in (
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/%2e%2e/secret.txt",
    ):
        assert "outside" not in browser.get(address).text


def test_browsers_run_only_what_comes_from_here(browser: TestClient) -> None:
    headers = browser.get("/").headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"


def test_what_changes_something_is_not_answered_by_a_page(browser: TestClient) -> None:
    assert browser.post("/users").status_code == 405


def test_a_package_without_interface_says_how_to_build_it(tmp_path: Path) -> None:
    lacking = not_built(tmp_path)
    assert lacking is not None
    assert "make ui" in lacking.remedy
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    assert not_built(tmp_path) is None


def test_no_page_writes_what_somebody_typed_as_markup() -> None:
    """Every text on every screen is put in by Vue as text: nothing in the sources would run it as a page."""
    sources = [*SOURCES.rglob("*.vue"), *SOURCES.rglob("*.ts")]
    assert len(sources) > 150
    for source in sources:
        written = source.read_text("utf-8")
        assert not [sink for sink in SINKS if sink in written], source
