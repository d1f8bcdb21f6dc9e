"""A service as it runs at a hospital's: real processes on a real port, stopped, killed and started from outside."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import select

from mingcha.access.connections.given import connect
from mingcha.access.connections.services import OF_TRANSACTION
from mingcha.access.connections.states import ConnectionState
from mingcha.access.context import Access
from mingcha.bootstrap import Application
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.settings import DATABASE_URL, HOME, settings_from
from mingcha.store import releases
from mingcha.store.database.calls import CallRow, CallTally
from mingcha.store.journal.records import SUFFIX, Heads, journal_folder
from tests.faults.load import HOSPITAL, Load, Noted
from tests.support.platform import ROOT

SERVE = ("-c", "from mingcha.cli import main; main()", "serve")
_WITHIN_SECONDS = 120.0
_LOOK_EVERY_SECONDS = 0.05


def until(true: Callable[[], object], within: float = _WITHIN_SECONDS) -> float:
    """Wait for what other processes do; returns the seconds that it took.

    What counts is how often was looked: a machine that stands still for minutes lets nobody get on.
    """
    began, looks = time.monotonic(), round(within / _LOOK_EVERY_SECONDS)
    while not true():
        looks -= 1
        assert looks, "it did not come about"
        time.sleep(_LOOK_EVERY_SECONDS)
    return time.monotonic() - began


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@dataclass
class Service:
    """An installation with a release and one connected hospital, and the processes that serve it.

    Args:
        url: its database; SQLite in the data folder where left out.
        program: what is run instead of `mingcha serve`.
        log: all that the processes say.
    """

    home: Path
    log: Path
    url: str = ""
    program: Sequence[str] = SERVE
    environment: dict[str, str] = field(default_factory=dict)
    workers: int = 2
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.port = free_port()
        self.environment |= {HOME: str(self.home), "PYTHONUNBUFFERED": "1"}
        if self.url:
            self.environment[DATABASE_URL] = self.url

    def install(self) -> None:
        """Make the installation."""
        self._application.prepare_database()
        self.connect()
        self.publish()

    def connect(self) -> None:
        """Let the hospital in."""
        connect(
            self.access, ROOT, HOSPITAL, signed=False, networks=["127.0.0.0/8"], a_second=10_000,
            state=ConnectionState.LIVE,
        )  # fmt: skip

    def publish(self) -> int:
        """Publish the starter pack once more, under the next number."""
        number = max(releases.numbers(self.home), default=0) + 1
        releases.save(
            self.home, release_of(number, starter_points(), starter_settings(), with_demonstration=True)
        )
        return number

    @property
    def access(self) -> Access:
        """The same installation as another process sees it."""
        return self._application.access

    @cached_property
    def _application(self) -> Application:
        return Application(settings_from(self.environment))

    def start(self) -> None:
        """Start the processes; they answer when this returns."""
        self.launch()
        until(self.answers)

    def launch(self) -> None:
        """Start the processes."""
        command = [
            sys.executable,
            *self.program,
            "--port",
            str(self.port),
            "--workers",
            str(self.workers),
            "--no-worker",
        ]
        with self.log.open("ab") as writing:
            self.process = subprocess.Popen(
                command, env={**os.environ, **self.environment}, stdout=writing, stderr=subprocess.STDOUT
            )

    def answers(self) -> bool:
        """Whether somebody answers on the port, with every worker there."""
        assert self.process is not None
        assert self.process.poll() is None, "the service ended by itself: " + self.log.read_text()[-3000:]
        try:
            address = f"http://127.0.0.1:{self.port}/api/v1/health"
            with urllib.request.urlopen(address, timeout=5) as answer:
                return json.load(answer) == {"ready": True} and len(self.pids) == self.workers
        except OSError:
            return False

    @property
    def pids(self) -> list[int]:
        """The worker processes that answer calls; where there is one, it is the service itself."""
        assert self.process is not None
        if self.workers == 1:
            return [self.process.pid]
        return [pid for pid in children(self.process.pid) if b"spawn_main" in _command_of(pid)]

    @property
    def open_sockets(self) -> int:
        """How many connections the workers hold open."""
        held = [os.readlink(file) for pid in self.pids for file in Path(f"/proc/{pid}/fd").iterdir()]
        return sum(target.startswith("socket:") for target in held)

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def kill_worker(self) -> None:
        """Kill one of the processes that answer."""
        os.kill(self.pids[0], signal.SIGKILL)

    def kill(self) -> None:
        """Kill all processes as a power cut would."""
        assert self.process is not None
        everyone = [self.process.pid, *children(self.process.pid)]
        for pid in everyone:
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def kill_alone(self) -> None:
        """Kill the process that keeps the others, and no other."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Stop as an administrator does."""
        if self.process is not None and self.process.poll() is None:
            process = self.process
            process.send_signal(signal.SIGTERM)
            until(lambda: process.poll() is not None)
        self.access.database.dispose()

    def drained(self) -> bool:
        """Whether all that stands in the journals stands in the database."""
        with self.access.database.reading() as session:
            known = set(session.scalars(select(CallRow.id)))
        return {key.hex() for key in self.journaled()} <= known

    def journaled(self) -> list[bytes]:
        """The keys of all records, as often as they stand there."""
        keys = []
        for path in sorted(journal_folder(self.home).glob(f"*{SUFFIX}")):
            with closing(Heads(path)) as heads:
                keys += [key for key, _ in heads]
        return keys

    def rows(self) -> dict[str, Any]:
        """Calls of loads in the database by the id of their message; each is there once, or the assertion says so."""
        with self.access.database.reading() as session:
            found = session.scalars(select(CallRow)).all()
            counted = sum(session.scalars(select(CallTally.calls)))
        of_services = [row for row in found if row.transaction in OF_TRANSACTION]
        assert counted == len(of_services), "what is counted is what is there"
        of_loads = [row for row in found if row.message_id.startswith(f"{HOSPITAL}-")]
        by_id = {row.message_id: row for row in of_loads}
        assert len(by_id) == len(of_loads)
        return by_id


def check_all_there(service: Service, load: Load, refused: Collection[str] = ()) -> None:
    """Hold that every answered call was audited, or came too late to be, and is in the database once.

    Args:
        refused: calls that were answered as not kept.
    """
    answered = [call for call in load.calls if call.code is not None]
    wrong = [
        call
        for call in answered
        if (call.status, call.code) != (200, 0) and call.id not in refused and not call.late
    ]
    assert not wrong, wrong[:5]
    until(service.drained)
    rows, keys = service.rows(), service.journaled()
    assert {call.id for call in answered} - set(refused) <= rows.keys()
    assert len(keys) == len(set(keys)), "no call stands in the journals twice"


def figures(when: str, calls: Sequence[Noted]) -> None:
    """Print what calls had to wait."""
    took = sorted(call.took for call in calls if call.code is not None)
    if took:
        p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
        print(f"{when}: {len(took)} calls, p50 {p50:.0f} ms, p99 {p99:.0f} ms, most {took[-1]:.0f} ms")


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    told = Path(f"/proc/{pid}/task")
    return [int(child) for task in told.iterdir() for child in (task / "children").read_text().split()]


def _command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
