"""Firefox as hospitals have it, driven by WebDriver BiDi (W3C), which it speaks itself: no driver beside it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

_WITHIN = 60
_LISTENS = "WebDriver BiDi listening on "
# Nothing is asked of the network that a test does not ask for.
_QUIET = {
    "app.normandy.enabled": False,
    "browser.safebrowsing.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.type": 0,
    "services.settings.server": "data:,",
}
# Where a page is and what it shows; nothing before its style has come, when all would move once more.
_ALL = "document.readyState === 'complete' ? document.documentURI + document.body.innerText : ''"
_KEYS = {"Enter": "\ue007", "Tab": "\ue004", "ArrowDown": "\ue015"}


def firefox() -> str | None:
    """The Firefox of this machine, if it has one."""
    named = os.environ.get("MINGCHA_FIREFOX")
    return named or next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)


class Driven:
    """A running Firefox with one tab of 800×600.

    Args:
        line: on which commands go out and answers come back.
    """

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._numbers = count(1)
        self.send("session.new", capabilities={})
        self.tab: str = self.send("browsingContext.create", type="tab")["context"]
        size = {"width": 800, "height": 600}
        self.send("browsingContext.setViewport", context=self.tab, viewport=size)

    def send(self, method: str, **parameters: Any) -> Any:
        """The result of one command."""
        number = next(self._numbers)
        self._line.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (answer := json.loads(self._line.recv(_WITHIN))).get("id") != number:
            pass
        assert answer["type"] == "success", (method, answer)
        return answer["result"]

    def goto(self, address: str) -> None:
        """Begin to open a page; what of it is needed, is waited for."""
        self.send("browsingContext.navigate", context=self.tab, url=address, wait="none")

    def says(self, expression: str, context: str | None = None) -> Any:
        """What an expression gives in the page, or in a frame of it."""
        told = self.send(
            "script.evaluate",
            expression=expression,
            target={"context": context or self.tab},
            awaitPromise=False,
        )
        return told["result"].get("value")

    def waits_for(self, text: str) -> str:
        """All that the page shows, as soon as this is part of it."""
        return self._until(lambda: [shown for shown in [self._shown(self.tab)] if text in shown], text)

    def waits_in_frame(self, text: str) -> str:
        """All that a frame of the page shows, or where it is, as soon as this is part of it."""
        return self._until(
            lambda: [shown for shown in map(self._shown, self._frames()) if text in shown], text
        )

    def _until(self, found: Callable[[], list[str]], sought: str) -> str:
        until = time.monotonic() + _WITHIN
        while not (shown := found()):
            assert time.monotonic() < until, f"{sought} never came: {self._shown(self.tab)}"
            time.sleep(0.05)
        return shown[0]

    def _shown(self, context: str) -> str:
        try:
            return str(self.says(_ALL, context))
        except AssertionError:  # one page goes and the next has not come
            return ""

    def _frames(self) -> list[str]:
        (tree,) = self.send("browsingContext.getTree", root=self.tab)["contexts"]
        return [one["context"] for one in tree["children"]]

    def node(self, selector: str) -> dict[str, Any]:
        """The one element that a CSS selector finds."""
        sought = {"type": "css", "value": selector}
        found = self.send("browsingContext.locateNodes", context=self.tab, locator=sought)["nodes"]
        assert len(found) == 1, (selector, len(found))
        return {"sharedId": found[0]["sharedId"]}

    def click(self, node: dict[str, Any]) -> None:
        """Click on the middle of an element."""
        move = {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": node}}
        press = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self._act({"type": "pointer", "id": "mouse", "actions": [move, *press]})

    def press(self, *keys: str) -> None:
        """Press keys, by name or as they are written."""
        actions = [
            {"type": way, "value": _KEYS.get(key, key)} for key in keys for way in ("keyDown", "keyUp")
        ]
        self._act({"type": "key", "id": "keyboard", "actions": actions})

    def picture(self, path: Path) -> None:
        """What is seen."""
        shot = self.send("browsingContext.captureScreenshot", context=self.tab)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _act(self, source: dict[str, Any]) -> None:
        self.send("input.performActions", context=self.tab, actions=[source])


@contextmanager
def running(path: str) -> Iterator[Driven]:
    """Firefox with a profile of its own, for as long as this is open."""
    with tempfile.TemporaryDirectory(prefix="mingcha-firefox-") as folder:
        wanted = "".join(f"user_pref({json.dumps(n)}, {json.dumps(v)});\n" for n, v in _QUIET.items())
        (Path(folder) / "user.js").write_text(wanted, "utf-8")
        command = [path, "--headless", "--remote-debugging-port=0", "--profile", folder]
        told = Path(folder) / "told.txt"
        with told.open("wb") as into:
            process = subprocess.Popen(command, stdout=into, stderr=into)
        try:
            address = _address(told, process)
            with connect(f"{address}/session", max_size=None, compression=None, proxy=None) as line:
                driven = Driven(line)
                yield driven
                driven.send("browser.close")
            process.wait(_WITHIN)
        finally:
            process.kill()
            process.wait()


def _address(told: Path, process: subprocess.Popen[bytes]) -> str:
    """Where it listens, as it says itself."""
    until = time.monotonic() + _WITHIN
    while time.monotonic() < until and process.poll() is None:
        for line in told.read_text("utf-8", "replace").splitlines():
            if line.startswith(_LISTENS):
                return line.removeprefix(_LISTENS)
        time.sleep(0.05)
    raise AssertionError(f"Firefox did not start: {told.read_text('utf-8', 'replace')}")
