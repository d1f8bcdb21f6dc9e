"""How long a connection is waited for, with limits that a test can wait for."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mingcha.web import patience
from mingcha.web.patience import Patience

_HEAD = b"POST / HTTP/1.1\r\nHost: h\r\n"


async def counted(request: Request) -> Response:
    return Response(str(len(await request.body())).encode() + b" " * 4_000_000)


@pytest.fixture(scope="module")
def server() -> Iterator[uvicorn.Server]:
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(patience, "FIRST_SECONDS", 0.5)
        changed.setattr(patience, "UNREAD_SECONDS", 0.5)
        changed.setattr(patience, "LOOK_EVERY_SECONDS", 0.1)
        app = Starlette(routes=[Route("/", counted, methods=["POST"])])
        made = uvicorn.Server(uvicorn.Config(app, port=0, http=Patience, log_config=None, lifespan="off"))
        running = threading.Thread(target=made.run)
        running.start()
        until(lambda: made.started)
        yield made
        made.should_exit = True
        running.join()


@pytest.fixture
def one(server: uvicorn.Server) -> Iterator[socket.socket]:
    port = server.servers[0].sockets[0].getsockname()[1]
    with socket.socket() as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.connect(("127.0.0.1", port))
        until(lambda: len(server.server_state.connections) == 1)
        yield made
    until(lambda: not server.server_state.connections)


def until(true: Callable[[], object]) -> None:
    ends = time.monotonic() + 30
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


@pytest.mark.parametrize(
    "begun",
    [b"", b"POST", _HEAD, _HEAD + b"Content-Length: 100000\r\n\r\nx", _HEAD + b"Content-Length: 1\r\n\r\nx"],
    ids=["nothing", "half a line", "half a head", "half a body", "an answer that nobody reads"],
)
def test_a_connection_that_does_not_get_on_is_ended(
    server: uvicorn.Server, one: socket.socket, begun: bytes
) -> None:
    one.sendall(begun)
    until(lambda: not server.server_state.connections)


def test_a_request_that_is_trickled_is_not_waited_for(server: uvicorn.Server, one: socket.socket) -> None:
    def ended() -> bool:
        with suppress(OSError):
            one.send(_HEAD[:1])
        return not server.server_state.connections

    until(ended)


def test_a_request_that_gets_on_may_take_longer(one: socket.socket) -> None:
    one.sendall(_HEAD + b"Content-Length: 20000\r\n\r\n")
    for _ in range(10):
        one.sendall(b"x" * 2000)
        time.sleep(0.1)
    assert one.recv(15) == b"HTTP/1.1 200 OK"
