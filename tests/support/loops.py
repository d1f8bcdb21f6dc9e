"""What waits is run in a thread of its own: a browser of an earlier test leaves a loop that runs in the main one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run(waiting: Coroutine[Any, Any, T]) -> T:
    """What it returns."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, waiting).result()
