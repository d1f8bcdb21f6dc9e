"""A draft of a mapping file: what is recognised, what the other columns may mean by name and values, what lacks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from glob import escape
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.domain.claims import Encounter, Line
from mingcha.domain.fields import Field
from mingcha.domain.values import ValueType
from mingcha.ingest import parse
from mingcha.ingest.recognise import CLAIMS, Recognition, known_names, names_of, normal, recognise
from mingcha.ingest.sources import MESSAGES, files_of, open_tables
from mingcha.ingest.tables import Table

SAMPLE = 200
_SHOWN = 3
_LIKELY = 0.75
# An identity card number has no business in a draft that is passed around.
_IDENTITY = re.compile(r"\d{17}[\dXx]")
# What only the values say: national item codes, sexes, diagnosis codes.
_TELLING: tuple[tuple[str, str], ...] = (
    (r"[XZ][A-Z0-9]{19,22}|T\d{9,}|0\d{14}|C\d{15,}", "Line.item_code"),
    (r"男|女|男性|女性|M|F", "Person.sex"),
    (r"[A-TV-Z]\d{2}(\.[0-9A-Z]{1,6})?(\+.*)?", "Diagnosis.diagnosis_code"),
)
_HEAD = """\
# 明察导入映射草稿：请逐列核对，改好后用 mingcha import … --mapping 本文件 导入。
# columns：源列名: 实体.字段（可写多个：[A, B]）；值留空的列不导入。字段清单见 mingcha schema。
# constants：整个文件共有的值。dates：日期写法，如 "%d/%m/%Y"。scale：换算，如 Line.billed_amount: 0.01（以分计）。
# only / skip：只导入（不导入）某列取这些值的行。sheet：工作表名。
files:
"""


def suggest_mapping(paths: Sequence[Path]) -> str:
    """Draft a mapping file for these files or folders.

    Raises:
        InputError: a file that cannot be read, or nothing to read.
    """
    files, _ = files_of(paths)
    tables = [
        table for path in files if path.suffix.lower() not in MESSAGES for table, _ in open_tables(path, [])
    ]
    return _HEAD + "".join(line + "\n" for table in tables for line in _entry(table))


def _entry(table: Table) -> Iterator[str]:
    recognition = recognise(table.columns, {})
    sample = next(iter(table.chunks(table.columns)), None)
    frame = sample.frame.head(SAMPLE) if sample else pl.DataFrame()
    guessed = guesses(recognition, frame)
    yield f"  - match: {_quoted(escape(table.path.name))}"
    sheet = getattr(table, "sheet", "")
    if sheet:
        yield f"    sheet: {_quoted(sheet)}"
    if recognition.columns:
        yield f"    # 按列名识别为{_kind(recognition)}：{'、'.join(_recognised(recognition))}"
    if recognition.personal:
        yield f"    # 个人信息，不导入：{'、'.join(recognition.personal)}"
    if guessed:
        yield "    columns:"
    for column, guess in guessed.items():
        meant = f"{guess!r}" if guess is not None else ""
        note = "猜测，请核对" if guess is not None else "未识别"
        yield f"      {_quoted(column)}: {meant}  # {note}；示例：{_examples(frame, column)}"
    if missing := lacking(recognition, guessed):
        yield f"    # 还缺：{'、'.join(f'{f.label}（{f!r}）' for f in missing)}；若由其他表提供可不填"
        yield "    # constants:"
        yield f"    #   {missing[0]!r}: 值"


def guesses(recognition: Recognition, frame: pl.DataFrame) -> dict[str, Field[Any] | None]:
    """Each column that is not recognised, and the field it most likely is, each field once."""
    taken = {
        id(f)
        for entity, fields in recognition.columns.items()
        for n, f in entity.fields().items()
        if n in fields
    }
    scored: list[tuple[float, str, Field[Any]]] = []
    for column in recognition.unknown:
        values = _values(frame, column)
        free = [declared for declared in _fields() if id(declared) not in taken]
        scored += [(_score(column, values, declared), column, declared) for declared in free]
    found: dict[str, Field[Any] | None] = dict.fromkeys(recognition.unknown)
    for score, column, declared in sorted(scored, key=lambda one: (-one[0], one[1], repr(one[2]))):
        if score >= _LIKELY and found[column] is None and id(declared) not in taken:
            found[column] = declared
            taken.add(id(declared))
    return found


def _fields() -> Iterator[Field[Any]]:
    seen: set[int] = set()
    for fields in known_names().values():
        for declared in fields:
            if id(declared) not in seen and not declared.personal:
                seen.add(id(declared))
                yield declared


def _score(column: str, values: Sequence[str], declared: Field[Any]) -> float:
    """How likely the column is this field: likeness of names, and nothing if its values cannot be of the type."""
    if not _fit(values, declared.type):
        return 0.0
    if values and any(
        repr(declared) == name and all(re.fullmatch(pattern, value.strip().upper()) for value in values)
        for pattern, name in _TELLING
    ):
        return 1.0
    name = normal(column)
    return max(SequenceMatcher(None, name, normal(other)).ratio() for other in names_of(declared)[2:])


def _fit(values: Sequence[str], type_: ValueType) -> bool:
    if type_ in (ValueType.TEXT, ValueType.CODE, ValueType.CODES):
        return True
    readable = 0
    for value in values:
        try:
            parse.value(parse.half_width(value).strip(), type_)
            readable += 1
        except parse.Unreadable:
            continue
    return readable * 5 >= len(values) * 4


def _values(frame: pl.DataFrame, column: str) -> list[str]:
    if column not in frame.columns:
        return []
    texts = frame[column].cast(pl.Utf8, strict=False).drop_nulls().unique(maintain_order=True)
    return [text for text in texts if text.strip()][:SAMPLE]


def _examples(frame: pl.DataFrame, column: str) -> str:
    # One line each: a line break in a value would end the comment.
    shown = [" ".join(value.split())[:30] for value in _values(frame, column)[:_SHOWN]]
    shown = ["（证件号码）" if _IDENTITY.search(value) else value for value in shown]
    return "、".join(shown) or "（空）"


def _kind(recognition: Recognition) -> str:
    return recognition.primary.label if recognition.primary else "辅助信息"


def _recognised(recognition: Recognition) -> Iterator[str]:
    told: set[str] = set()
    for entity in CLAIMS:
        for name, column in recognition.columns.get(entity, {}).items():
            if column not in told:
                told.add(column)
                yield f"{column}={entity.fields()[name].label}"


def lacking(recognition: Recognition, guessed: dict[str, Field[Any] | None]) -> list[Field[Any]]:
    """Required facts of a line table or an encounter table that neither names nor guesses give."""
    given = {name for fields in recognition.columns.values() for name in fields}
    given |= {f.name for f in guessed.values() if f is not None}
    entity = Encounter if recognition.primary not in (None, Line) else Line
    return [f for name, f in entity.fields().items() if f.required and name not in given]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
