"""One national 3101/3102 message as the words of the domain: used online for one bill, and by the import for files.

Kept lean: columns of plain values, no tables; what was written the same way before is looked up, not read again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from operator import attrgetter, itemgetter
from typing import Any

from msgspec.structs import astuple

from mingcha.domain.claims import Diagnosis, Encounter, Line, Person, Procedure, Settlement
from mingcha.domain.errors import InputError
from mingcha.domain.fields import Field
from mingcha.domain.refunds import BilledLine, net_refunds
from mingcha.ingest import dto, parse
from mingcha.ingest.leaves import Columns, Leaves, identifier
from mingcha.ingest.main_diagnosis import sole_main
from mingcha.ingest.orders import UNTIL, last_days
from mingcha.ingest.uploads import longest_delay

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
    lines: MutableMapping[str, list[Any]]
    positions: list[int]
    diagnoses: Columns
    procedures: Columns
    current: bool


@dataclass(slots=True)
class Message:
    """A decoded message.

    Args:
        transaction: 3101 or 3102, where the envelope says so.
        message_id: the sender's, empty without an envelope.
        sent_at: time of sending as written.
        trigger: trigger scene.
        rule_ids: rules asked for, all if empty.
        root: path of the node that holds the patients.
        places: of each encounter as sent, the place of its patient and its own there.
        encounters: those that could be read; the current ones are marked, the others are history.
        faults: what could not be read.
        rows: charge lines as sent.
        patients: as they were sent, for `personal_of` alone.
    """

    transaction: str
    message_id: str
    sent_at: str
    trigger: str
    rule_ids: tuple[str, ...]
    root: str
    places: list[tuple[int, int]] = field(default_factory=list)
    encounters: list[BilledEncounter] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    rows: int = 0
    patients: list[Any] = field(default_factory=list, repr=False)

    def personal_of(self, encounter: BilledEncounter) -> dict[str, str | None]:
        """Name, ID number and phone of whom an encounter is of; for the register of persons."""
        patient = self.patients[self.places[encounter.number][0]]
        return {name: getattr(patient, national).strip() or None for name, national in dto.PERSONAL}

    def path_of(self, fault: Fault) -> str:
        """Where the value stands: input.data.patient_dtos[0].fsi_encounter_dtos[0].fsi_order_dtos[3].cnt."""
        patient, encounter = self.places[fault.encounter]
        path, name = f"{self.root}patient_dtos[{patient}].", fault.field.national[0]
        if fault.row < 0 and fault.field.name in _OF_PERSON:
            return path + name
        path += f"fsi_encounter_dtos[{encounter}]."
        if fault.field.owner is not Line:
            return path + name
        path += f"fsi_order_dtos[{fault.row}]."
        return path + (f"extend_order_map.{name}" if fault.field.name in dto.EXTENSION_ONLY else name)


_LINES = Leaves(Line, dto.ORDER)
_EXTENSIONS = Leaves(Line, dto.EXTENSION)
_DIAGNOSES = Leaves(Diagnosis, dto.DIAGNOSIS)
_PROCEDURES = Leaves(Procedure, dto.PROCEDURE)
_ENCOUNTERS = Leaves(Encounter, dto.ENCOUNTER)
_SETTLEMENTS = Leaves(Settlement, dto.SETTLEMENT)
_PERSONS = Leaves(Person, dto.PERSON)
_ALL = (_LINES, _EXTENSIONS, _DIAGNOSES, _PROCEDURES, _ENCOUNTERS, _SETTLEMENTS, _PERSONS)
_BARE = astuple(dto.Extension())
_person_texts = attrgetter(*(national for _, national in dto.PERSON))
_encounter_texts = attrgetter(*(national for _, national in dto.ENCOUNTER))
_settlement_texts = attrgetter(*(national for _, national in dto.SETTLEMENT))
_FACT_NAMES = (*_PERSONS.names, *_ENCOUNTERS.names, *_SETTLEMENTS.names)
_OF_PERSON = frozenset(_PERSONS.names)
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
    return _decoded(dto.decode(content))[0]


def read_message(content: bytes) -> Message:
    """Decode a message and make its encounters ready to be judged: repeats out, in canonical order, refunds netted.

    Lines gain `line_key`, `quantity` and `amount`, the same as the import gives them.

    Raises:
        InputError: no JSON, no 3101/3102 message, or one whose current encounter is not there or cannot be read
            whole: an answer without a line would name false differences and miss true ones. Only of a history
            what cannot be read is left out, and told as a fault.
    """
    message, current = _decoded(dto.decode(content))
    for encounter in message.encounters:
        _settle(encounter, message.faults)
    for fault in message.faults:
        if fault.rejected and fault.encounter in current:
            raise _unreadable(message, fault)
    if not current:
        raise InputError(
            "报文里没有当前就诊：curr_mdtrt_id 与每次就诊的 mdtrt_id 都不相同",
            where=f"{message.root}patient_dtos",
            remedy="请核对 curr_mdtrt_id，它应是受审就诊的 mdtrt_id",
        )
    return message


def _unreadable(message: Message, fault: Fault) -> InputError:
    value = f"，值为“{fault.value}”" if fault.value else ""
    return InputError(
        f"当前就诊不能审核：{fault.reason}{value}",
        where=message.path_of(fault),
        remedy="请补全或改正这一项后重新发送",
    )


def _decoded(sent: dto.Decoded) -> tuple[Message, list[int]]:
    """The message, and which of the encounters sent are the current ones."""
    message = Message(sent.transaction, sent.message_id, sent.sent_at, sent.trigger, sent.rule_ids, sent.root)
    message.patients = sent.patients
    for leaves in _ALL:
        leaves.forget()
    # All rows of a kind at once: a history has many short encounters, and a column costs more than a value.
    pairs = []
    for place, patient in enumerate(sent.patients):
        for number, one in enumerate(dto.many(patient.fsi_encounter_dtos)):
            pairs.append((patient, one))
            message.places.append((place, number))
    facts = _facts(pairs, message.faults)
    lines = _Nested([dto.many(one.fsi_order_dtos) for _, one in pairs])
    diagnoses = _Nested([dto.many(one.fsi_diagnose_dtos) for _, one in pairs])
    procedures = _Nested([dto.many(one.fsi_operation_dtos) for _, one in pairs])
    message.rows = len(lines.rows)
    line_columns = _line_columns(lines, message.faults)
    codes = _DIAGNOSES.read(diagnoses.columns(_DIAGNOSES), _unheard)
    operations = _PROCEDURES.read(procedures.columns(_PROCEDURES), _unheard)
    lost = {**_beyond(line_columns), **_LINES.lacking(line_columns)}
    uncoded, unnamed = _DIAGNOSES.lacking(codes), _PROCEDURES.lacking(operations)
    _refuse_lines(lost, lines, message.faults)
    current = []
    for number, (patient, _) in enumerate(pairs):
        wanted = identifier(patient.curr_mdtrt_id)
        is_current = wanted in ("", facts[number]["encounter_id"])
        if is_current:
            current.append(number)
        if _refuse_encounter(number, facts[number], len(lines.groups[number]), message.faults):
            continue
        kept, positions = lines.cut(line_columns, number, lost)
        # What is left of the lines may no longer add up to the bill, and that is not the bill's fault.
        facts[number]["lines_rejected"] = len(lines.groups[number]) - len(positions)
        message.encounters.append(
            BilledEncounter(
                number,
                facts[number],
                kept,
                positions,
                diagnoses.cut(codes, number, uncoded)[0],
                procedures.cut(operations, number, unnamed)[0],
                is_current,
            )
        )
    return message, current


class _Nested:
    """Rows of one kind of all encounters, one after the other."""

    def __init__(self, groups: list[list[Any]]) -> None:
        self.groups = groups
        self.rows = [row for group in groups for row in group]
        self.starts = [0, *accumulate(map(len, groups))]

    def columns(self, table: Leaves) -> list[Sequence[str]]:
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
        if end - start == len(self.rows):
            return columns, list(range(end))
        return {name: values[start:end] for name, values in columns.items()}, list(range(end - start))


def _unheard(_row: int, _declared: Field[Any], _text: str, _reason: str) -> None:
    """A diagnosis or operation is what its code says; nothing else of it is judged."""


def _facts(pairs: Sequence[tuple[Any, Any]], faults: list[Fault]) -> list[dict[str, Any]]:
    """The facts of each encounter: of its person, its own, of its settlement."""

    def note(row: int, declared: Field[Any], text: str, reason: str) -> None:
        faults.append(Fault(row, -1, declared, text, reason, declared.required))

    found: list[dict[str, Any]] = []
    last, person = None, [None] * len(_PERSONS.names)
    for row, (patient, encounter) in enumerate(pairs):
        # What cannot be read of a person is told once, not with each encounter.
        if patient is not last:
            last, person = patient, _PERSONS.record(_person_texts(patient), row, note)
        own = _ENCOUNTERS.record(_encounter_texts(encounter), row, note)
        settled = _SETTLEMENTS.record(_settlement_texts(encounter), row, note)
        found.append(dict(zip(_FACT_NAMES, (*person, *own, *settled), strict=True)))
    return found


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
        if stated is None or stated.count(None) == len(stated):
            columns[name] = values
        elif values.count(None) < len(values):
            columns[name] = [b if a is None else a for a, b in zip(stated, values, strict=True)]
    return columns


def _beyond(columns: Columns) -> dict[int, tuple[Field[Any], str]]:
    """Rows whose quantity × price no longer fits 64 bits: it would wrap silently where columns are judged."""
    quantities, prices = columns["billed_quantity"], columns["unit_price"]
    most = max(map(abs, filter(None, quantities)), default=0) * max(map(abs, filter(None, prices)), default=0)
    if most <= parse.MAX_PRODUCT:
        return {}
    return {
        row: (Line.unit_price, "数量与单价的乘积超出允许范围")
        for row, (quantity, price) in enumerate(zip(quantities, prices, strict=True))
        if abs((quantity or 0) * (price or 0)) > parse.MAX_PRODUCT
    }


def _refuse_lines(lost: Mapping[int, tuple[Field[Any], str]], lines: _Nested, faults: list[Fault]) -> None:
    for row, (declared, reason) in lost.items():
        text = str(getattr(lines.rows[row], declared.national[0]))
        why = _LINES.why(declared, text, reason)
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


def _taken(columns: Mapping[str, list[Any]], rows: Sequence[int]) -> Columns:
    if len(rows) < 2:  # an item getter of one gives the item, not a tuple of it
        return {name: [values[row] for row in rows] for name, values in columns.items()}
    chosen = itemgetter(*rows)
    unsent: list[Any] = [None] * len(rows)  # so are most columns, and they are alike in any order
    return {
        name: unsent.copy() if values.count(None) == len(values) else list(chosen(values))
        for name, values in columns.items()
    }


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
        netted = net_refunds(list(map(BilledLine._make, billed)))
        quantities, amounts = netted.quantities, netted.amounts
    lines["quantity"], lines["amount"] = list(quantities), list(amounts)
    if (until := last_days(lines)) is not None:
        lines[UNTIL] = until
    facts, told = encounter.facts, encounter.diagnoses
    facts["upload_delay"] = longest_delay(lines)
    facts["main_diagnosis"] = facts["main_diagnosis"] or sole_main(told["diagnosis_code"], told["main"])


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
