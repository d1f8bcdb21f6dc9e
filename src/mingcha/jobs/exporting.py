"""Rows become a file that people take away: an xlsx of as many sheets as it takes, or CSV; in bounded memory."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count, islice
from pathlib import Path
from typing import Any, Literal

from mingcha.audit.sheets import MOST_ROWS, Column, Form, book_at
from mingcha.domain.values import QUANTITY_SCALE, date_of, decimal_text, moment_of, yuan

Format = Literal["xlsx", "csv"]
_TOLD_EVERY_ROWS = 2_000
_LONGEST_NAME, _LONGEST_SHEET = 60, 25
# Excel takes a text that begins so for a formula; the wide signs too, where Chinese is written.
_LOOKS_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Exported:
    """What is to be written.

    Args:
        title: name of the file and of its sheet.
        columns: as in every workbook of ours; values are stored ones (fen, days, minutes …), texts are texts.
        total: how many rows there will be, for the progress.
        rows: drawn as they are written; persons masked.
    """

    title: str
    columns: Sequence[Column]
    total: int
    rows: Iterable[Sequence[Any]]


Progress = Callable[[str, int, int], None]


def write(folder: Path, exported: Exported, format_: Format, progress: Progress) -> tuple[Path, int]:
    """Write a file into a folder of its own; it appears whole. Returns where it lies, and how many rows it has."""
    folder.mkdir(parents=True, exist_ok=True)
    target, unfinished = folder / f"{_as_name(exported.title)}.{format_}", folder / f".unfinished.{format_}"
    writer = _write_csv if format_ == "csv" else _write_xlsx
    try:
        written = writer(unfinished, exported, _told(exported, progress))
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target, written


def _as_name(title: str) -> str:
    plain = "".join("·" if letter in '\\/:*?"<>|[]' or letter < " " else letter for letter in title)
    return plain[:_LONGEST_NAME].strip(". '") or "导出"


def _told(exported: Exported, progress: Progress) -> Iterator[Sequence[Any]]:
    for number, row in enumerate(exported.rows):
        if number % _TOLD_EVERY_ROWS == 0:
            progress("写出", number, max(exported.total, number))
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
