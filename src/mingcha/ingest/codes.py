"""Catalogues of codes as users have them: a code a line or a column of codes, told apart by their form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from mingcha.domain.errors import InputError
from mingcha.ingest.knowledge.grids import grids
from mingcha.knowledge.checks.points import FORMS
from mingcha.knowledge.point import Subject
from mingcha.knowledge.reading import code_of

_TABLES = (".xlsx", ".xls", ".csv")


def read_codes(paths: Iterable[Path]) -> dict[Subject, frozenset[str]]:
    """All codes in these files by what they are codes of; a subject without any code is left out.

    Raises:
        InputError: a file is missing, unreadable, or holds no code of a known form.
    """
    found: dict[Subject, set[str]] = {}
    for path in _files(paths):
        held = False
        for cell in _cells(path):
            code = code_of(cell)
            subject = next((subject for subject, form in FORMS.items() if form.fullmatch(code)), None)
            if subject is not None:
                found.setdefault(subject, set()).add(code)
                held = True
        if not held:
            raise InputError(
                "目录文件里没有认得的编码",
                where=str(path),
                remedy="每行一个医保目录、诊断或手术操作编码；或 xlsx、csv 表格，其中一列是编码",
            )
    return {subject: frozenset(codes) for subject, codes in found.items()}


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files that are named, and those in the folders that are."""
    for path in paths:
        if path.is_dir():
            held = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
            if not held:
                raise InputError("目录文件夹是空的", where=str(path), remedy="放入编码表，或直接写文件名")
            yield from held
        elif path.is_file():
            yield path
        else:
            raise InputError("找不到目录文件", where=str(path), remedy="核对路径")


def _cells(path: Path) -> Iterator[str]:
    """The cells of a table, or the first word of each line of a text."""
    if path.suffix.lower() in _TABLES:
        for sheet in grids(path):
            for row in sheet.rows:
                yield from filter(None, row)
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("目录文件的文字编码无法识别", where=str(path), remedy="另存为 UTF-8 编码") from error
    yield from (words[0] for line in text.splitlines() if (words := line.split(maxsplit=1)))
