"""Messages of facts beside the bills: what is known of a person (1101), and of care (4301, 4302, 4401 … 4602).

They become rows of the same tables as those that come as files, and are cleaned and refused like them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from mingcha.domain.claims import Person
from mingcha.domain.entitlement import InsuredPeriod, PersonIdentity
from mingcha.domain.errors import InputError
from mingcha.domain.evidence import (
    Allergy,
    CultureReport,
    ExaminationReport,
    LaboratoryResult,
    Operation,
    Order,
    PathologyReport,
    RecordedDiagnosis,
    SusceptibilityReport,
    VitalSigns,
)
from mingcha.domain.fields import Entity, Field
from mingcha.ingest.dto import many, not_json
from mingcha.ingest.mapping import UNMAPPED
from mingcha.ingest.notes import Notes, Rejects
from mingcha.ingest.persons import Persons
from mingcha.ingest.reading import Source, Stores, read_chunk
from mingcha.ingest.recognise import recognise_as
from mingcha.ingest.report import TableReport
from mingcha.ingest.tables import Chunk
from mingcha.ingest.visit_names import chosen

Row = dict[str, str]


@dataclass(frozen=True)
class _Told:
    """Where the rows of a table stand in the input of a transaction.

    Args:
        around: other nodes there, whose row (the one of the same report, where there are several) says more of each.
        telling: a row without any of these says nothing.
    """

    entity: type[Entity]
    node: str = "data"
    around: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()


_ALLERGEN = tuple(name for one in (Allergy.allergen_code, Allergy.allergen) for name in one.national)
_DIAGNOSIS = ("diag_code", "diag_name", "inhosp_diag_name", "tcm_dise_code", "tcm_dise_name")
# 4402 and 4402A differ in nothing that is read.
_OF_INPUT: Mapping[str, tuple[_Told, ...]] = {
    "4301": (
        _Told(Allergy, "caseinfo", ("rgstinfo",), _ALLERGEN),
        _Told(RecordedDiagnosis, "diseinfo", ("rgstinfo", "caseinfo"), _DIAGNOSIS),
    ),
    "4302": (_Told(Operation, "oprninfo"),),
    "4401": (
        _Told(Allergy, "baseinfo", telling=_ALLERGEN),
        _Told(RecordedDiagnosis, "diseinfo", ("baseinfo",), _DIAGNOSIS),
        _Told(Operation, "oprninfo", ("baseinfo",), ("oprn_oprt_code",)),
    ),
    "4402": (_Told(Order),),
    "4402A": (_Told(Order),),
    "4501": (_Told(ExaminationReport, "examinfo"),),
    "4502": (_Told(LaboratoryResult, "iteminfo", ("labinfo", "sampleinfo")),),
    "4503": (_Told(CultureReport),),
    "4504": (_Told(SusceptibilityReport),),
    "4505": (_Told(PathologyReport),),
    "4602": (_Told(VitalSigns),),
}
_REPORT = "rpotc_no"
_OF_PERSON: Mapping[str, type[Entity]] = {"insuinfo": InsuredPeriod, "idetinfo": PersonIdentity}
_MARK = re.compile(rb'"infno"\s*:\s*"(?:1101|%s)"|"baseinfo"\s*:' % "|".join(_OF_INPUT).encode())
_REMEDY = "请按国家接口规范组织报文：4301 至 4602 的 input 下有各节点，1101 的 output 下有 baseinfo"
_decoder = msgspec.json.Decoder(float_hook=str)


def is_record(content: bytes) -> bool:
    """Whether a message tells facts beside the bills."""
    return _MARK.search(content) is not None


def rows_of(content: bytes) -> list[tuple[type[Entity], Row]]:
    """The rows that a message tells, under their national names.

    Raises:
        InputError: no JSON, or nothing in it that is a row.
    """
    try:
        message = _decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(not_json(error), remedy="请检查报文是否被截断，编码应为 UTF-8") from error
    except RecursionError as error:
        raise InputError("报文嵌套过深", remedy=_REMEDY) from error
    infno = str(_node(message, "infno"))
    tables = _OF_INPUT.get(infno)
    if tables is not None and any(_rows(message, one.node) for one in tables):
        return [row for one in tables for row in _of_input(message, infno, one)]
    rows = [] if tables is not None else list(_of_person(message))
    if not rows:
        where = "、".join(dict.fromkeys(f"input.{one.node}" for one in tables or ()))
        raise InputError("报文中没有可读的数据", where=where, remedy=_REMEDY)
    return rows


def institutions_in(content: bytes) -> set[str]:
    """The institutions that the nodes of a message say they are of."""
    nodes = _node(_decoder.decode(content), "input")
    rows = [row for name in (nodes if isinstance(nodes, dict) else ()) for row in many(nodes[name])]
    return {code for row in rows if isinstance(row, dict) and (code := str(row.get("fixmedins_code") or ""))}


def _of_input(message: Any, infno: str, told: _Told) -> Iterator[tuple[type[Entity], Row]]:
    """The rows of a table, each with what stands around it; only what is read, because names stand there too."""
    fields = told.entity.fields().values()
    around = [_rows(message, node) for node in told.around]
    for row in _rows(message, told.node):
        whole: Row = {"infno": infno}
        for beside in around:
            whole |= _of_same_report(beside, row)
        whole |= {name: value for name, value in row.items() if value}
        if not told.telling or any(whole.get(name) for name in told.telling):
            yield told.entity, {name: value for field in fields for name, value in _said_of(field, whole)}


def _said_of(field: Field[Any], row: Row) -> Iterator[tuple[str, str]]:
    """What a row says of a field, under one name: transactions of one table call it differently. Of a visit all its
    names stay: which of them joins the tables is chosen later.
    """
    told = [(name, row[name]) for name in field.national if name in row]
    if field.name == "encounter_id":
        yield from told
    elif told:
        yield field.national[0], told[0][1]


def _rows(message: Any, node: str) -> list[Row]:
    found = many(_node(_node(message, "input"), node))
    return [_as_text(row) for row in found if isinstance(row, dict)]


def _of_same_report(rows: Sequence[Row], row: Row) -> Row:
    if len(rows) == 1:
        return rows[0]
    return next((one for one in rows if one.get(_REPORT) and one.get(_REPORT) == row.get(_REPORT)), {})


def _of_person(message: Any) -> Iterator[tuple[type[Entity], Row]]:
    """A person, and the periods and identities that name no person of their own."""
    told = next(
        (n for n in (_node(message, "output"), message) if isinstance(n, dict) and "baseinfo" in n), {}
    )
    for base in many(told.get("baseinfo")):
        if isinstance(base, dict):
            person = _as_text(base)
            yield Person, person
            for name, entity in _OF_PERSON.items():
                for row in many(told.get(name)):
                    if isinstance(row, dict):
                        yield entity, {"psn_no": person.get("psn_no", ""), **_as_text(row)}


def _node(message: Any, name: str) -> Any:
    """A node of a message, or nothing; some systems send `input` and `output` as a text of JSON."""
    node = message.get(name) if isinstance(message, dict) else None
    if isinstance(node, str) and name in ("input", "output"):
        try:
            return _decoder.decode(node)
        except msgspec.DecodeError:
            return None
    return node


def _as_text(row: Mapping[str, Any]) -> Row:
    return {name: "" if value is None else str(value) for name, value in row.items() if not _nested(value)}


def _nested(value: Any) -> bool:
    return isinstance(value, dict | list)


class Records:
    """Rows that messages of one file told, until they are put aside with those of tables.

    Args:
        visits: the name of a visit that all tables are joined by (see `visit_names`).
    """

    def __init__(self, path: Path, report: TableReport, number: int, visits: str) -> None:
        self.path = path
        self.report = report
        self.number = number
        self.visits = visits
        self._rows: dict[type[Entity], list[tuple[int, Row]]] = defaultdict(list)

    def add(self, content: bytes, place: int) -> None:
        """Take the rows of a message.

        Raises:
            InputError: it has none.
        """
        for entity, row in rows_of(content):
            self._rows[entity].append((place, row))

    def __len__(self) -> int:
        return sum(map(len, self._rows.values()))

    def store(self, stores: Stores, notes: Notes, rejects: Rejects, persons: Persons) -> None:
        """Put all rows aside like those of a table."""
        for entity, told in self._rows.items():
            table = _Table(self.path, self.report.label, entity, told)
            recognition = recognise_as(entity, table.columns)
            columns, left = chosen(self.visits, recognition, table.columns, {})
            if left:
                recognition = recognise_as(entity, columns)
            source = Source(table, UNMAPPED, recognition, self.report, self.number)
            for chunk in table.chunks(source.read_columns(persons)):
                read_chunk(source, chunk, stores, notes, rejects, persons)
        self._rows.clear()


class _Table:
    """Rows of messages as a table; what every row of its kind must have is a column, sent or not."""

    def __init__(self, path: Path, label: str, entity: type[Entity], told: Sequence[tuple[int, Row]]) -> None:
        self.path = path
        self.label = label
        self.estimated_rows = len(told)
        sent = dict.fromkeys(name for _, row in told for name in row)
        needed = [f.national[0] for f in entity.fields().values() if f.required and f.national]
        self.columns = [*sent, *(name for name in needed if name not in sent)]
        self._told = told

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """All rows at once: whoever gathers them bounds them."""
        frame = pl.DataFrame(
            {name: [row.get(name) for _, row in self._told] for name in columns},
            schema=dict.fromkeys(columns, pl.Utf8()),
        )
        yield Chunk(frame, pl.Series([place for place, _ in self._told], dtype=pl.Int64))
