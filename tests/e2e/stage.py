"""The whole application as a browser meets it: a server on a port of its own, and people to sign in as."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Page, expect

from mingcha.access.context import Access
from mingcha.access.roles import Role
from mingcha.gateways.national.gateway import Gateway
from mingcha.gateways.single_sign_on import SingleSignOn
from mingcha.web.app import web_application
from mingcha.web.embedded.pages import show_embedded
from mingcha.web.interface import BUILT, show_interface
from mingcha.web.national import Line
from tests.support.platform import PASSWORD, Town

# Those that a machine without display, and a container, need.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
VIEWPORT = {"width": 1366, "height": 768}
_STARTS_WITHIN = 20
# Applications that serve nobody now: making one takes longer than opening a page.
_applications: list[FastAPI] = []


def chromium() -> str | None:
    """The browser of this machine, if it has one."""
    named = os.environ.get("MINGCHA_CHROMIUM")
    return named or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )


def why_not() -> str | None:
    """Why pages cannot be tested here; nothing where they can."""
    if chromium() is None:
        return "没有浏览器：Debian 请执行 apt-get install chromium fonts-noto-cjk，或以 MINGCHA_CHROMIUM 指定"
    if not (BUILT / "index.html").is_file():
        return "界面尚未构建：请先执行 make ui"
    return None


@contextmanager
def serving(
    access: Access,
    signing_on: Callable[[str], SingleSignOn] | None = None,
    gateway: Gateway | None = None,
) -> Iterator[str]:
    """The address of a server with API and pages, and with an identity provider that knows this address.

    Args:
        gateway: that of calls, for pages in a hospital's own system too.
    """
    if _applications:
        app = _applications.pop()
        app.state.access = access
    else:
        app = web_application(access)
        show_embedded(app)
        show_interface(app)
    app.state.line = None if gateway is None else Line(gateway)
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off", ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(_STARTS_WITHIN * 100):
        if server.started or not thread.is_alive():
            break
        thread.join(0.01)
    assert server.started, "the server did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    if signing_on is not None:
        app.state.single_sign_on = signing_on(address)
    try:
        yield address
    finally:
        server.should_exit = True
        thread.join(_STARTS_WITHIN)
        app.state.single_sign_on = None
        _applications.append(app)


@dataclass
class Stage:
    """A town with its people, served."""

    address: str
    town: Town

    def sign_in(self, page: Page, login: str, password: str = PASSWORD, to: str = "/") -> None:
        """Sign in by the page and wait for the frame."""
        page.goto(self.address + to)
        page.get_by_label("登录名").fill(login)
        page.get_by_label("口令", exact=True).fill(password)
        page.get_by_role("button", name="登录", exact=True).click()
        expect(page.get_by_role("navigation", name="主菜单")).to_be_visible()

    def sign_in_as(self, page: Page, role: Role, to: str = "/") -> None:
        """Sign in as the one who holds a duty."""
        self.sign_in(page, role.value, to=to)
