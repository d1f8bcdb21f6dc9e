"""CSV and tab-separated text of any size: encoding and delimiter seen from the start, read block by block."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from mingcha.domain.errors import InputError
from mingcha.ingest.tables import BrokenRow, Chunk, head_line, head_names

_SNIFFED = 1 << 20
_BLOCK = 24 << 20
# No claim has a line this long: such a file lost its line ends, and reading on would fill the memory.
_LONGEST_LINE = 48 << 20
_DELIMITERS = ",\t;|"
_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_REEXPORT = "请用导出程序重新生成文件（CSV，UTF-8 或 GB18030 编码，逗号或制表符分隔）"


class DelimitedTable:
    """A text table. Raises InputError where the file is empty, binary, or in no encoding that we know."""

    def __init__(self, path: Path, wanted: frozenset[str] = frozenset()) -> None:
        self.path = path
        self.label = path.name
        with path.open("rb") as file:
            start = file.read(_SNIFFED)
        size = path.stat().st_size
        if not start.strip():
            raise InputError("文件是空的", where=str(path), remedy="请确认导出是否成功，或移走这个文件")
        self._mark = next((mark for mark in _MARKS if start.startswith(mark)), b"")
        sample = start[len(self._mark) :]
        self.encoding = _MARKS.get(self._mark) or _encoding(sample, path, whole=size <= _SNIFFED)
        text = sample.decode(self.encoding, errors="ignore")
        if size > _SNIFFED and "\n" not in text:
            raise _endless(path)
        self._delimiter = max(_DELIMITERS, key=text.split("\n", 1)[0].count)
        lines = text.splitlines(keepends=True)
        heads = list(csv.reader(lines[:20], delimiter=self._delimiter))
        line = head_line(heads, wanted)
        self._head_lines = line + 1
        self.columns = head_names(heads[line], str(path))
        body = len(text.encode(self.encoding)) or 1
        self.estimated_rows = int(max(len(lines) - self._head_lines, 1) * max(size / body, 1))

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Rows as text; short rows lack their last fields, rows with too many fields are broken."""
        row = self._head_lines + 1
        for number, block in enumerate(self._blocks()):
            if number == 0:
                block = _without_lines(block, self._head_lines)
            chunk, rows = self._parse(block, columns, row)
            row += rows
            yield chunk

    def _blocks(self) -> Iterator[bytes]:
        """Whole records as UTF-8, some megabytes at a time."""
        kept = b""
        with self.path.open("rb") as file:
            file.seek(len(self._mark))
            while True:
                read = file.read(_BLOCK)
                kept += read
                if not read:
                    break
                cut = self._last_record_end(kept)
                if cut:
                    yield self._utf8(kept[:cut])
                    kept = kept[cut:]
                elif len(kept) > _LONGEST_LINE:
                    raise _endless(self.path)
        if kept:
            yield self._utf8(kept)

    def _last_record_end(self, block: bytes) -> int:
        """Where the last whole record ends: at a line end that stands in no quotation."""
        end = "\n".encode(self.encoding)
        quote = '"'.encode(self.encoding)
        cut = block.rfind(end) + len(end)
        if cut < len(end):
            return 0
        for _ in range(100):
            if block.count(quote, 0, cut) % 2 == 0:
                return cut
            cut = block.rfind(end, 0, cut - len(end)) + len(end)
            if cut < len(end):
                break
        # A stray quotation mark (5" syringe): line ends are all there is to go by.
        return block.rfind(end) + len(end)

    def _utf8(self, block: bytes) -> bytes:
        try:
            text = block.decode(self.encoding)
        except UnicodeDecodeError as error:
            if self.encoding == "utf-8" and self._mark == b"":
                try:
                    text = block.decode("gb18030")
                except UnicodeDecodeError:
                    raise self._mixed(block, error.start) from error
            else:
                raise self._mixed(block, error.start) from error
        if "\x00" in text:
            raise InputError("文件中有二进制内容，不是文本表格", where=str(self.path), remedy=_REEXPORT)
        return block if self.encoding == "utf-8" and text.isascii() else text.encode()

    def _mixed(self, block: bytes, position: int) -> InputError:
        shown = block[max(0, position - 10) : position + 10]
        return InputError(
            f"文件编码混杂，无法按 {self.encoding.upper()} 解码",
            where=f"{self.path}，字节 {shown!r} 附近",
            remedy=_REEXPORT,
        )

    def _parse(self, block: bytes, columns: Sequence[str], row: int) -> tuple[Chunk, int]:
        """The chunk and the number of records it spans."""
        try:
            frame = pl.read_csv(
                block,
                has_header=False,
                schema=dict.fromkeys(self.columns, pl.Utf8),
                separator=self._delimiter,
                quote_char='"' if b'"' in block else None,
            )
        except pl.exceptions.NoDataError:
            return Chunk(pl.DataFrame(schema=dict.fromkeys(columns, pl.Utf8)), _numbers(row, 0)), 0
        except pl.exceptions.PolarsError:
            return self._parse_slowly(block, columns, row)
        rows = _numbers(row, frame.height)
        empty = frame.select(pl.all_horizontal(pl.all().is_null())).to_series()
        chosen = frame.select(columns)
        if empty.any():
            chosen, rows = chosen.filter(~empty), rows.filter(~empty)
        return Chunk(chosen, rows), frame.height

    def _parse_slowly(self, block: bytes, columns: Sequence[str], row: int) -> tuple[Chunk, int]:
        broken: list[BrokenRow] = []
        rows: list[int] = []
        records: list[list[str]] = []
        csv.field_size_limit(_LONGEST_LINE)
        width, number = len(self.columns), row
        reader = csv.reader(io.StringIO(block.decode(), newline=""), delimiter=self._delimiter)
        for number, record in enumerate(reader, row):
            if len(record) > width and any(record[width:]):
                reason = f"有 {len(record)} 个字段，表头只有 {width} 列"
                broken.append(BrokenRow(number, reason, self._delimiter.join(record)))
            elif any(record):
                rows.append(number)
                records.append((record + [""] * (width - len(record)))[:width])
        frame = pl.DataFrame(records, schema=dict.fromkeys(self.columns, pl.Utf8), orient="row")
        return Chunk(frame.select(columns), pl.Series("row", rows, pl.Int64), broken), number - row + 1


def _numbers(first: int, count: int) -> pl.Series:
    return pl.int_range(first, first + count, dtype=pl.Int64, eager=True).alias("row")


def _without_lines(block: bytes, count: int) -> bytes:
    position = 0
    for _ in range(count):
        end = block.find(b"\n", position)
        if end < 0:
            return b""
        position = end + 1
    return block[position:]


def _encoding(sample: bytes, path: Path, *, whole: bool) -> str:
    if b"\x00" in sample:
        raise InputError("文件是二进制内容，不是文本表格", where=str(path), remedy=_REEXPORT)
    for encoding in ("utf-8", "gb18030"):
        try:
            sample.decode(encoding)
        except UnicodeDecodeError as error:
            # The sample may end in the middle of a character.
            if whole or error.start < len(sample) - 4:
                continue
        return encoding
    raise InputError("无法识别文件的编码（不是 UTF-8，也不是 GB18030）", where=str(path), remedy=_REEXPORT)


def _endless(path: Path) -> InputError:
    return InputError(
        "文件有一行超长，疑似丢失了换行，未继续读取",
        where=str(path),
        remedy="请重新导出，使每条记录各占一行",
    )
