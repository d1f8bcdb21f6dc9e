"""Calls over HTTP as hospitals make them: durable, all rules, full knowledge, histories; load from another process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bills import HISTORY, LINES, Bills
from benchmarks.call_load import Load
from benchmarks.call_messages import HOSPITAL, made
from benchmarks.datasets import city_dataset
from benchmarks.figures import Better, Figure, Goal
from benchmarks.library import MadeLibrary, pairs_of
from benchmarks.measure import percentile
from mingcha.access.actor import console
from mingcha.access.connections import ConnectionState, connect
from mingcha.access.context import Access
from mingcha.audit.histories import index_of
from mingcha.audit.plans import plan_of
from mingcha.bootstrap import application
from mingcha.store import releases
from mingcha.store.database.histories import History
from mingcha.web.national import PATH

_DIFFERENT = 2_000
_STARTS_WITHIN = 60


@dataclass(frozen=True)
class Asked:
    """One load and what is owed under it."""

    what: str
    connections: int
    seconds: float
    a_second: float
    goals: dict[str, Goal]


LOADS = (
    Asked("热身", 8, 5, 100, {}),
    Asked(
        "80 个连接，答完即发", 80, 30, 0,
        {"rate": Goal(Better.MORE, 1000, 1500), "p99": Goal(Better.LESS, 200, 120)},
    ),
    Asked("每秒 500 次", 200, 30, 500, {"p99": Goal(Better.LESS, 50, 15)}),
    Asked("每秒 200 次", 100, 30, 200, {"p99": Goal(Better.LESS, 20)}),
)  # fmt: skip


def figures(lines: int, persons: int, library: MadeLibrary, cache: Path) -> list[Figure]:
    """Figures of all loads against one running service."""
    found = []
    with TemporaryDirectory(dir=cache) as folder:
        home, messages = Path(folder) / "home", Path(folder) / "messages"
        release = library.release()
        bills = Bills(city_dataset(lines, library, cache), plan_of(release))
        access = _installed(home, messages, bills, persons)
        releases.save(home, release)
        with serving(home) as port:
            topic = (
                f"接口审核：{LINES} 行一张的 3101，另有 {HISTORY} 行历史（{persons:,} 人），"
                f"{pairs_of(library.points):,} 对知识，答前落盘"
            )
            for number, asked in enumerate(LOADS):
                load = Load(
                    port,
                    PATH,
                    str(messages),
                    persons,
                    asked.connections,
                    asked.seconds,
                    asked.a_second,
                    f"{number}",
                )
                seen = _run(load)
                if asked.goals:
                    found += _figures(topic, asked, seen)
        access.database.dispose()
    return found


def _figures(topic: str, asked: Asked, seen: dict[str, object]) -> list[Figure]:
    taken = seen["milliseconds"]
    assert isinstance(taken, list)
    rate = len(taken) / float(str(seen["seconds"]))
    note = f"{len(taken):,} 次，错误 {seen['errors']}，未审核 {seen['not_audited']}"
    return [
        Figure(
            topic, f"{asked.what}：每秒", rate, "次", asked.goals.get("rate", Goal(Better.MORE)), note=note
        ),
        Figure(topic, f"{asked.what}：p50", percentile(taken, 0.5), "毫秒"),
        Figure(
            topic,
            f"{asked.what}：p99",
            percentile(taken, 0.99),
            "毫秒",
            asked.goals.get("p99", Goal(Better.LESS)),
        ),
    ]


def _installed(home: Path, messages: Path, bills: Bills, persons: int) -> Access:
    """An installation with one connected hospital and the histories of so many persons."""
    installation = application(home)
    installation.prepare_database()
    access = installation.access
    connect(
        access, console("bench"), HOSPITAL, signed=False, networks=["127.0.0.0/8"], a_second=10_000,
        state=ConnectionState.LIVE,
    )  # fmt: skip
    pairs = [made(bills, number, "4") for number in range(min(_DIFFERENT, len(bills)))]
    messages.write_text("\n".join(message for message, _ in pairs), "utf-8")
    now = access.now()
    for start in range(0, persons, 5_000):
        with access.database.writing() as session:
            session.add_all(
                History(
                    person=index_of(access, f"P{number:09d}"),
                    packed=pairs[number * 7 % len(pairs)][1],
                    updated_at=now,
                )
                for number in range(start, min(start + 5_000, persons))
            )
    return access


@contextmanager
def serving(home: Path, workers: int = 2) -> Iterator[int]:
    """The port of a service that is ready to answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-c", "from mingcha.cli import main; main()", "serve"]
    environment = {**os.environ, "MINGCHA_HOME": str(home)}
    server = subprocess.Popen(
        [*command, "--port", str(port), "--workers", str(workers)], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)


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


def _run(load: Load) -> dict[str, object]:
    command: Sequence[str] = [sys.executable, "-m", "benchmarks.call_load"]
    done = subprocess.run(command, input=json.dumps(asdict(load)), text=True, capture_output=True, check=True)
    seen: dict[str, object] = json.loads(done.stdout)
    return seen
