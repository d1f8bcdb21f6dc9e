"""The line in which calls of all doors wait: seen while it is judged, shed beyond what can be answered in time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, cast

import pytest

from mingcha.audit.past import PastEncounter
from mingcha.gateways.national.gateway import Gateway, Reply
from mingcha.gateways.national.pasts import Pasts
from mingcha.web.national import MOST_WAITING, Line, Outgoing
from tests.support.loops import run


class Resting:
    """A gateway that is only told when nothing waits."""

    def __init__(self) -> None:
        self.times = 0

    def rest(self) -> None:
        self.times += 1


def line(gateway: Resting | None = None) -> Line:
    return Line(cast(Gateway, gateway or Resting()))


def saying(judged: list[int], number: int) -> Callable[[], Reply]:
    def ask() -> Reply:
        judged.append(number)
        return Reply(str(number).encode())

    return ask


def test_calls_are_judged_in_the_order_in_which_they_came_and_shed_beyond_the_most_that_may_wait() -> None:
    judged: list[int] = []
    gateway = Resting()

    async def all_at_once() -> list[Outgoing]:
        one = line(gateway)
        asked = (one(saying(judged, n), lambda: Reply(b"shed")) for n in range(MOST_WAITING + 5))
        return await asyncio.gather(*asked)

    answers = [answer.content for answer in run(all_at_once())]
    assert judged == list(range(MOST_WAITING))
    assert answers == [*(str(n).encode() for n in judged), *[b"shed"] * 5]
    assert gateway.times == 1, "only when the last of them has been judged"


def test_what_comes_while_calls_are_judged_is_received_before_the_last_of_them() -> None:
    judged: list[int] = []

    async def one_after_the_other() -> int:
        one = line()
        waiting = [asyncio.ensure_future(one(saying(judged, n), saying(judged, -n))) for n in range(5)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        seen = len(judged)
        await asyncio.gather(*waiting)
        return seen

    assert run(one_after_the_other()) < len(judged) == 5


def test_whoever_has_gone_is_not_judged_and_an_error_reaches_whoever_waits() -> None:
    judged: list[int] = []

    def broken() -> Reply:
        raise ZeroDivisionError

    async def gone() -> None:
        one = line()
        first = asyncio.ensure_future(one(saying(judged, 1), broken))
        second = asyncio.ensure_future(one(saying(judged, 2), broken))
        await asyncio.sleep(0)
        second.cancel()
        await first
        with pytest.raises(ZeroDivisionError):
            await one(broken, broken)

    run(gone())
    assert judged == [1]


def test_a_far_database_that_says_nothing_keeps_calls_waiting_for_a_moment_and_only_once() -> None:
    answers = threading.Event()

    def silent(_: str) -> list[PastEncounter]:
        answers.wait(60)
        return []

    pasts: Any = Pasts(silent, far=True)
    began = time.monotonic()
    assert [pasts.of(["P1"]) for _ in range(10)] == [None] * 10
    assert time.monotonic() - began < 2
    answers.set()
