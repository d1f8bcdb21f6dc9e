"""Sheets that a person works with: frozen head, filter, widths, number formats; in constant memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import xlsxwriter

from mingcha.domain.values import QUANTITY_SCALE, date_of, moment_of

# Excel's own limit, head included.
MOST_ROWS = 1_048_576
FONT = "微软雅黑"
# Wider tables would be too small to read on one page.
PRINTED_WHOLE = 14
A4 = 9
_LINE_HEIGHT = 16
# Characters of a page's label and of its text; a Chinese one takes two.
_LABEL, _TEXT = 18, 96


class Form(Enum):
    """How a column is written; the value is its number format."""

    TEXT = ""
    COUNT = "#,##0"
    YUAN = "#,##0.00"
    QUANTITY = "#,##0.####"
    SHARE = "0.00%"
    DAY = "yyyy-mm-dd"
    MOMENT = "yyyy-mm-dd hh:mm"
    CERTAINTY = "certainty"


# What stands right in its column; a head in the middle belongs to it more visibly than one at the left.
_NUMBERS = (Form.COUNT, Form.YUAN, Form.QUANTITY, Form.SHARE)


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its head, its form, its width in characters."""

    head: str
    form: Form = Form.TEXT
    width: int = 14


class Book:
    """An xlsx file that is being written.

    Args:
        path: where it is written; the caller moves it to its place.
    """

    def __init__(self, path: Path) -> None:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.book = xlsxwriter.Workbook(path, options)
        self._formats = {form: self._format(form) for form in Form}
        head = {
            "bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "border": 1, "text_wrap": True,
            "valign": "vcenter", "font_name": FONT, "font_size": 10,
        }  # fmt: skip
        self._head = self.book.add_format(head)
        self._number_head = self.book.add_format({**head, "align": "center"})
        plain = {"font_name": FONT, "font_size": 10, "valign": "top"}
        self._certain = self.book.add_format({**plain, "font_color": "#9C0006", "bold": True})
        self._title = self.book.add_format({**plain, "bold": True, "font_size": 14})
        self._section = self.book.add_format({**plain, "bold": True, "bg_color": "#DDEBF7"})
        self._wrapped = self.book.add_format({**plain, "text_wrap": True})

    def _format(self, form: Form) -> Any:
        properties: dict[str, Any] = {"font_name": FONT, "font_size": 10, "valign": "top"}
        if form not in {Form.TEXT, Form.CERTAINTY}:
            properties["num_format"] = form.value
        if form in _NUMBERS:
            properties |= {"align": "right", "indent": 1}  # apart from the text of the next column
        return self.book.add_format(properties)

    def table(
        self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, frozen: int = 0
    ) -> int:
        """A sheet with a head and these rows; returns how many were written.

        Values are stored ones: fen, ten-thousandths, days, minutes, and shares as a pair of part and whole.

        Args:
            frozen: how many first columns stay in sight beside the head.
        """
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, frozen)
        sheet.set_paper(A4)
        sheet.set_footer("&L&A&C第 &P 页，共 &N 页")
        sheet.set_landscape()
        sheet.repeat_rows(0)
        if len(columns) <= PRINTED_WHOLE:
            sheet.fit_to_pages(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
        sheet.set_row(0, 30)
        for place, column in enumerate(columns):
            head = self._number_head if column.form in _NUMBERS else self._head
            sheet.write_string(0, place, column.head, head)
        writers = [self._writer(sheet, place, column.form) for place, column in enumerate(columns)]
        number = 0
        for number, row in enumerate(rows, 1):
            for write, value in zip(writers, row, strict=True):
                if value is not None:
                    write(number, value)
        sheet.autofilter(0, 0, max(number, 1), len(columns) - 1)
        return number

    def page(self, name: str, title: str, blocks: Iterable[tuple[str, Iterable[tuple[Any, ...]]]]) -> None:
        """A sheet to read from top to bottom: sections, each with a label and a value or two a row."""
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 1)
        sheet.set_column(0, 0, _LABEL)
        sheet.set_column(1, 1, _TEXT)
        sheet.write_string(0, 0, title, self._title)
        line = 2
        for section, rows in blocks:
            sheet.write_string(line, 0, section, self._section)
            sheet.write_blank(line, 1, None, self._section)
            line += 1
            for label, value in rows:
                # Not every program that opens the file makes room for text of several lines.
                sheet.set_row(line, _LINE_HEIGHT * -(-_cells(str(value)) // (_TEXT - 4)))
                sheet.write_string(line, 0, label, self._formats[Form.TEXT])
                sheet.write_string(line, 1, str(value), self._wrapped)
                line += 1
            line += 1

    def _writer(self, sheet: Any, place: int, form: Form) -> Any:
        look = self._formats[form]
        match form:
            case Form.COUNT:
                return lambda row, value: sheet.write_number(row, place, value, look)
            case Form.YUAN:
                return lambda row, value: sheet.write_number(row, place, Decimal(value) / 100, look)
            case Form.QUANTITY:
                return lambda row, value: sheet.write_number(
                    row, place, Decimal(value) / QUANTITY_SCALE, look
                )
            case Form.SHARE:
                return lambda row, pair: _share(sheet, row, place, pair, look)
            case Form.DAY:
                return lambda row, value: sheet.write_datetime(row, place, date_of(value), look)
            case Form.MOMENT:
                return lambda row, value: sheet.write_datetime(row, place, moment_of(value), look)
            case Form.CERTAINTY:
                certain = self._certain
                return lambda row, value: sheet.write_string(
                    row, place, CERTAINTIES[value], certain if value == "明确违规" else look
                )
            case _:
                return lambda row, value: sheet.write_string(row, place, value[:32_000], look)


# A sign beside the colour: reports are printed in black and white, and not everybody sees red.
CERTAINTIES = {"明确违规": "● 明确违规", "可疑": "○ 可疑", "提醒": "◇ 提醒"}


def _cells(text: str) -> int:
    """How wide a text is, in characters of which a Chinese one is two; at least one."""
    return max(1, sum(1 if character.isascii() else 2 for character in text))


def _share(sheet: Any, row: int, place: int, pair: tuple[int, int], look: Any) -> None:
    part, whole = pair
    if whole:
        sheet.write_number(row, place, Decimal(part) / whole, look)


@contextmanager
def book_at(path: Path) -> Iterator[Book]:
    """A workbook that is closed, and so written, at the end."""
    book = Book(path)
    try:
        yield book
    finally:
        book.book.close()
