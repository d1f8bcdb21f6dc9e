"""Measuring: repeated times, and the time and peak memory of work in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Any, TypeVar

T = TypeVar("T")
_EVERY = 0.05
_OF_PROCESSES = Path("/proc")


@dataclass(frozen=True)
class Measured:
    """What a function returned, how long it took, and the most memory of its process and all below it.

    `peak_mb` is None where the system does not tell (it is read from /proc).
    """

    result: Any
    seconds: float
    peak_mb: float | None


def seconds_of(work: Callable[[], T], repetitions: int) -> tuple[T, float]:
    """The last result, and the median of the seconds of so many runs."""
    taken = []
    for _ in range(repetitions):
        started = time.perf_counter()
        result = work()
        taken.append(time.perf_counter() - started)
    return result, median(taken)


def percentile(values: list[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def in_own_process(work: Callable[..., Any], *arguments: Any) -> Measured:
    """Run a function of a module in a fresh process, whose start and imports are not counted."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        pid = pool.submit(_ready, work.__module__).result()
        sampler = _Sampler(pid)
        sampler.start()
        try:
            seconds, result = pool.submit(_timed, work, arguments).result()
        finally:
            peak = sampler.stop()
    return Measured(result, seconds, peak)


def _ready(module: str) -> int:
    import os
    from importlib import import_module

    import_module(module)
    return os.getpid()


def _timed(work: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work(*arguments)
    return time.perf_counter() - started, result


class _Sampler(Thread):
    """Adds up the resident memory of a process and all processes below it, again and again.

    Pages that processes share count once for each: the sum errs on the high side.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._ended = Event()
        self._peak = 0

    def run(self) -> None:
        while not self._ended.wait(_EVERY):
            self._peak = max(self._peak, resident_kb(self._pid))

    def stop(self) -> float | None:
        """End the sampling; the peak in MB."""
        self._ended.set()
        self.join()
        return self._peak * 1024 / 1e6 if self._peak else None


def resident_kb(pid: int) -> int:
    """Resident memory of a process and all below it."""
    return sum(map(_resident_kb, _tree(pid)))


def _tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        for listed in _OF_PROCESSES.glob(f"{parent}/task/*/children"):
            try:
                found += map(int, listed.read_text().split())
            except OSError:  # the process has just ended
                continue
    return found


def _resident_kb(pid: int) -> int:
    try:
        status = (_OF_PROCESSES / str(pid) / "status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)
