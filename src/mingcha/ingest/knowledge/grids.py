"""Spreadsheets and CSV files as grids of text, and the search for the row that holds the headings."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import fastexcel

from mingcha.domain.errors import InputError

_HEADING_WITHIN = 12


@dataclass(frozen=True)
class Grid:
    """One sheet: rows of stripped text, empty cells as ""; row numbers count from 1 as a person sees them."""

    file: str
    sheet: str
    rows: list[list[str]]

    def where(self, number: int) -> str:
        """File, sheet and row as they stand in messages."""
        sheet = f" 工作表“{self.sheet}”" if self.sheet else ""
        return f"{self.file}{sheet} 第 {number} 行"

    def heading(self, *names: str) -> int | None:
        """Index of the first row that holds all these headings."""
        for index, row in enumerate(self.rows[:_HEADING_WITHIN]):
            if all(name in row for name in names):
                return index
        return None

    def records(self, heading: int) -> Iterator[tuple[int, dict[str, str]]]:
        """Row number and cells by heading, for every row below it that is not empty; short rows padded."""
        names = self.rows[heading]
        for index in range(heading + 1, len(self.rows)):
            row = self.rows[index]
            if any(row):
                yield index + 1, dict(zip_longest(names, row[: len(names)], fillvalue=""))


def grids(path: Path) -> list[Grid]:
    """All sheets of a spreadsheet, or the one table of a CSV file.

    Raises:
        InputError: the file cannot be read as what its name says.
    """
    if path.suffix.lower() == ".csv":
        return [Grid(path.name, "", _csv_rows(path))]
    try:
        book = fastexcel.read_excel(str(path))
        return [Grid(path.name, name, _sheet_rows(book, name)) for name in book.sheet_names]
    except Exception as error:  # the reader raises types of its own for every kind of damage
        raise InputError(
            "表格文件无法读取，可能已损坏、加密，或不是 Excel 文件",
            where=str(path),
            remedy="用 Excel 或 WPS 打开后另存为 .xlsx，再重新导入",
        ) from error


def _sheet_rows(book: fastexcel.ExcelReader, name: str) -> list[list[str]]:
    sheet = book.load_sheet(name, header_row=None, dtypes="string", skip_whitespace_tail_rows=True)
    return [[(cell or "").strip() for cell in row] for row in sheet.to_polars().rows()]


def _csv_rows(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]
    raise InputError(
        "CSV 文件的文字编码无法识别",
        where=str(path),
        remedy="另存为 UTF-8 或 GB18030 编码的 CSV 后重新导入",
    )
