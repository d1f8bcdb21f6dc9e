"""A browser and a program as the API sees them."""

from __future__ import annotations

import atexit
import warnings
from contextlib import ExitStack
from functools import cache
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

from mingcha.access.context import Access
from mingcha.web.app import web_application
from mingcha.web.door import API, CSRF_COOKIE, CSRF_HEADER
from tests.support.platform import PASSWORD

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from fastapi.testclient import TestClient


_made: list[FastAPI] = []


def application_over(access: Access) -> FastAPI:
    """The application over a platform; made once, because making it takes longer than a test."""
    if not _made:
        _made.append(web_application(access))
    _made[0].state.access = access
    return _made[0]


@cache
def loop_of_all() -> BlockingPortal:
    """One loop, and its threads, for all requests: a client without one makes them anew for each."""
    opened = ExitStack()
    atexit.register(opened.close)
    return opened.enter_context(start_blocking_portal())


class Browser:
    """Keeps cookies, and says the CSRF token with every change as the pages do."""

    def __init__(self, access: Access) -> None:
        self.client = TestClient(application_over(access), base_url="https://mingcha.test")
        self.client.portal = loop_of_all()

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        headers = {CSRF_HEADER: self.client.cookies.get(CSRF_COOKIE, ""), **more.pop("headers", {})}
        return self.client.request(method, API + path, json=body, headers=headers, **more)

    def sign_in(self, login: str, password: str = PASSWORD) -> Browser:
        answer = self("POST", "/session", {"login": login, "password": password})
        assert answer.status_code == 200, answer.text
        return self
