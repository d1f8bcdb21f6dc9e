"""A table as it was found: its file, its columns, and its rows in chunks that carry their row numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import polars as pl

from mingcha.domain.errors import InputError
from mingcha.ingest.recognise import known_names, normal

CHUNK_ROWS = 125_000
# A title, a period, an empty line may stand above the heads.
_HEAD_LINES = 10


@dataclass(frozen=True)
class BrokenRow:
    """A row that is no row of its table: its number, why, and what stood there."""

    row: int
    reason: str
    text: str


@dataclass(frozen=True)
class Chunk:
    """Some rows of a table: the columns asked for, the number of each row in its file, and rows that broke."""

    frame: pl.DataFrame
    rows: pl.Series
    broken: Sequence[BrokenRow] = field(default=())


class Table(Protocol):
    """Anything that has named columns and rows."""

    path: Path
    label: str
    columns: list[str]
    estimated_rows: int

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """The rows with these columns only, in order, bounded in size."""


def head_line(lines: Sequence[Sequence[str | None]], wanted: frozenset[str]) -> int:
    """Which of the first lines holds the heads: the first, unless only sparse lines stand above a better one."""
    known = known_names()

    def score(line: Sequence[str | None]) -> int:
        return len({cell for cell in line if cell and (cell in wanted or normal(cell) in known)})

    def filled(line: Sequence[str | None]) -> int:
        return sum(1 for cell in line if cell and cell.strip())

    first = list(lines[:_HEAD_LINES])
    best = max(range(len(first)), key=lambda number: (score(first[number]), -number), default=0)
    above = [filled(line) for line in first[:best]]
    if best and score(first[best]) > 1 and max(above) * 2 < filled(first[best]):
        return best
    return next((number for number, line in enumerate(first) if filled(line)), 0)


def head_names(cells: Sequence[str | None], where: str) -> list[str]:
    """Column names of a head line; empty ones are numbered.

    Raises:
        InputError: if a name stands twice: nobody could say which column is meant.
    """
    names = [(cell or "").strip().strip("\ufeff") or f"第{number}列" for number, cell in enumerate(cells, 1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(
            f"表头有重复的列名：{'、'.join(twice)}", where=where, remedy="请删除或改名重复的列后重新导入"
        )
    return names
