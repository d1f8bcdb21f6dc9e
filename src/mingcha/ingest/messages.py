"""One national 3101/3102 message as the words of the domain: used online for one bill, and by the import for files.

Kept lean: columns of plain values, no tables; what was written the same way before is looked up, not read again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from operator import attrgetter
from typing import Any

from msgspec.structs import astuple

from mingcha.domain.claims import Diagnosis, Encounter, Line, Person, Procedure, Settlement
from mingcha.domain.fields import Entity, Field
from mingcha.domain.refunds import BilledLine, net_refunds
from mingcha.domain.values import ValueType
from mingcha.ingest import dto, parse
from mingcha.ingest.clean import is_identifier, words

Columns = dict[str, list[Any]]
# Told of a value that could not be read: row, field, text, reason.
_Note = Callable[[int, Field[Any], str, str], None]
_MOST_REMEMBERED = 1 << 16
_ORDER = ("charged_at", "line_id", "item_code", "billed_quantity", "billed_amount")
_REQUIRED = [f for f in Encounter.fields().values() if f.required]


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that could not be read; `rejected` where the row (or encounter: row -1) is left out for it.

    Encounter and row count from 0 as they stand in the message.
    """

    encounter: int
    row: int
    field: Field[Any]
    value: str
    reason: str
    rejected: bool


@dataclass(slots=True)
class BilledEncounter:
    """One encounter of a message, `number` being its place there.

    `facts` has the fields of Person, Encounter and Settlement by name; `lines`, `diagnoses` and `procedures` are
    columns of stored values, one list a field; `positions` are the places of the lines in the message.
    """

    number: int
    facts: dict[str, Any]
    lines: Columns
    positions: list[int]
    diagnoses: Columns
    procedures: Columns
    current: bool


@dataclass(slots=True)
class Message:
    """A decoded message: transaction, trigger scene, encounters (the current ones marked), faults, rows read."""

    transaction: str
    trigger: str
    encounters: list[BilledEncounter] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    rows: int = 0


class _Reader(dict[str, Any]):
    """Reads the texts of one field, remembering them: text → stored value, None for empty and unreadable ones."""

    def __init__(self, declared: Field[Any]) -> None:
        super().__init__({"": None})
        self.declared = declared
        self.reasons: dict[str, str] = {}
        self.words = words(declared.codes) if declared.codes else {}
        self.identifying = is_identifier(declared)
        # A number that is empty is sent as 0; required ones are then really nothing.
        self.zero_is_empty = declared.type in parse.SCALES and not declared.required

    def column(self, texts: Sequence[str]) -> list[Any]:
        """Stored values of these texts."""
        if not any(texts):
            return [None] * len(texts)
        if self.declared.type is ValueType.TEXT:
            return _texts(texts, identifying=self.identifying)
        if len(self) > _MOST_REMEMBERED:
            self.clear()
            self.reasons.clear()
        return list(map(self.__getitem__, texts))

    def __missing__(self, text: str) -> Any:
        try:
            value = self._read(text)
        except parse.Unreadable as error:
            self.reasons[text] = str(error)
            value = None
        self[text] = value
        return value

    def _read(self, text: str) -> Any:
        clean = parse.half_width(text).strip()
        if clean.lower() in parse.EMPTY:
            return None
        if self.declared.type in (ValueType.CODE, ValueType.FLAG):
            clean = "".join(clean.upper().split())
            clean = clean.removesuffix(".0") if self.declared.codes else clean
            found = self.words.get(clean, clean)
            if found is None or self.declared.type is ValueType.CODE:
                return found
            clean = found
        value = parse.value(clean, self.declared.type)
        return None if value == 0 and self.zero_is_empty else value


def _texts(texts: Sequence[str], *, identifying: bool) -> list[Any]:
    """Texts without outer blanks, identifiers in half width; empty ones are unknown."""
    together = "".join(texts)
    if identifying and not together.isascii():
        return [parse.half_width(text).strip() or None for text in texts]
    if together.split(None, 1) == [together]:
        return list(texts) if all(texts) else [text or None for text in texts]
    return [text.strip() or None for text in texts]


class _Table:
    """Reads the rows of one entity into columns."""

    def __init__(self, entity: type[Entity], attributes: Sequence[tuple[str, str]]) -> None:
        declared = entity.fields()
        self.names = [name for name, _ in attributes]
        self.readers = [_Reader(declared[name]) for name in self.names]
        self.required = [declared[name] for name in self.names if declared[name].required]

    def read(self, texts: Sequence[Sequence[str]], note: _Note) -> Columns:
        """Columns of stored values; what cannot be read is noted, no row is left out yet."""
        columns: Columns = {}
        for name, reader, column in zip(self.names, self.readers, texts, strict=True):
            columns[name] = values = reader.column(column)
            if reader.reasons and None in values:
                for row, text in enumerate(column):
                    if text in reader.reasons:
                        note(row, reader.declared, text, reader.reasons[text])
        return columns

    def lacking(self, columns: Columns) -> dict[int, Field[Any]]:
        """Rows that lack a required fact, and which."""
        lost: dict[int, Field[Any]] = {}
        for declared in self.required:
            if None in columns[declared.name]:
                for row, value in enumerate(columns[declared.name]):
                    if value is None:
                        lost.setdefault(row, declared)
        return lost


_LINES = _Table(Line, dto.ORDER)
_EXTENSIONS = _Table(Line, dto.EXTENSION)
_DIAGNOSES = _Table(Diagnosis, dto.DIAGNOSIS)
_PROCEDURES = _Table(Procedure, dto.PROCEDURE)
_ENCOUNTERS = _Table(Encounter, dto.ENCOUNTER)
_SETTLEMENTS = _Table(Settlement, dto.SETTLEMENT)
_PERSONS = _Table(Person, dto.PERSON)
_BARE = astuple(dto.Extension())
_LINE_NAMES = tuple(dict.fromkeys((*_LINES.names, *_EXTENSIONS.names)))
_FULL_ORDER = (*_ORDER, *(name for name in _LINE_NAMES if name not in _ORDER))
_NETTED = (
    "line_id",
    "original_line_id",
    "item_code",
    "charged_at",
    "billed_quantity",
    "billed_amount",
    "unit_price",
)


def decode_message(content: bytes) -> Message:
    """Decode a message as it stands: every line, not yet in order, repeats and refunds included.

    Raises:
        InputError: no JSON, or no 3101/3102 message.
    """
    transaction, trigger, patients = dto.decode(content)
    message = Message(transaction, trigger)
    # All rows of a kind at once: a history has many short encounters, and a column costs more than a value.
    sent = [(patient, one) for patient in patients for one in dto.many(patient.fsi_encounter_dtos)]
    facts = _facts(sent, message.faults)
    lines = _Nested([dto.many(one.fsi_order_dtos) for _, one in sent])
    diagnoses = _Nested([dto.many(one.fsi_diagnose_dtos) for _, one in sent])
    procedures = _Nested([dto.many(one.fsi_operation_dtos) for _, one in sent])
    message.rows = len(lines.rows)
    line_columns = _line_columns(lines, message.faults)
    codes = _DIAGNOSES.read(diagnoses.columns(_DIAGNOSES), _unheard)
    operations = _PROCEDURES.read(procedures.columns(_PROCEDURES), _unheard)
    lost, uncoded, unnamed = (
        _LINES.lacking(line_columns),
        _DIAGNOSES.lacking(codes),
        _PROCEDURES.lacking(operations),
    )
    _refuse_lines(lost, lines, message.faults)
    for number, (patient, one) in enumerate(sent):
        if _refuse_encounter(number, facts[number], len(lines.groups[number]), message.faults):
            continue
        kept, positions = lines.cut(line_columns, number, lost)
        message.encounters.append(
            BilledEncounter(
                number,
                facts[number],
                kept,
                positions,
                diagnoses.cut(codes, number, uncoded)[0],
                procedures.cut(operations, number, unnamed)[0],
                current=patient.curr_mdtrt_id in ("", one.mdtrt_id),
            )
        )
    return message


def read_message(content: bytes) -> Message:
    """Decode a message and make its encounters ready to be judged: repeats out, in canonical order, refunds netted.

    Lines gain `line_key`, `quantity` and `amount`, the same as the import gives them.

    Raises:
        InputError: no JSON, or no 3101/3102 message.
    """
    message = decode_message(content)
    for encounter in message.encounters:
        _settle(encounter, message.faults)
    return message


class _Nested:
    """Rows of one kind of all encounters, one after the other."""

    def __init__(self, groups: list[list[Any]]) -> None:
        self.groups = groups
        self.rows = [row for group in groups for row in group]
        self.starts = [0, *accumulate(map(len, groups))]

    def columns(self, table: _Table) -> list[Sequence[str]]:
        """The texts of all rows, column by column."""
        return list(zip(*map(astuple, self.rows), strict=True)) or [()] * len(table.names)

    def place(self, row: int) -> tuple[int, int]:
        """Encounter of a row and its place there."""
        number = bisect_right(self.starts, row) - 1
        return number, row - self.starts[number]

    def cut(self, columns: Columns, number: int, lost: Mapping[int, object]) -> tuple[Columns, list[int]]:
        """The columns of one encounter without the lost rows, and the places of its rows."""
        start, end = self.starts[number], self.starts[number + 1]
        if lost and any(row in lost for row in range(start, end)):
            kept = [row for row in range(start, end) if row not in lost]
            return _taken(columns, kept), [row - start for row in kept]
        return {name: values[start:end] for name, values in columns.items()}, list(range(end - start))


def _unheard(_row: int, _declared: Field[Any], _text: str, _reason: str) -> None:
    """A diagnosis or operation is what its code says; nothing else of it is judged."""


def _facts(sent: Sequence[tuple[Any, Any]], faults: list[Fault]) -> list[dict[str, Any]]:
    """The facts of each encounter: of its person, its own, of its settlement."""

    def note(row: int, declared: Field[Any], text: str, reason: str) -> None:
        faults.append(Fault(row, -1, declared, text, reason, declared.required))

    columns: Columns = {}
    for table, attributes, which in (
        (_PERSONS, dto.PERSON, 0),
        (_ENCOUNTERS, dto.ENCOUNTER, 1),
        (_SETTLEMENTS, dto.SETTLEMENT, 1),
    ):
        get = attrgetter(*(national for _, national in attributes))
        texts = list(zip(*(get(pair[which]) for pair in sent), strict=True))
        columns |= table.read(texts, note) if texts else {}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _line_columns(lines: _Nested, faults: list[Fault]) -> Columns:
    def note(row: int, declared: Field[Any], text: str, reason: str) -> None:
        if not declared.required:  # a required one is told by `_refuse_lines`
            faults.append(Fault(*lines.place(row), declared, text, reason, rejected=False))

    texts: list[Any] = list(lines.columns(_LINES))
    if not lines.rows:
        return {name: [] for name in _LINE_NAMES}
    columns = _LINES.read(texts[:-1], note)
    if any(extension is not None for extension in texts[-1]):
        extensions = [_BARE if one is None else astuple(one) for one in texts[-1]]
        more = _EXTENSIONS.read(list(zip(*extensions, strict=True)), note)
    else:
        more = {name: [None] * len(lines.rows) for name in _EXTENSIONS.names}
    for name, values in more.items():
        stated = columns.get(name)
        if stated is None or not any(value is not None for value in stated):
            columns[name] = values
    return columns


def _refuse_lines(lost: Mapping[int, Field[Any]], lines: _Nested, faults: list[Fault]) -> None:
    for row, declared in lost.items():
        text = str(getattr(lines.rows[row], declared.national[0]))
        reason = _LINES.readers[_LINES.names.index(declared.name)].reasons.get(text)
        why = f"{declared.label}{reason}" if reason else f"缺少{declared.label}"
        faults.append(Fault(*lines.place(row), declared, text, why, rejected=True))


def _refuse_encounter(number: int, facts: Mapping[str, Any], rows: int, faults: list[Fault]) -> bool:
    """Whether an encounter lacks a required fact; then it and all its lines are refused."""
    missing = next((f for f in _REQUIRED if facts[f.name] is None), None)
    if missing is None:
        return False
    told = next((f for f in faults if f.encounter == number and f.row < 0 and f.rejected), None)
    fault = told or Fault(number, -1, missing, "", f"就诊缺少{missing.label}", rejected=True)
    if not told:
        faults.append(fault)
    refused = {f.row for f in faults if f.encounter == number and f.rejected}
    reason = f"所属就诊被拒收：{fault.reason}"
    faults += [replace(fault, row=row, reason=reason) for row in range(rows) if row not in refused]
    return True


def _taken(columns: Columns, rows: Sequence[int]) -> Columns:
    return {name: [values[row] for row in rows] for name, values in columns.items()}


def _settle(encounter: BilledEncounter, faults: list[Fault]) -> None:
    """Canonical order, repeats of one line id out, refunds netted."""
    lines = encounter.lines
    ids = lines["line_id"]
    if None not in ids and len(set(ids)) == len(ids):
        plain: list[Any] = list(zip(*(lines[name] for name in _ORDER), strict=True))
        order = sorted(range(len(ids)), key=plain.__getitem__)
    else:
        # Without ids or with repeated ones the other columns break ties, as in the import.
        rows = zip(*(lines[name] for name in _FULL_ORDER), strict=True)
        keys = [tuple((value is not None, value) for value in row) for row in rows]
        order = _distinct(encounter, sorted(range(len(ids)), key=keys.__getitem__), keys, faults)
    if order != list(range(len(ids))):
        encounter.lines = lines = _taken(lines, order)
        encounter.positions = [encounter.positions[row] for row in order]
    lines["line_key"] = [line_id or f"#{number}" for number, line_id in enumerate(lines["line_id"], 1)]
    quantities, amounts = lines["billed_quantity"], lines["billed_amount"]
    if min(quantities, default=0) < 0 or min(amounts, default=0) < 0:
        billed = zip(*(lines[name] for name in _NETTED), strict=True)
        netted = net_refunds([BilledLine(*row) for row in billed])
        quantities, amounts = netted.quantities, netted.amounts
    lines["quantity"], lines["amount"] = list(quantities), list(amounts)


def _distinct(
    encounter: BilledEncounter, order: Sequence[int], keys: Sequence[Any], faults: list[Fault]
) -> list[int]:
    """The order without repeats of a line id; other content under one id is a fault, the first charged stays."""
    seen: dict[str, Any] = {}
    kept = []
    for row in order:
        line_id = encounter.lines["line_id"][row]
        if line_id is None or line_id not in seen:
            kept.append(row)
        elif keys[row] != seen[line_id]:
            place = encounter.positions[row]
            faults.append(
                Fault(encounter.number, place, Line.line_id, line_id, "同一明细标识的内容不同", rejected=True)
            )
        if line_id is not None:
            seen.setdefault(line_id, keys[row])
    return kept
