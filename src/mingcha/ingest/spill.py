"""Rows put aside until all that belongs together has been read: partitioned by a key, on disk beyond one partition."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import polars as pl

# Frames wait in memory until they are this large, so that partition files are few and not tiny.
_WAITING_BYTES = 64 << 20


PART = "_part"
Parting = Callable[[pl.DataFrame, int], pl.Series]


def bucket_of(persons: pl.Series, count: int) -> pl.Series:
    """The bucket of each person: CRC-32 of the UTF-8 bytes of the identifier modulo the number of buckets.

    CRC-32 and not Polars' hash, which may change with its version: a person stays in one bucket for ever.
    """
    if count == 1:
        return pl.Series(PART, [0], pl.Int32).new_from_index(0, len(persons))
    distinct = persons.unique()
    parts = pl.Series([zlib.crc32(person.encode()) % count for person in distinct], dtype=pl.Int32)
    return persons.replace_strict(distinct, parts, return_dtype=pl.Int32).alias(PART)


def by_person(frame: pl.DataFrame, count: int) -> pl.Series:
    """Each row to the bucket of its person."""
    return bucket_of(frame["person_id"], count)


def by_encounter(frame: pl.DataFrame, count: int) -> pl.Series:
    """Rows of one encounter together; only within one import, so that any hash will do."""
    return (frame["encounter_id"].hash() % count).cast(pl.Int32)


def as_parted(frame: pl.DataFrame, _count: int) -> pl.Series:
    """The part that the rows bring with them."""
    return frame[PART]


class Spill:
    """Rows of one kind in numbered partitions.

    Args:
        folder: for the partition files; made when needed.
        name: the kind of row.
        parting: which part each row of a frame belongs to.
        count: how many partitions; with one, everything stays in memory.
    """

    def __init__(self, folder: Path, name: str, parting: Parting, count: int) -> None:
        self._folder = folder / name
        self._parting = parting
        self._count = count
        self._waiting: list[pl.DataFrame] = []
        self._files: dict[int, list[Path]] = {}
        self._flushes = 0

    def add(self, frame: pl.DataFrame) -> None:
        """Put rows aside; columns may differ from one time to the next."""
        if frame.height == 0:
            return
        self._waiting.append(frame)
        if self._count > 1 and sum(one.estimated_size() for one in self._waiting) >= _WAITING_BYTES:
            self._flush()

    def take(self, part: int) -> pl.DataFrame:
        """All rows of a partition, in the order they came; a column that some lacked is null there."""
        if self._count == 1:
            frames, self._waiting = self._waiting, []
        else:
            self._flush()
            frames = [pl.read_ipc(path) for path in self._files.get(part, ())]
            for path in self._files.pop(part, ()):
                path.unlink()
        return pl.concat(frames, how="diagonal_relaxed") if frames else pl.DataFrame()

    def _flush(self) -> None:
        if not self._waiting:
            return
        frame = pl.concat(self._waiting, how="diagonal_relaxed")
        self._waiting = []
        self._folder.mkdir(parents=True, exist_ok=True)
        self._flushes += 1
        parts = frame.with_columns(self._parting(frame, self._count).alias(PART))
        for (number,), rows in parts.partition_by(PART, as_dict=True, include_key=False).items():
            path = self._folder / f"{number}-{self._flushes}.arrow"
            rows.write_ipc(path, compression="lz4")
            self._files.setdefault(int(number), []).append(path)
