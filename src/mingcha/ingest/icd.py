"""The user's diagnosis table: code and name a line, or a spreadsheet or CSV with such columns."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from mingcha.domain.errors import InputError
from mingcha.ingest.knowledge.grids import Grid, grids

_CODES = ("诊断代码", "诊断编码", "疾病编码", "疾病代码", "编码", "代码", "code")
_NAMES = ("诊断名称", "疾病名称", "名称", "name")
_REMEDY = "每行一个编码和名称、以空格或制表符分开，或带“编码”“名称”两列的 xlsx、csv"


def read_diseases(path: Path) -> dict[str, str]:
    """Names by code.

    Raises:
        InputError: the file is missing or unreadable, has no such columns, or a row lacks its code or name.
    """
    if not path.is_file():
        raise InputError("找不到诊断编码表", where=str(path), remedy="核对路径")
    is_table = path.suffix.lower() in (".xlsx", ".xls", ".csv")
    names = _from_grid(grids(path)[0], path) if is_table else _from_lines(path)
    if not names:
        raise InputError("诊断编码表是空的", where=str(path), remedy=_REMEDY)
    return names


def _from_lines(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(
            "诊断编码表的文字编码无法识别", where=str(path), remedy="另存为 UTF-8 编码"
        ) from error
    names: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        parts = line.split(maxsplit=1)
        if len(parts) < 2 or not parts[0][:1].isalpha():
            raise InputError("这一行不是“编码 名称”", where=f"{path} 第 {number} 行", remedy=_REMEDY)
        names[_code(parts[0])] = parts[1].strip()
    return names


def _from_grid(sheet: Grid, path: Path) -> dict[str, str]:
    for code in _CODES:
        for name in _NAMES:
            heading = sheet.heading(code, name)
            if heading is not None:
                return {
                    _code(record[code]): record[name]
                    for _, record in sheet.records(heading)
                    if record[code] and record[name]
                }
    raise InputError("诊断编码表没有编码和名称两列", where=str(path), remedy=_REMEDY)


def _code(raw: str) -> str:
    """Half width without blanks; the case stays, the x of an extension is small in the published table."""
    return "".join(unicodedata.normalize("NFKC", raw).split())
