"""The address of the national interface: raw, because a hospital's system waits for it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from functools import partial
from typing import NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from mingcha.gateways.national.gateway import Gateway, Reply, Request
from mingcha.store.journal.records import JournalError, Place

PATH = "/fsi/api"
MOST_BYTES = 16 * 1024 * 1024
# As many as one process answers in the time that a caller may wait.
MOST_WAITING = 300
_TOO_LARGE = '{"infcode":-1,"err_msg":"报文超过 16 MB，未审核"}'.encode()
_NOT_POST = '{"infcode":-1,"err_msg":"请用 POST 发送报文"}'.encode()
# Which release judged: the national answer has no place for it.
RELEASE = b"mingcha-release"


class Outgoing(NamedTuple):
    """An answer that may leave; `release` is the number of the one that judged, 0 where none did."""

    status: int
    content: bytes
    release: int = 0


class Line:
    """Calls of all doors are judged one after the other by the loop that receives them: the program's lock lets no two
    run at once anyway. Between two calls the loop reads what has come, so that what waits in line is seen.
    """

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self._waiting: deque[tuple[Callable[[], Reply], asyncio.Future[Outgoing]]] = deque()

    async def __call__(self, ask: Callable[[], Reply], shed: Callable[[], Reply]) -> Outgoing:
        """The answer, once it is kept; by `shed` where too many wait."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Outgoing] = loop.create_future()
        if len(self._waiting) >= MOST_WAITING:
            _ask(shed, answer)
        else:
            self._waiting.append((ask, answer))
            if len(self._waiting) == 1:
                loop.call_soon(self._next, loop)
        return await answer

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        ask, answer = self._waiting[0]
        if not answer.done():  # else whoever asked has gone before it was looked at
            _ask(ask, answer)
        self._waiting.popleft()
        if self._waiting:
            loop.call_soon(self._next, loop)
        else:
            self.gateway.rest()


def _ask(ask: Callable[[], Reply], answer: asyncio.Future[Outgoing]) -> None:
    """Get a reply, and see to it that its answer is set when it is kept."""
    try:
        reply = ask()
    except Exception as error:  # whoever waits must hear of it
        answer.set_exception(error)
        return
    if reply.kept is None:
        answer.set_result(Outgoing(reply.status, reply.content, reply.release))
    else:
        loop = answer.get_loop()
        reply.kept.add_done_callback(lambda kept: loop.call_soon_threadsafe(_tell, answer, reply, kept))


def _tell(answer: asyncio.Future[Outgoing], reply: Reply, kept: Future[Place]) -> None:
    if answer.done():  # whoever asked has gone
        return
    if isinstance(kept.exception(), JournalError):
        answer.set_result(Outgoing(200, reply.otherwise()))
    else:
        answer.set_result(Outgoing(reply.status, reply.content, reply.release))


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
            await _answer(send, Outgoing(405, _NOT_POST))
            return
        arrived = time.monotonic()
        content = await _body(receive)
        if content is None:
            await _answer(send, Outgoing(413, _TOO_LARGE))
            return
        request = request_of(scope, content, arrived)
        gateway = self._line.gateway
        await _answer(send, await self._line(partial(gateway, request), partial(gateway.overloaded, request)))


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


def _answer(send: Send, answer: Outgoing) -> Awaitable[None]:
    release = [(RELEASE, b"%d" % answer.release)] if answer.release else []
    return _send(
        send,
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [
                (b"content-type", b"application/json; charset=utf-8"),
                (b"content-length", b"%d" % len(answer.content)),
                *release,
            ],
        },
        {"type": "http.response.body", "body": answer.content},
    )


async def _send(send: Send, *messages: dict[str, object]) -> None:
    for message in messages:
        await send(message)
