"""Which files are to be read, and as what: by their ending, then by their first bytes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from mingcha.domain.errors import InputError
from mingcha.ingest.columnar import ParquetTable
from mingcha.ingest.delimited import DelimitedTable
from mingcha.ingest.mapping import Recipe, recipe_for
from mingcha.ingest.spreadsheet import sheets
from mingcha.ingest.tables import Table

DELIMITED = frozenset({".csv", ".tsv", ".txt"})
SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
PARQUET = frozenset({".parquet", ".pq"})
MESSAGES = frozenset({".json", ".ndjson", ".jsonl"})
_KNOWN = DELIMITED | SPREADSHEETS | PARQUET | MESSAGES


def files_of(inputs: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The files to be read, and files in the folders that are of no known kind; each once, in order of name.

    Raises:
        InputError: an input that is missing, may not be read, or of no known kind; nothing to read at all.
    """
    found: list[Path] = []
    other: list[Path] = []
    for path in inputs:
        if path.is_dir():
            inside = sorted(p for p in _walk(path) if not p.name.startswith((".", "~$")))
            found += [p for p in inside if p.suffix.lower() in _KNOWN]
            other += [p for p in inside if p.suffix.lower() not in _KNOWN]
        elif not path.exists():
            raise InputError("找不到文件或文件夹", where=str(path), remedy="请检查路径是否写对")
        elif path.suffix.lower() not in _KNOWN:
            raise InputError(
                f"不支持的文件类型“{path.suffix or '无后缀'}”",
                where=str(path),
                remedy="可读取 CSV/TSV、xlsx、Parquet 和 3101/3102 JSON 报文；请转换后再导入",
            )
        else:
            found.append(path)
    unique = list(dict.fromkeys(p.resolve() for p in found))
    if not unique:
        where = "、".join(str(path) for path in inputs)
        raise InputError(
            "没有可导入的文件", where=where, remedy="文件夹中应有 CSV、xlsx、Parquet 或 JSON 文件"
        )
    for path in unique:
        _readable(path)
    return unique, other


def _walk(folder: Path) -> list[Path]:
    def refuse(error: OSError) -> None:
        raise InputError(
            "没有权限读取文件夹", where=str(error.filename), remedy="请检查文件夹权限"
        ) from error

    inside: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside += [Path(parent) / name for name in names]
    return inside


def _readable(path: Path) -> None:
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise InputError("文件是空的", where=str(path), remedy="请确认导出是否成功，或移走这个文件")
    except OSError as error:
        raise InputError(
            f"无法读取文件：{error.strerror}", where=str(path), remedy="请检查文件权限，或是否被其他程序占用"
        ) from error


def open_tables(path: Path, recipes: list[Recipe]) -> list[tuple[Table, Recipe]]:
    """The tables of one file that is no message file: one, or one for each sheet."""
    recipe = recipe_for(path, recipes)
    suffix = path.suffix.lower()
    if suffix in PARQUET:
        return [(ParquetTable(path), recipe)]
    if suffix in SPREADSHEETS:
        return [(sheet, recipe) for sheet in sheets(path, recipe.wanted, recipe.sheet)]
    return [(DelimitedTable(path, recipe.wanted), recipe)]
