"""One message of care (4301 to 4505) as rows of stored values, while its sender waits for the answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from mingcha.domain.errors import InputError
from mingcha.domain.fields import Entity, Field
from mingcha.domain.values import ValueType
from mingcha.ingest.leaves import Reader, Reasons
from mingcha.ingest.parse import NO_DAY
from mingcha.ingest.records import Row, institutions_in, rows_of

CareRow = tuple[type[Entity], dict[str, Any]]
_DATED = (ValueType.DAY, ValueType.MOMENT)
_REMEDY = "请补全或改正这一项，用新的 msgid 重新发送"


def read_care(content: bytes, institution_id: str) -> list[CareRow]:
    """The rows of a message, whole, by the names of their fields.

    A value that is not required and cannot be read is unknown, as in an import; not so a day: it would be lost.

    Raises:
        InputError: no such message; a row of another institution; a row without what it must have, its person among
            that, or with a day that is none.
    """
    rows = rows_of(content)
    if others := institutions_in(content) - {institution_id}:
        raise InputError(
            "是别家机构的记录", where=f"fixmedins_code={min(others)[:30]}", remedy="只受理本机构自己的记录"
        )
    numbers: Counter[type[Entity]] = Counter()
    read = []
    for entity, row in rows:
        numbers[entity] += 1
        read.append((entity, _whole(entity, row, numbers[entity])))
    return read


def _whole(entity: type[Entity], row: Row, number: int) -> dict[str, Any]:
    whole = {}
    for name, declared in entity.fields().items():
        text = next((row[one] for one in declared.national if row.get(one)), "")
        value, why = _read(declared, text)
        lacking = value is None and (declared.required or name == "person_id")
        if lacking or (why not in ("", NO_DAY) and declared.type in _DATED):
            raise InputError(
                f"{entity.label}第 {number} 行的{declared.label}{why or '没有填写'}",
                where=declared.national[0],
                remedy=_REMEDY,
            )
        whole[name] = value
    return whole


def _read(declared: Field[Any], text: str) -> tuple[Any, str]:
    """The stored value of a text, and why there is none; nothing of a person is remembered."""
    reasons: Reasons = defaultdict(dict)
    reader = Reader(declared, reasons)
    value = reader.single(text) if declared.type is ValueType.TEXT else reader[text]
    return value, reasons[declared.name].get(text, "")
