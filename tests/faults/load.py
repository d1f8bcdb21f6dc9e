"""The other side, a process of its own: hospitals' windows that send calls until told to stop, and note every answer.

As a hospital's system does, a window that gets no answer sends the same message again.
"""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TextIO

from mingcha.sample.messages import sample_message

HOSPITAL = "H35010000001"
PATH = "/fsi/api"
_PATIENCE = 300.0


@dataclass(frozen=True)
class Noted:
    """What a window noted of one call.

    Args:
        begun: when it was first sent, by the clock that only runs forward.
        took: milliseconds from there to the answer.
        sent: how often it was sent.
        code: infcode of the answer, None where none came before the end.
    """

    id: str
    begun: float
    took: float = 0.0
    sent: int = 0
    status: int = 0
    code: int | None = None
    said: str = ""
    release: int = 0
    result: int = 0

    @property
    def late(self) -> bool:
        """Whether it waited too long to be audited: a busy machine is no fault of what is tried here."""
        return self.said.startswith("未审核：等待超时")


@dataclass
class Load:
    """A load that runs."""

    process: subprocess.Popen[str]
    notes: Path
    calls: list[Noted] = field(default_factory=list)

    def so_far(self) -> list[Noted]:
        """What was noted until now."""
        lines = self.notes.read_text("utf-8").splitlines(keepends=True)
        return [Noted(**json.loads(line)) for line in lines if line.endswith("\n")]

    @property
    def answered(self) -> int:
        return sum(call.code is not None for call in self.so_far())


@contextmanager
def under_load(
    port: int,
    notes: Path,
    *,
    windows: int = 4,
    pause: float = 0.02,
    kind: str = "visit",
    certificate: Path | None = None,
) -> Iterator[Load]:
    """While this lasts, so many windows send; afterwards `calls` tells what they noted.

    Args:
        certificate: by which the other side is known, over TLS.
    """
    known = None if certificate is None else str(certificate)
    told = {
        "port": port,
        "windows": windows,
        "pause": pause,
        "kind": kind,
        "named": notes.name,
        "known": known,
    }
    command = [sys.executable, "-m", "tests.faults.load"]
    with notes.open("w", encoding="utf-8") as writing:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=writing, text=True)
    load = Load(process, notes)
    assert process.stdin is not None
    process.stdin.write(json.dumps(told) + "\n")
    process.stdin.flush()
    try:
        yield load
    finally:
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.wait(60)
    assert process.returncode == 0
    load.calls = load.so_far()


class Window:
    """Sends one call after the other over a kept connection."""

    def __init__(self, told: dict[str, Any], number: int, stopped: threading.Event, notes: TextIO) -> None:
        port, named, kind = told["port"], told["named"], told["kind"]
        self._stopped, self._notes = stopped, notes
        self._bills = [sample_message(kind, seed) for seed in range(1, 9)]
        self._name = f"{HOSPITAL}-{named}-{number}"
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        if told["known"]:
            trusted = ssl.create_default_context(cafile=told["known"])
            self._connection = http.client.HTTPSConnection(
                "127.0.0.1", port, timeout=_PATIENCE, context=trusted
            )

    def run(self, pause: float) -> None:
        for number in count():
            sent = {**self._bills[number % len(self._bills)], "fixmedins_code": HOSPITAL}
            sent["msgid"] = f"{self._name}-{number:06d}"
            self._note(self._call(sent))
            if self._stopped.wait(pause):
                return

    def _call(self, sent: dict[str, Any]) -> Noted:
        body, begun = json.dumps(sent, ensure_ascii=False).encode(), time.monotonic()
        for times in count(1):
            try:
                self._connection.request("POST", PATH, body, {"Content-Type": "application/json"})
                answer = self._connection.getresponse()
                told = json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError):
                self._connection.close()
                if self._stopped.wait(0.05):
                    return Noted(sent["msgid"], begun, sent=times)
                continue
            took = (time.monotonic() - begun) * 1000
            result = len(told.get("output", {}).get("result", ()))
            release = int(answer.headers.get("mingcha-release", 0))
            return Noted(
                sent["msgid"], begun, took, times, answer.status, told.get("infcode"), told.get("err_msg", ""),
                release, result,
            )  # fmt: skip
        raise AssertionError

    def _note(self, call: Noted) -> None:
        self._notes.write(json.dumps(vars(call), ensure_ascii=False) + "\n")
        self._notes.flush()


def main() -> None:
    """Send as the first line of standard input says, until it is closed."""
    told = json.loads(sys.stdin.readline())
    stopped = threading.Event()
    windows = [Window(told, number, stopped, sys.stdout) for number in range(told["windows"])]
    threads = [threading.Thread(target=window.run, args=(told["pause"],)) for window in windows]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    stopped.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
