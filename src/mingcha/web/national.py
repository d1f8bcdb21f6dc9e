"""The address of the national interface: raw, because a hospital's system waits for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from starlette.types import ASGIApp, Receive, Scope, Send

from mingcha.gateways.national.gateway import Gateway, Reply, Request
from mingcha.store.journal.records import JournalError

PATH = "/fsi/api"
MOST_BYTES = 16 * 1024 * 1024
# As many as one process answers in the time that a caller may wait.
MOST_WAITING = 300
_TOO_LARGE = '{"infcode":-1,"err_msg":"报文超过 16 MB，未审核"}'.encode()
_NOT_POST = '{"infcode":-1,"err_msg":"请用 POST 发送报文"}'.encode()


class Line:
    """Calls of all doors are judged one after the other by one thread: the program's lock lets no two run at once
    anyway, and what waits in line is seen.
    """

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self._judge = ThreadPoolExecutor(1, thread_name_prefix="judge")
        self._shed = ThreadPoolExecutor(1, thread_name_prefix="shed")
        self._waiting = 0

    async def __call__(self, ask: Callable[[], Reply], shed: Callable[[], Reply]) -> tuple[int, bytes]:
        """Status and content of the answer, once it is kept; by `shed` where too many wait."""
        reply = await self._reply(ask, shed)
        if reply.kept is not None:
            try:
                await asyncio.wrap_future(reply.kept)
            except JournalError:
                return 200, reply.otherwise
        return reply.status, reply.content

    async def _reply(self, ask: Callable[[], Reply], shed: Callable[[], Reply]) -> Reply:
        loop = asyncio.get_running_loop()
        if self._waiting >= MOST_WAITING:
            return await loop.run_in_executor(self._shed, shed)
        self._waiting += 1
        try:
            return await loop.run_in_executor(self._judge, ask)
        finally:
            self._waiting -= 1


class NationalDoor:
    """Stands before the application and takes what is sent to the national address; all else goes on."""

    def __init__(self, app: ASGIApp, line: Line) -> None:
        self._app = app
        self._line = line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] != "http" or not scope["path"].startswith(PATH):
            await self._app(scope, receive, send)
            return
        if scope["method"] != "POST":
            await _answer(send, 405, _NOT_POST)
            return
        arrived = time.monotonic()
        content = await _body(receive)
        if content is None:
            await _answer(send, 413, _TOO_LARGE)
            return
        request = request_of(scope, content, arrived)
        gateway = self._line.gateway
        await _answer(
            send, *await self._line(partial(gateway, request), partial(gateway.overloaded, request))
        )


def request_of(scope: Scope, content: bytes, arrived: float) -> Request:
    """A message as the gateway takes it."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return Request(content, headers, scope["client"][0] if scope.get("client") else "", arrived)


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None where it is too large."""
    parts, size = [], 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > MOST_BYTES:
            return None
        parts.append(part)
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def _answer(send: Send, status: int, content: bytes) -> Awaitable[None]:
    return _send(
        send,
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"application/json; charset=utf-8"),
                (b"content-length", str(len(content)).encode()),
            ],
        },
        {"type": "http.response.body", "body": content},
    )


async def _send(send: Send, *messages: dict[str, object]) -> None:
    for message in messages:
        await send(message)
