"""`mingcha serve` with another clock: the seconds that a file says are added to the moment of the machine."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from mingcha.access.context import Access
from mingcha.access.logs import write_logs_to
from mingcha.access.upkeep import keep_up
from mingcha.audit.journals import forget_old_journals
from mingcha.bootstrap import application
from mingcha.gateways.national.draining import Drainer
from mingcha.web.app import web_application
from mingcha.web.served import with_gateway

_OFFSET = "MINGCHA_TEST_CLOCK_OFFSET"


def _moment() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=int(Path(os.environ[_OFFSET]).read_text() or 0))


def _access() -> Access:
    return replace(application().access, clock=_moment)


def served() -> ASGIApp:
    """The application of one worker."""
    write_logs_to()
    access = _access()
    return with_gateway(web_application(access, None), access)


def main(offset: str, port: str, workers: str) -> None:
    """Serve until stopped."""
    os.environ[_OFFSET] = offset
    access, stopped = _access(), threading.Event()

    def keep_up_until() -> None:
        drainer = Drainer(access, stopped.is_set)
        while not stopped.wait(1):
            keep_up(access)
            drainer()
            forget_old_journals(access)

    beside = threading.Thread(target=keep_up_until, daemon=True)
    beside.start()
    uvicorn.run(
        "tests.faults.jumping:served", factory=True, port=int(port), workers=int(workers), log_config=None,
        access_log=False,
    )  # fmt: skip
    stopped.set()
    beside.join()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[3], sys.argv[5])
