"""Messages sent as the system of a hospital sends them: in the envelope, signed, to the gateway; and shown."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import blake2b
from itertools import count
from time import perf_counter
from typing import Any, Protocol

import msgspec

from mingcha.gateways.national.connections import Connection
from mingcha.gateways.national.envelope import message_of
from mingcha.gateways.national.gateway import DRAFT, Gateway, Reply, Request
from mingcha.gateways.national.signing import ACCESS_KEY, SIGNATURE, signed_headers

# Where the page runs; a connection that is limited to addresses must admit it.
_ADDRESS = "127.0.0.1"
_serials = count(datetime.now().microsecond)
_PERSONAL = re.compile(r'("(?:patn_id|patn_name|person_id)":\s*")([^"]*)(")')
_SHOWN = 4
# As long as `opter` may be.
_OPERATOR = 30


class Leaving(Protocol):
    """An answer, and the number of the release that judged, 0 where none did."""

    @property
    def status(self) -> int: ...
    @property
    def content(self) -> bytes: ...
    @property
    def release(self) -> int: ...


Line = Callable[[Callable[[], Reply], Callable[[], Reply]], Awaitable[Leaving]]
"""What puts calls one after the other (`web.national.Line`): how to ask, and what to answer when there is no time."""


@dataclass(frozen=True)
class Sender:
    """In whose name something is sent.

    Args:
        operator: who sits there, see `operator_of`.
    """

    connection: Connection
    name: str
    region: str
    operator: str


@dataclass(frozen=True)
class Exchange:
    """What went over the line, for people: who it is about is masked, and so is the signature.

    Args:
        took: milliseconds from sending to the answer.
    """

    title: str
    message_id: str
    headers: dict[str, str]
    request: str
    answer: str
    status: int
    took: float


@dataclass(frozen=True)
class Sent:
    """An answer, and how it came."""

    said: dict[str, Any]
    release: int
    exchange: Exchange

    @property
    def taken(self) -> bool:
        """Whether it was understood and served."""
        return self.said.get("infcode") == 0


def operator_of(login: str) -> str:
    """Whoever sits there, as an envelope has room for them: a longer name is cut, and told apart by its digest."""
    if len(login) <= _OPERATOR:
        return login
    digest = blake2b(login.encode(), digest_size=8).hexdigest()
    return f"{login[: _OPERATOR - len(digest)]}{digest}"


async def send(
    gateway: Gateway, line: Line, sender: Sender, infno: str, content: Any, now: datetime, *, draft: bool
) -> Sent:
    """Send one message.

    Args:
        now: local.
        draft: these orders are not signed yet.
    """
    connection = sender.connection
    message = message_of(
        infno,
        content,
        connection.institution_id,
        now,
        next(_serials) % 10_000,
        mdtrtarea_admvs=sender.region,
        insuplc_admdvs=sender.region,
        opter=sender.operator,
        opter_name="模拟器",
        fixmedins_name=sender.name,
    )
    headers = {DRAFT: "1"} if draft else {}
    if connection.secret is not None:
        stamp = int(now.timestamp() * 1000)
        headers |= signed_headers(infno, connection.access_key, connection.secret, stamp)
    body = json.dumps(message, ensure_ascii=False).encode()
    request = Request(body, headers, _ADDRESS)
    begun = perf_counter()
    answer = await line(partial(gateway, request), partial(gateway.overloaded, request))
    took = (perf_counter() - begun) * 1000
    hidden = {name: f"{headers[name][:_SHOWN]}…" for name in (ACCESS_KEY, SIGNATURE) if name in headers}
    exchange = Exchange(
        f"POST /fsi/api · {infno}",
        message["msgid"],
        {**headers, **hidden},
        shown(body),
        shown(answer.content),
        answer.status,
        round(took, 1),
    )
    return Sent(msgspec.json.decode(answer.content), answer.release, exchange)


def shown(content: bytes) -> str:
    """JSON with line breaks; of the number and the name of a person only that there is one."""
    return _PERSONAL.sub(_masked, msgspec.json.format(content, indent=2).decode())


def _masked(found: re.Match[str]) -> str:
    return f"{found[1]}{'*' * len(found[2])}{found[3]}"
