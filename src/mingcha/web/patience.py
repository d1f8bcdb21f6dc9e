"""How long a connection is waited for: whoever sends or reads too slowly must not keep others from being served."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# A request may take so long to come, and longer by what has come of it: a large file over a slow line is welcome.
FIRST_SECONDS = 10.0
BYTES_A_SECOND = 500
# An answer of which nothing is taken for so long is not wanted.
UNREAD_SECONDS = 30.0
LOOK_EVERY_SECONDS = 2.0


class Patience(HttpToolsProtocol):
    """Reads requests and writes answers as its base does, and ends what does not get on."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        # Since when a request is waited for; None while one is answered, or none has begun on a kept connection.
        self._waiting_since: float | None = None
        self._received = 0
        self._unread, self._unread_since = 0, 0.0
        self._look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as its base has it
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait()
        self._look = self.loop.call_later(LOOK_EVERY_SECONDS, self._end_where_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what comes."""
        self._received += len(data)
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Wait for the rest of a request."""
        super().on_message_begin()
        self._wait()

    def on_message_complete(self) -> None:
        """Wait no longer: it is all there."""
        super().on_message_complete()
        self._waiting_since = None

    def _wait(self) -> None:
        self._waiting_since, self._received = self.loop.time(), 0

    def _end_where_slow(self) -> None:
        if self._sends_slowly() or self._reads_slowly():
            self.transport.abort()
        else:
            self._look = self.loop.call_later(LOOK_EVERY_SECONDS, self._end_where_slow)

    def _sends_slowly(self) -> bool:
        if self._waiting_since is None:
            return False
        if self.flow.read_paused:  # it is us who do not read on
            self._waiting_since = self.loop.time()
            return False
        due = self._waiting_since + FIRST_SECONDS + self._received / BYTES_A_SECOND
        return self.loop.time() > due

    def _reads_slowly(self) -> bool:
        unread, now = self.transport.get_write_buffer_size(), self.loop.time()
        if unread == 0 or unread != self._unread:
            self._unread, self._unread_since = unread, now
        return now - self._unread_since > UNREAD_SECONDS
