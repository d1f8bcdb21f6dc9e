"""What a kind of run is, and what its work is given: one entry a kind, in `jobs/kinds/`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.permissions import Permission

P = TypeVar("P")


class Lane(StrEnum):
    """What waits for what: long work goes one by one, because each takes all cores."""

    LONG = "long"
    SHORT = "short"


class Told(Protocol):
    """Takes down how far a run is; raises `Cancelled` where somebody asked for its end."""

    def __call__(
        self, stage: str, done: int, total: int | None, unit: str, rate: float | None, left: float | None
    ) -> None: ...


class Cancelled(Exception):
    """Somebody asked for the end of this run."""


@dataclass
class Work(Generic[P]):
    """A run as its work sees it.

    Args:
        actor: whoever asked for it, with what they may do today.
        workers: processes that it may use.
    """

    access: Access
    actor: Actor
    run_id: UUID
    parameters: P
    workers: int
    told: Told
    _stage: str = ""
    _since: tuple[float, int] = field(default=(0.0, 0))

    def progress(self, stage: str, done: int, total: int | None = None, unit: str = "行") -> None:
        """Say how far the run is; speed and time left are reckoned from the beginning of the stage.

        Raises:
            Cancelled: somebody asked for its end.
        """
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._since = stage, (now, done)
        began, before = self._since
        rate = (done - before) / (now - began) if done > before and now > began else None
        left = (total - done) / rate if rate and total is not None and total >= done else None
        self.told(stage, done, total, unit, rate, left)


@dataclass(frozen=True)
class Kind(Generic[P]):
    """A kind of run.

    Args:
        permission: what whoever starts, cancels or retries one needs.
        parameters: what it is asked for with; a frozen dataclass of plain values, stored as JSON.
        work: does it; called again from the beginning where the process died, so it goes on with what is
            there and ends with the same. Returns what is shown of the result.
        check: refuses parameters that cannot be worked by, before anything is stored; completes what is left out.
        screen: where whoever asked for one finds it.
    """

    name: str
    label: str
    permission: Permission
    parameters: type[P]
    work: Callable[[Work[P]], dict[str, Any]]
    check: Callable[[Access, Actor, P], P] = lambda _access, _actor, parameters: parameters
    lane: Lane = Lane.LONG
    screen: str = "/runs"
