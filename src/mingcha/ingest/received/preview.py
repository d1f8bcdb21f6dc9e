"""What is in the files of an upload: the tables, their first rows, what each column was recognised as or may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.domain.errors import InputError
from mingcha.domain.fields import Field
from mingcha.ingest.claims import SUGGEST, check_sources, sources_of
from mingcha.ingest.mapping import Recipe
from mingcha.ingest.reading import Source
from mingcha.ingest.recognise import CLAIMS, known_names
from mingcha.ingest.sources import MESSAGES
from mingcha.ingest.suggest import SAMPLE, guesses

ROWS = 5
_LONGEST_CELL = 60
HIDDEN = "（个人信息，不显示）"


@dataclass(frozen=True)
class ColumnPreview:
    """A column of a table.

    Args:
        state: recognised (by its name or the mapping), personal, suggested, or unknown.
        means: the fields that it is read as or may be, as Entity.field.
        label: the same in words.
    """

    name: str
    state: str
    means: list[str]
    label: str


@dataclass(frozen=True)
class TablePreview:
    """A table of an upload.

    Args:
        kind: what its rows are; nothing where nobody knows.
        rows: the first ones, cells in the order of `columns`; personal values are not shown.
        lacking: facts without which it cannot be read, as they are called.
    """

    file: str
    sheet: str
    kind: str
    estimated_rows: int
    columns: list[ColumnPreview]
    rows: list[list[str]]
    lacking: list[str]
    problem: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class FieldChoice:
    """A fact that a column may be said to mean."""

    field: str
    label: str
    entity: str
    required: bool


@dataclass(frozen=True)
class Preview:
    """The tables of an upload, and why they make no dataset together; nothing where they do."""

    tables: list[TablePreview]
    problem: str = ""
    remedy: str = ""


def preview(paths: Sequence[Path], recipes: list[Recipe], check_columns: str) -> Preview:
    """What is in these files; a file that cannot be read says why, and hides no other.

    Args:
        check_columns: what to do about columns that lack, in the words of whoever asks.
    """
    tables: list[TablePreview] = []
    sources: list[Source] = []
    for path in paths:
        if path.suffix.lower() in MESSAGES:
            tables.append(TablePreview(path.name, "", "3101/3102 报文", 0, [], [], []))
            continue
        try:
            opened = sources_of([path], recipes)
        except InputError as error:
            tables.append(TablePreview(path.name, "", "", 0, [], [], [], error.what, error.remedy))
            continue
        sources += opened
        tables += [_table(path, source) for source in opened]
    usable = [source for source in sources if source.recognition.primary is not None]
    try:
        check_sources(
            paths, sources, usable, whole=all(path.suffix.lower() not in MESSAGES for path in paths)
        )
    except InputError as error:
        return Preview(tables, error.what, error.remedy.replace(SUGGEST, check_columns))
    return Preview(tables)


def _table(path: Path, source: Source) -> TablePreview:
    recognition, columns = source.recognition, source.table.columns
    first = next(iter(source.table.chunks(columns)), None)
    frame = first.frame.head(SAMPLE) if first is not None else pl.DataFrame()
    suggested = guesses(recognition, frame)
    read: dict[str, list[Field[Any]]] = {}
    for entity, fields in recognition.columns.items():
        for name, column in fields.items():
            read.setdefault(column, []).append(entity.fields()[name])

    def seen(column: str) -> ColumnPreview:
        if column in recognition.personal:
            return ColumnPreview(column, "personal", [], "个人信息")
        if column in read:
            return _meaning(column, "recognised", read[column])
        guess = suggested.get(column)
        return _meaning(column, "unknown" if guess is None else "suggested", [] if guess is None else [guess])

    shown = [seen(column) for column in columns]
    hidden = {column.name for column in shown if column.state == "personal"}
    return TablePreview(
        file=path.name,
        sheet=getattr(source.table, "sheet", ""),
        kind="" if recognition.primary is None else recognition.primary.label,
        estimated_rows=source.table.estimated_rows,
        columns=shown,
        rows=[_cells(row, hidden) for row in frame.head(ROWS).iter_rows(named=True)],
        lacking=_lacking(source, suggested),
    )


def _lacking(source: Source, suggested: Mapping[str, Field[Any] | None]) -> list[str]:
    if source.recognition.primary is None:
        return []
    guessed = {id(field) for field in suggested.values()}
    return [field.label for field in source.recognition.missing() if id(field) not in guessed]


def _meaning(column: str, state: str, fields: Sequence[Field[Any]]) -> ColumnPreview:
    labels = dict.fromkeys(field.label for field in fields)
    return ColumnPreview(column, state, [repr(field) for field in fields], "、".join(labels))


def _cells(row: dict[str, Any], hidden: set[str]) -> list[str]:
    return [
        HIDDEN if name in hidden else ("" if value is None else str(value))[:_LONGEST_CELL]
        for name, value in row.items()
    ]


@cache
def field_choices() -> list[FieldChoice]:
    """Every fact that a column can be said to mean."""
    meant = {id(field) for fields in known_names().values() for field in fields}
    return [
        FieldChoice(repr(field), field.label, entity.label, bool(field.required))
        for entity in CLAIMS
        for field in entity.fields().values()
        if id(field) in meant and not field.personal
    ]
