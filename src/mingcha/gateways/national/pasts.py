"""Earlier bills for a call that waits: asked for quickly or not at all."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from mingcha.audit.past import PastEncounter
from mingcha.store.database.engine import DatabaseError

_SECONDS_LEFT_ALONE = 2.0
_SECONDS_WAITED = 0.2
_Known = Mapping[str, Sequence[PastEncounter]]
_log = logging.getLogger("mingcha.gateways")


class Pasts:
    """Looks up persons; a store that does not answer is left alone for a while, so that no call waits for it.

    Args:
        look_up: a person's past, raising DatabaseError where it cannot be told; for one thread.
        far: whether it asks another machine, which may say nothing at all: then nobody waits for it beyond a moment.
    """

    def __init__(self, look_up: Callable[[str], Sequence[PastEncounter]], *, far: bool = False) -> None:
        self._look_up = look_up
        self._apart = ThreadPoolExecutor(1, thread_name_prefix="pasts") if far else None
        self._asked: Future[_Known] | None = None
        self._not_before = 0.0

    def of(self, persons: Iterable[str]) -> _Known | None:
        """What is known of each person; None where it cannot be told now."""
        if time.monotonic() < self._not_before:
            return None
        try:
            return self._known(list(persons)) if self._apart is None else self._known_apart(list(persons))
        except (DatabaseError, TimeoutError) as error:
            _log.error("no history: %s", error)
            self._not_before = time.monotonic() + _SECONDS_LEFT_ALONE
            return None

    def _known(self, persons: list[str]) -> _Known:
        return {person: self._look_up(person) for person in persons}

    def _known_apart(self, persons: list[str]) -> _Known:
        assert self._apart is not None
        if self._asked is not None and not self._asked.done():
            raise TimeoutError("the last question is not answered yet")
        self._asked = self._apart.submit(self._known, persons)
        return self._asked.result(_SECONDS_WAITED)
