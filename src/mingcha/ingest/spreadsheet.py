"""xlsx workbooks: each sheet is a table; cells are taken as text, so that no code loses its zeros."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import fastexcel
import polars as pl

from mingcha.domain.errors import InputError
from mingcha.ingest.tables import CHUNK_ROWS, Chunk, head_line, head_names


class SheetTable:
    """One sheet. Its heads may stand some lines down; row numbers are those of the spreadsheet."""

    def __init__(self, path: Path, sheet: str, cells: pl.DataFrame, wanted: frozenset[str]) -> None:
        self.path = path
        self.label = f"{path.name}[{sheet}]"
        self.sheet = sheet
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
        rows = pl.int_range(self._head + 2, self._head + 2 + body.height, dtype=pl.Int64, eager=True)
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
    return [SheetTable(path, name, cells, wanted) for name, cells in found if cells.width and cells.height]
