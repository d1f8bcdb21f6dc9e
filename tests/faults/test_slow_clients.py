"""Many connections that get on slowly or not at all: others are served meanwhile, and a limit ends them."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.faults.load import PATH, under_load
from tests.faults.service import Service, check_all_there, until

_EACH = 25
_HEAD = f"POST {PATH} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n".encode()
_KINDS = {
    "nothing": b"",
    "trickled head": _HEAD,
    "trickled body": _HEAD + b"Content-Length: 100000\r\n\r\n{",
    "never read": b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: h\r\n\r\n" * 20,
}


@contextmanager
def slow_clients(port: int) -> Iterator[list[socket.socket]]:
    """So many connections of each kind."""
    with ExitStack() as opened:
        made = []
        for begun in _KINDS.values():
            for _ in range(_EACH):
                one = opened.enter_context(socket.socket())
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                one.connect(("127.0.0.1", port))
                one.sendall(begun)
                made.append(one)
        yield made


def trickle(some: list[socket.socket]) -> None:
    """One byte more of what was begun."""
    for one in some[_EACH : 3 * _EACH]:
        with suppress(OSError):
            one.send(b"x")


def test_while_many_send_and_read_slowly_others_are_answered(standing: Service, tmp_path: Path) -> None:
    with slow_clients(standing.port) as some, under_load(standing.port, tmp_path / "slow") as load:
        for _ in range(5):
            known = load.answered
            trickle(some)
            until(lambda known=known: load.answered > known + 20)
    assert {call.sent for call in load.calls} == {1}
    check_all_there(standing, load)


@pytest.mark.faults
def test_connections_that_do_not_get_on_are_ended(standing: Service) -> None:
    before, began = standing.open_sockets, time.monotonic()
    with slow_clients(standing.port) as some:
        until(lambda: standing.open_sockets >= before + len(some))

        def all_ended() -> bool:
            trickle(some)
            time.sleep(0.5)
            return standing.open_sockets <= before

        until(all_ended)
    print(f"the last of {len(some)} ended after {time.monotonic() - began:.0f} s")
