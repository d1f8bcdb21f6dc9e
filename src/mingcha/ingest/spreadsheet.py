"""xlsx workbooks: each sheet is a table; cells are taken as text, so that no code loses its zeros."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import unescape

import fastexcel
import polars as pl

from mingcha.domain.errors import InputError
from mingcha.ingest.tables import CHUNK_ROWS, Chunk, head_line, head_names

_START = 1 << 20
_SHEET = re.compile(r'<sheet [^>]*?name="([^"]*)"[^>]*?r:id="([^"]*)"')
_FILE = re.compile(r'<Relationship (?=[^>]*?Id="([^"]*)")(?=[^>]*?Target="([^"]*)")')
_FIRST_CELL = re.compile(rb'<c [^>]*?r="[A-Z]+(\d+)"[^>]*?[^/]>')


class SheetTable:
    """One sheet. Its heads may stand some lines down; row numbers are those of the spreadsheet."""

    def __init__(
        self, path: Path, sheet: str, cells: pl.DataFrame, wanted: frozenset[str], first_row: int = 1
    ) -> None:
        self.path = path
        self.label = f"{path.name}[{sheet}]"
        self.sheet = sheet
        self._first_row = first_row
        self._head = head_line(cells.head(10).rows(), wanted)
        heads = cells.row(self._head)
        width = max((number for number, cell in enumerate(heads, 1) if cell), default=0)
        self.columns = head_names(heads[:width], f"{path}，工作表 {sheet}")
        self._cells = cells.select(cells.columns[:width])
        self.estimated_rows = cells.height - self._head - 1

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Rows as text; wholly empty ones are left out."""
        body = self._cells.slice(self._head + 1).rename(
            dict(zip(self._cells.columns, self.columns, strict=True))
        )
        first = self._first_row + self._head + 1
        rows = pl.int_range(first, first + body.height, dtype=pl.Int64, eager=True)
        full = body.select(~pl.all_horizontal(pl.all().is_null())).to_series()
        body, rows = body.select(columns).filter(full), rows.alias("row").filter(full)
        for start in range(0, body.height, CHUNK_ROWS):
            yield Chunk(body.slice(start, CHUNK_ROWS), rows.slice(start, CHUNK_ROWS))


def sheets(path: Path, wanted: frozenset[str] = frozenset(), sheet: str = "") -> list[SheetTable]:
    """The sheets of a workbook that hold anything; only the named one, where a mapping file names it.

    Raises:
        InputError: the file is no workbook, is cut short, or has no such sheet.
    """
    try:
        book = fastexcel.read_excel(path)
        if sheet and sheet not in book.sheet_names:
            raise InputError(
                f"工作簿中没有名为“{sheet}”的工作表",
                where=str(path),
                remedy=f"映射文件中的 sheet 应为：{'、'.join(book.sheet_names)}",
            )
        names = [sheet] if sheet else book.sheet_names
        found = [
            (name, book.load_sheet(name, header_row=None, dtypes="string").to_polars()) for name in names
        ]
    except fastexcel.FastExcelError as error:
        raise InputError(
            "无法打开 Excel 文件：文件损坏、不完整，或不是 xlsx 格式",
            where=str(path),
            remedy="请用 Excel 或 WPS 打开后另存为 xlsx，或导出为 CSV",
        ) from error
    starts = _first_rows(path)
    return [
        SheetTable(path, name, cells, wanted, starts.get(name, 1))
        for name, cells in found
        if cells.width and cells.height
    ]


def _first_rows(path: Path) -> dict[str, int]:
    """The row in which each sheet begins: the reader leaves out empty rows above, and rows are told by number."""
    try:
        with zipfile.ZipFile(path) as book:
            names = _SHEET.findall(book.read("xl/workbook.xml").decode())
            files = dict(_FILE.findall(book.read("xl/_rels/workbook.xml.rels").decode()))
            return {unescape(name): _first_row(book, files[id_]) for name, id_ in names if id_ in files}
    except (zipfile.BadZipFile, KeyError, OSError, UnicodeDecodeError):
        return {}  # an older format: rows are counted from the first that is filled


def _first_row(book: zipfile.ZipFile, target: str) -> int:
    inner = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    with book.open(inner) as sheet:
        found = _FIRST_CELL.search(sheet.read(_START))
    return int(found[1]) if found else 1
