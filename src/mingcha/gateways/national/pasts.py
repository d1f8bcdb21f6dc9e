"""Earlier bills for a call that waits: asked for quickly or not at all."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from mingcha.audit.past import PastEncounter
from mingcha.store.database.engine import DatabaseError

_SECONDS_LEFT_ALONE = 2.0
_log = logging.getLogger("mingcha.gateways")


class Pasts:
    """Looks up persons; a store that does not answer is left alone for a while, so that no call waits for it.

    Args:
        look_up: a person's past, raising DatabaseError where it cannot be told.
    """

    def __init__(self, look_up: Callable[[str], Sequence[PastEncounter]]) -> None:
        self._look_up = look_up
        self._not_before = 0.0

    def of(self, persons: Iterable[str]) -> Mapping[str, Sequence[PastEncounter]] | None:
        """What is known of each person; None where it cannot be told now."""
        if time.monotonic() < self._not_before:
            return None
        try:
            return {person: self._look_up(person) for person in persons}
        except DatabaseError as error:
            _log.error("no history: %s", error.what)
            self._not_before = time.monotonic() + _SECONDS_LEFT_ALONE
            return None
