"""How often each institution called in this second: all server processes of a machine count together, without waiting.

Each process writes a file of its own, which the others read as it is written: a row for each institution that called
it, 8 bytes of whose row it is, 8 bytes of the second since 1970 and the calls made in it. A call is counted before
the counts of the others are read: of calls at one moment, none sees fewer than the limit lets pass.
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from mmap import ACCESS_READ, ACCESS_WRITE, mmap
from pathlib import Path

from mingcha.store.whole import whole_file

_SUFFIX = ".rates"
# More institutions than a province connects.
_ROWS = 32_768
_BYTES = _ROWS * 16
_BITS_OF_CALLS = 20
_CALLS = 2**_BITS_OF_CALLS - 1
# Two files made at nearly one moment leave one time on their folder.
_SETTLED_NANOSECONDS = 1_000_000_000
_log = logging.getLogger("mingcha.gateways")


def rates_folder(home: Path) -> Path:
    """Where the server processes of an installation count."""
    return home / "rates"


class Rates:
    """How many calls each institution has left in this second.

    Args:
        folder: where all processes count that hold one limit together.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f"{_here()}{os.getpid()}-{time.time_ns()}{_SUFFIX}"
        self._file = _begun(self._path)
        self._own = _Counts(
            bytearray(_BYTES) if self._file is None else mmap(self._file, _BYTES, access=ACCESS_WRITE)
        )
        self._others: dict[Path, _Counts] = {}
        self._seen_at = -1
        self._numbers: dict[str, int] = {}

    def take(self, institution_id: str, most: int, now: int) -> bool:
        """Whether one more call may be made.

        Args:
            most: calls a second that the institution may make.
            now: milliseconds since 1970.
        """
        institution, second = self._number(institution_id), now // 1000
        made = self._own.count(institution, second)
        self._look()
        return made + sum(other.made(institution, second) for other in self._others.values()) <= most

    def close(self) -> None:
        """Count no more."""
        if self._file is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = None

    def _number(self, institution_id: str) -> int:
        number = self._numbers.get(institution_id)
        if number is None:
            digest = blake2b(institution_id.encode(), digest_size=8).digest()
            number = self._numbers[institution_id] = int.from_bytes(digest, "big") or 1
        return number

    def _look(self) -> None:
        """Take up the files of processes that have begun, and leave those of which have ended."""
        try:
            changed = os.stat(self._folder).st_mtime_ns
        except OSError:  # nobody could begin there
            return
        if changed == self._seen_at:
            return
        there = set(self._folder.glob(f"{_here()}*{_SUFFIX}")) - {self._path}
        self._others = {path: counts for path, counts in self._others.items() if path in there}
        for path in there - self._others.keys():
            with suppress(OSError), path.open("rb") as file:
                self._others[path] = _Counts(mmap(file.fileno(), _BYTES, access=ACCESS_READ))
        self._seen_at = changed if time.time_ns() - changed > _SETTLED_NANOSECONDS else -1


class _Counts:
    """What one process counts."""

    def __init__(self, content: bytearray | mmap) -> None:
        self._cells = memoryview(content).cast("Q")
        self._row_of: dict[int, int] = {}

    def count(self, institution: int, second: int) -> int:
        """Count one call more; returns how many there are in this second."""
        row = self._row_of.get(institution)
        if row is None:
            row = len(self._row_of)
            if row == _ROWS:
                return 0
            self._row_of[institution] = row
            self._cells[2 * row] = institution
        made = self._in(row, second) + 1
        self._cells[2 * row + 1] = second << _BITS_OF_CALLS | made
        return made

    def made(self, institution: int, second: int) -> int:
        """Calls in this second, as another process counts them."""
        row = self._row_of.get(institution)
        while row is None:
            begun = len(self._row_of)
            found = 0 if begun == _ROWS else self._cells[2 * begun]
            if not found:
                return 0
            self._row_of[found] = begun
            if found == institution:
                row = begun
        return self._in(row, second)

    def _in(self, row: int, second: int) -> int:
        cell = self._cells[2 * row + 1]
        return cell & _CALLS if cell >> _BITS_OF_CALLS == second else 0


def _here() -> str:
    """How names of files begin that are memory of this machine: another that shares the folder counts by itself."""
    return f"{os.uname().nodename}-"


def _begun(path: Path) -> int | None:
    """A file to count in, held as long as its process lives; None where there is no room for one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _nobody_else(path.parent):
            _remove_left(path.parent)
            with whole_file(path) as unfinished:
                unfinished.write_bytes(bytes(_BYTES))
            file = os.open(path, os.O_RDWR)
            fcntl.flock(file, fcntl.LOCK_EX)
            return file
    except OSError as error:
        _log.error("calls a second are counted by this process alone", exc_info=error)
        return None


@contextmanager
def _nobody_else(folder: Path) -> Iterator[None]:
    """While this lasts, no other process begins."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _remove_left(folder: Path) -> None:
    """Remove the files of processes of this machine that were killed."""
    for path in folder.glob(f"{_here()}*{_SUFFIX}"):
        file = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
        except BlockingIOError:
            continue  # its process lives
        finally:
            os.close(file)
