"""What every request asks for and seldom changes: read once in a few seconds by each process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from mingcha.access.context import Access
from mingcha.store.database.engine import Database

T = TypeVar("T")
_SECONDS = 5.0


class Remembered(Generic[T]):
    """The answer of `read`, at most five seconds old and of today; other processes learn of a change as soon."""

    def __init__(self, read: Callable[[Access], T]) -> None:
        self._read = read
        self._known: WeakKeyDictionary[Database, tuple[float, date, T]] = WeakKeyDictionary()
        self._reading = threading.Lock()

    def __call__(self, access: Access) -> T:
        """What holds."""
        known = self._fresh(access)
        if known is not None:
            return known[2]
        old = self._known.get(access.database)
        # Whoever asks may hold a connection: while one reads anew, the others go on with what was known today.
        if not self._reading.acquire(blocking=old is None or old[1] != access.today()) and old is not None:
            return old[2]
        try:
            known = self._fresh(access)
            if known is None:
                known = (time.monotonic(), access.today(), self._read(access))
                self._known[access.database] = known
            return known[2]
        finally:
            self._reading.release()

    def forget(self, access: Access) -> None:
        """Read anew when next asked: something was changed here."""
        self._known.pop(access.database, None)

    def _fresh(self, access: Access) -> tuple[float, date, T] | None:
        known = self._known.get(access.database)
        if known is None or known[1] != access.today() or time.monotonic() - known[0] > _SECONDS:
            return None
        return known
