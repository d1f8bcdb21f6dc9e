"""There is one background process to an installation: it holds a lock that the system takes back when it dies."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, text

from mingcha.access.context import Access

_LOCK = "worker.lock"
_TRY_EVERY_SECONDS = 1.0
# Any number that no other program takes in this database: “mingcha” in letters of five bits.
_ADVISORY = 0x1A4E71C11


@contextmanager
def sole_worker(access: Access, stopped: threading.Event) -> Iterator[bool]:
    """Wait to be the only background process, and stay it until the end; false where stopped while waiting."""
    access.home.mkdir(parents=True, exist_ok=True)
    with (access.home / _LOCK).open("a") as file:
        while not _locked(file):
            if stopped.wait(_TRY_EVERY_SECONDS):
                yield False
                return
        with _sole_on_the_database(access, stopped) as sole:
            yield sole


def is_working(home: Path) -> bool:
    """Whether some process of this data folder is the background process now."""
    try:
        with (home / _LOCK).open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _sole_on_the_database(access: Access, stopped: threading.Event) -> Iterator[bool]:
    # Servers on several machines share a database, and perhaps a folder whose locks hold on one machine only.
    if access.database.is_sqlite:
        yield True
        return
    with access.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not _locked_there(connection):
            if stopped.wait(_TRY_EVERY_SECONDS):
                yield False
                return
        yield True


def _locked_there(connection: Connection) -> bool:
    return bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY}))
