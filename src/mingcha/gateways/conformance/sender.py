"""A hospital's system that sends messages: in the national envelope, signed, over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import httpx2

from mingcha.domain.errors import InputError
from mingcha.gateways.national.envelope import message_of
from mingcha.gateways.national.signing import signed_headers

_SECONDS = 10.0
_WHOLE_SERIAL = 10_000


@dataclass(frozen=True)
class Answered:
    """What came back, and after how many milliseconds."""

    status: int
    content: bytes
    took: float

    @property
    def said(self) -> dict[str, Any]:
        """The answer as an object; empty where it is none."""
        try:
            read = json.loads(self.content)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}


@dataclass
class Sender:
    """Sends as one institution.

    Args:
        access_key, secret: of its connection; without a secret messages are not signed.
        clock: this moment, with its zone.
    """

    address: str
    institution_id: str
    access_key: str
    secret: str | None
    clock: Callable[[], datetime]
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=_SECONDS, trust_env=False))
    _serials: count[int] = field(default_factory=lambda: count(1))

    def message(self, infno: str, content: Any, **envelope: Any) -> dict[str, Any]:
        """A message with an id that was not used before."""
        serial = next(self._serials) % _WHOLE_SERIAL
        said = {"opter": "CONFORMANCE", "opter_name": "接入检查", "fixmedins_name": "接入检查", **envelope}
        return message_of(infno, content, self.institution_id, self.clock(), serial, **said)

    def headers(self, name: str, **changed: str) -> dict[str, str]:
        """The headers of the service gateway; what is changed is changed before signing."""
        if self.secret is None:
            return {}
        now = int(self.clock().timestamp() * 1000)
        return signed_headers(name, self.access_key, self.secret, now, **changed)

    def send(self, message: Mapping[str, Any] | bytes, headers: dict[str, str] | None = None) -> Answered:
        """Send one message and wait for its answer.

        Raises:
            InputError: nobody answers at the address.
        """
        content = message if isinstance(message, bytes) else json.dumps(message, ensure_ascii=False).encode()
        name = "" if isinstance(message, bytes) else str(message.get("infno", ""))
        sent = self.headers(name) if headers is None else headers
        begun = time.perf_counter()
        try:
            answer = self.client.post(
                self.address, content=content, headers={"content-type": "application/json", **sent}
            )
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise InputError(
                f"连不上接入地址：{type(error).__name__}",
                where=self.address,
                remedy="请核对地址、端口和防火墙；明察的地址以 /fsi/api 结尾",
            ) from error
        return Answered(answer.status_code, answer.content, (time.perf_counter() - begun) * 1000)
