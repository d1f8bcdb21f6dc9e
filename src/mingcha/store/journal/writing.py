"""The journal of one process: what is appended is durable when its future is done, many at once by one sync."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from mingcha.store.journal.records import SUFFIX, JournalError, Place, Sealer

_MOST_BYTES = 64 * 1024 * 1024
# However little is written: a file is removed as a whole, when all in it is old.
_LONGEST_SECONDS = 12 * 3600.0
# How long records are gathered for one sync while more are on the way: it costs as much for one as for many.
_GATHERED_FOR = 0.01


class Journal:
    """Appends records to a file that no other process writes; a new file begins when one is long enough, or failed.

    There is no file before there is a record: a process that starts while the disk is full still answers.

    Args:
        folder: where all journals of an installation lie.
        writer: a name that no other process has or had.
    """

    def __init__(self, folder: Path, writer: str, sealer: Sealer) -> None:
        self._folder = folder
        self._writer = writer
        self._sealer = sealer
        self._number = 0
        self._size = 0
        self._begun = 0.0
        self._waiting: list[tuple[bytes, Future[Place]]] = []
        self._lock = threading.Lock()
        self._begun_waiting, self._due = threading.Condition(self._lock), threading.Condition(self._lock)
        self._hurried = False
        self._closed = False
        self._file: int | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._thread = threading.Thread(target=self._write, daemon=True, name="journal")
        self._thread.start()

    def append(self, key: bytes, content: bytes) -> Future[Place]:
        """Keep a record; the future tells where it lies, when it is on disk.

        The future raises JournalError where it could not be kept.
        """
        record: Future[Place] = Future()
        written = self._sealer.record(key, content)
        with self._lock:
            if self._closed:
                raise JournalError("日志已关闭，不再接收", where=self.path.name)
            self._waiting.append((written, record))
            if len(self._waiting) == 1:
                self._begun_waiting.notify()
        return record

    def hurry(self) -> None:
        """Write what waits now: nothing more is on the way that could be kept by the same sync."""
        with self._lock:
            self._hurried = bool(self._waiting)
            self._due.notify()

    def close(self) -> None:
        """Write what waits, and end."""
        with self._lock:
            self._closed = True
            self._begun_waiting.notify()
            self._due.notify()
        self._thread.join()
        self._end_file()

    @property
    def path(self) -> Path:
        """The file that is written, or was last."""
        return self._folder / f"{self._writer}-{self._number:06d}{SUFFIX}"

    def _begin_file(self) -> None:
        self._number += 1
        self._size = 0
        self._begun = time.monotonic()
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        # As long as this process lives and writes it, nobody removes it.
        fcntl.flock(self._file, fcntl.LOCK_EX)
        # The name itself must outlive a power cut.
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _end_file(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self) -> None:
        while True:
            with self._lock:
                self._begun_waiting.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                self._due.wait_for(lambda: self._hurried or self._closed, _GATHERED_FOR)
                taken, self._waiting, self._hurried = self._waiting, [], False
            self._keep(taken)

    def _keep(self, taken: list[tuple[bytes, Future[Place]]]) -> None:
        """Write records and sync once for all; either all of them are kept or none."""
        try:
            if self._size >= _MOST_BYTES or time.monotonic() - self._begun > _LONGEST_SECONDS:
                self._end_file()
            if self._file is None:
                self._begin_file()
            assert self._file is not None
            _write_whole(self._file, b"".join(written for written, _ in taken))
            os.fdatasync(self._file)
        except OSError as error:
            self._take_back()
            refusal = JournalError(
                f"日志无法写入：{error.strerror}", where=str(self.path), remedy="请检查磁盘空间和权限"
            )
            for _, record in taken:
                record.set_exception(refusal)
            return
        for written, record in taken:
            place, self._size = Place(self.path, self._size), self._size + len(written)
            record.set_result(place)

    def _take_back(self) -> None:
        """Leave nothing of what could not be kept.

        Nothing is written where it stood: who read on past it must not find other records there. The next ones begin
        a file of their own.
        """
        if self._file is not None:
            with suppress(OSError):
                os.ftruncate(self._file, self._size)
            self._end_file()
            if self._size == 0:
                self.path.unlink(missing_ok=True)


def _write_whole(file: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]
