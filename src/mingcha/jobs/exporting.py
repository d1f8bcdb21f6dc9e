"""Rows become a file that people take away: a kind of run for everything that can be exported."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count, islice
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.permissions import Permission
from mingcha.audit.ledger.folders import export_folder
from mingcha.audit.sheets import MOST_ROWS, Column, Form, book_at
from mingcha.domain.values import QUANTITY_SCALE, date_of, decimal_text, moment_of, yuan
from mingcha.jobs.kind import Kind, Lane, Work

Format = Literal["xlsx", "csv"]
_TOLD_EVERY_ROWS = 2_000
_LONGEST_NAME, _LONGEST_SHEET = 60, 25
# Excel takes a text that begins so for a formula.
_LOOKS_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Exportable(Protocol):
    """Parameters of an export: as which kind of file; what else, the kind declares."""

    @property
    def format(self) -> Format:
        """The kind of file."""


E = TypeVar("E", bound=Exportable)


@dataclass(frozen=True)
class Exported:
    """What is to be written.

    Args:
        title: name of the file and of its sheet.
        columns: as in every workbook of ours; values are stored ones (fen, days, minutes …), texts are texts.
        total: how many rows there will be, for the progress.
        rows: drawn as they are written; persons masked, unless the kind asks for the right and the reason to reveal.
    """

    title: str
    columns: Sequence[Column]
    total: int
    rows: Iterable[Sequence[Any]]


def _as_asked(_access: Access, _actor: Actor, asked: E) -> E:
    return asked


def export_kind(
    name: str,
    label: str,
    permission: Permission,
    parameters: type[E],
    rows: Callable[[Work[E]], Exported],
    check: Callable[[Access, Actor, E], E] = _as_asked,
) -> Kind[E]:
    """A kind of run that writes these rows into a file for whoever asked for it."""

    def work(asked: Work[E]) -> dict[str, Any]:
        exported = rows(asked)
        folder = export_folder(asked.access, asked.run_id)
        folder.mkdir(parents=True, exist_ok=True)
        format_ = asked.parameters.format
        target, unfinished = (
            folder / f"{_as_name(exported.title)}.{format_}",
            folder / f".unfinished.{format_}",
        )
        write = _write_csv if format_ == "csv" else _write_xlsx
        written = write(unfinished, exported, _told(asked, exported))
        unfinished.replace(target)
        return {"file": target.name, "rows": written, "bytes": target.stat().st_size}

    return Kind(name, label, permission, parameters, work, check, Lane.SHORT)


def _as_name(title: str) -> str:
    plain = "".join("·" if letter in '\\/:*?"<>|[]' or letter < " " else letter for letter in title)
    return plain[:_LONGEST_NAME].strip(". '") or "导出"


def _told(asked: Work[Any], exported: Exported) -> Iterator[Sequence[Any]]:
    for number, row in enumerate(exported.rows):
        if number % _TOLD_EVERY_ROWS == 0:
            asked.progress("写出", number, max(exported.total, number))
        yield row


def _write_xlsx(path: Path, exported: Exported, rows: Iterator[Sequence[Any]]) -> int:
    """One sheet after another where there are more rows than a sheet holds."""
    written, title = 0, _as_name(exported.title)[:_LONGEST_SHEET]
    with book_at(path) as book:
        for number in count(1):
            first = next(rows, None)
            if first is None and number > 1:
                break
            part = () if first is None else chain((first,), islice(rows, MOST_ROWS - 2))
            written += book.table(title if number == 1 else f"{title} {number}", exported.columns, part)
            if first is None:
                break
    return written


def _write_csv(path: Path, exported: Exported, rows: Iterator[Sequence[Any]]) -> int:
    written = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # the mark lets Excel see that it is UTF-8
        writer = csv.writer(file)
        writer.writerow([column.head for column in exported.columns])
        forms = [column.form for column in exported.columns]
        for row in rows:
            writer.writerow([_in_words(form, value) for form, value in zip(forms, row, strict=True)])
            written += 1
    return written


def _in_words(form: Form, value: Any) -> str:
    if value is None:
        return ""
    match form:
        case Form.COUNT:
            return str(value)
        case Form.YUAN:
            return yuan(value)
        case Form.QUANTITY:
            return decimal_text(value, QUANTITY_SCALE)
        case Form.SHARE:
            part, whole = value
            return f"{part}/{whole}" if whole else ""
        case Form.DAY:
            return date_of(value).isoformat()
        case Form.MOMENT:
            return moment_of(value).isoformat(" ", "minutes")
        case _:
            text = str(value)
            return f"'{text}" if text.startswith(_LOOKS_LIKE_A_FORMULA) else text
