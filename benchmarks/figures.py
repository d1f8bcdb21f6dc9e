"""A figure: what was measured, what it must and should be, and what a peer took for the same work."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Better(StrEnum):
    """Which way is good."""

    LESS = "≤"
    MORE = "≥"


@dataclass(frozen=True)
class Goal:
    """What a figure must reach, and what it aims at; in the figure's unit, None where nothing is owed."""

    better: Better
    must: float | None = None
    aim: float | None = None


@dataclass(frozen=True)
class Figure:
    """One measured value.

    Args:
        topic: the benchmark it belongs to; `what` says what was measured, `unit` in what.
        peer: the peer's value in the same unit, and `peer_name` who that is; None where there is no peer.
        note: what a reader must know to judge the figure.
    """

    topic: str
    what: str
    measured: float
    unit: str
    goal: Goal = Goal(Better.LESS)
    peer: float | None = None
    peer_name: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times better than the peer; below 1 is worse."""
        if self.peer is None or not self.peer or not self.measured:
            return None
        if self.goal.better is Better.LESS:
            return self.peer / self.measured
        return self.measured / self.peer

    @property
    def verdict(self) -> str:
        """Whether what must be is reached, and by how much it falls short; empty where nothing is owed."""
        if self.goal.must is None:
            return ""
        missing = shortfall(self.measured, self.goal.must, self.goal.better)
        if missing > 0:
            return f"未达，差 {missing:.0%}"
        if self.goal.aim is None or shortfall(self.measured, self.goal.aim, self.goal.better) > 0:
            return "达到"
        return "达到目标"


def shortfall(measured: float, wanted: float, better: Better) -> float:
    """By what share a value misses what is wanted: twice the time allowed and half the rate asked are 1 and
    0.5; zero or less where it is reached."""
    if better is Better.LESS:
        return measured / wanted - 1 if wanted else (1.0 if measured > wanted else 0.0)
    return 1 - measured / wanted


def number(value: float | None) -> str:
    """A value as people read it: three significant digits, thousands apart."""
    if value is None:
        return ""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
