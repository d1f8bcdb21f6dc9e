"""The other side of a load test, a process of its own: sends calls over kept connections and times the answers.

`python -m benchmarks.call_load` reads what to do as JSON from standard input and writes what it saw as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

from benchmarks.call_messages import HOSPITAL, MESSAGE_ID, PERSON


@dataclass(frozen=True)
class Load:
    """What is sent.

    Args:
        messages: a file with one message a line.
        a_second: calls a second whatever the answers do (open loop), each timed from when it was due; 0 sends the
            next when one is answered.
        most: ends a closed loop after so many calls; 0 is no limit.
        named: what the ids of the messages begin with, so that no run repeats another's.
    """

    port: int
    path: str
    messages: str
    persons: int
    connections: int
    seconds: float
    a_second: float = 0
    named: str = "A"
    most: int = 0


@dataclass
class Seen:
    """What came back: milliseconds of every call, and how many were no good answers."""

    milliseconds: list[float]
    errors: int
    not_audited: int
    seconds: float
    sent_bytes: int


class Sender:
    """Makes the requests of a load, one after the other."""

    def __init__(self, load: Load) -> None:
        lines = Path(load.messages).read_text("utf-8").splitlines()
        self._parts = [line.encode().split(MESSAGE_ID.encode(), 1) for line in lines]
        self._load = load
        self._numbers = count()
        self.sent_bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        for number in self._numbers:
            before, after = self._parts[number % len(self._parts)]
            person = b"P%09d" % (number * 7919 % self._load.persons)
            name = f"{HOSPITAL}{self._load.named}{number:013d}".encode()
            body = before + name + after.replace(PERSON.encode(), person, 1)
            head = (
                f"POST {self._load.path} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            self.sent_bytes += len(body)
            yield head.encode() + body


class Connection(asyncio.Protocol):
    """One kept connection; one call at a time."""

    def __init__(self) -> None:
        self._read = bytearray()
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("closed"))

    def data_received(self, data: bytes) -> None:
        self._read += data
        end = self._read.find(b"\r\n\r\n")
        if end < 0 or self._answer is None:
            return
        at = self._read.lower().find(b"content-length: ", 0, end)
        length = int(self._read[at + 16 : self._read.find(b"\r\n", at)])
        if len(self._read) >= end + 4 + length:
            answer = bytes(self._read[end + 4 :])
            self._read.clear()
            self._answer.set_result(answer)

    async def ask(self, request: bytes) -> bytes:
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer


async def run(load: Load) -> Seen:
    """Send the load and collect what came back."""
    loop = asyncio.get_running_loop()
    everyone = [
        (await loop.create_connection(Connection, "127.0.0.1", load.port))[1] for _ in range(load.connections)
    ]
    sender = Sender(load)
    requests = iter(sender)
    seen = Seen([], 0, 0, 0, 0)
    began = time.perf_counter()
    free: asyncio.Queue[Connection] = asyncio.Queue()

    async def call(connection: Connection, due: float) -> None:
        try:
            answer = await connection.ask(next(requests))
        except (ConnectionError, OSError):
            seen.errors += 1
            return
        seen.milliseconds.append((time.perf_counter() - due) * 1000)
        if b'"infcode":0' not in answer:
            if "未审核".encode() in answer:
                seen.not_audited += 1
            else:
                seen.errors += 1

    async def closed_loop(connection: Connection) -> None:
        while time.perf_counter() - began < load.seconds and not (0 < load.most <= len(seen.milliseconds)):
            await call(connection, time.perf_counter())

    async def one(connection: Connection, due: float) -> None:
        await call(connection, due)
        free.put_nowait(connection)

    if load.a_second:
        for connection in everyone:
            free.put_nowait(connection)
        tasks = []
        for number in range(int(load.seconds * load.a_second)):
            due = began + number / load.a_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.append(asyncio.create_task(one(await free.get(), due)))
        await asyncio.gather(*tasks)
    else:
        await asyncio.gather(*map(closed_loop, everyone))
    seen.seconds = time.perf_counter() - began
    seen.sent_bytes = sender.sent_bytes
    return seen


if __name__ == "__main__":
    json.dump(asdict(asyncio.run(run(Load(**json.load(sys.stdin))))), sys.stdout)
