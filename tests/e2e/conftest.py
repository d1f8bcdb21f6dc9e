"""A real browser on the real application."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.e2e.stage import FLAGS, VIEWPORT, Stage, chromium, serving, why_not
from tests.platform.conftest import access, audited, database_kind, in_memory, originals, postgres, town
from tests.support.audited import Audited, working
from tests.support.platform import Clock, Town

__all__ = ["access", "audited", "database_kind", "in_memory", "originals", "postgres", "town"]

expect.set_options(timeout=15_000)
# A refusal is part of many tests; that the browser notes it is no fault of the page.
_REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = why_not()
    if reason is not None:
        for item in items:
            if "/e2e/" in item.path.as_posix():
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": chromium(), "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"viewport": VIEWPORT, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture
def clock() -> Clock:
    """The moment at which a test begins: pages go by the clock of their own computer."""
    return Clock(datetime.now(UTC))


@pytest.fixture
def stage(town: Town) -> Iterator[Stage]:
    town.administrators()
    with serving(town.access) as address:
        yield Stage(address, town)


@pytest.fixture
def city(audited: Audited) -> Iterator[Stage]:
    """The audited city with its people, served, and somebody who carries out what waits."""
    with serving(audited.access) as address, working(audited.access):
        yield Stage(address, Town(audited.access, dict(audited.places.ids)))


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page whose complaints fail the test: errors of scripts, and what the content policy had to block."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _REFUSED.match(message.text):
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []
