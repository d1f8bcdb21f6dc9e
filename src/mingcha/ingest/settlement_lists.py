"""Settlement lists (transaction 4101): messages read as they were sent, checked, and laid beside their encounters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import polars as pl

from mingcha.domain.claims import Diagnosis, Encounter, Person, Settlement
from mingcha.domain.errors import InputError
from mingcha.domain.fields import Entity, Field
from mingcha.domain.settlement_list import (
    DAY,
    DURATION,
    HEAD,
    MOMENT,
    NODES,
    NUMBER,
    Listed,
    SettlementList,
)
from mingcha.domain.values import MINUTES_A_DAY, ValueType
from mingcha.ingest import parse
from mingcha.ingest.dto import many, not_json
from mingcha.knowledge.settlement_list.remarks import Remarks, remarks_on
from mingcha.knowledge.settlement_list.sent import Row, SentList
from mingcha.store.columns import Columns, columns_of, resolved_of

FACTS = ("list_faults", "list_fault_count", "diagnosis_fault_count", "procedure_fault_count")
# What a list says of its encounter where the bill does not.
STATED = ("procedure_count", "weight")
WESTERN = ("", "1")
_MAIN, _MAIN_OPERATION = {"1": True, "0": False}, {"1": True, "2": False}
# What the checks compare a list with.
COMPARED: tuple[Field[Any], ...] = (
    Person.birth_date,
    Encounter.started_at,
    Encounter.ended_at,
    Settlement.settlement_id,
    Settlement.total_amount,
)
_DURATION = re.compile(r"(\d{1,4})/(\d{1,2})/(\d{1,2})")
_MARK = b'"setlinfo"'
_REMEDY = "请按国家接口规范组织 4101 报文：input 下有 setlinfo，其中有就诊ID（mdtrt_id）"
_decoder = msgspec.json.Decoder(float_hook=str)


@dataclass(frozen=True)
class ReceivedList:
    """A list that was received: whose it is, when it was sent, and its nodes."""

    encounter_id: str
    institution_id: str
    sent_at: str
    nodes: Mapping[str, Sequence[Row]]

    @property
    def head(self) -> Row:
        return self.nodes[HEAD][0]

    @property
    def procedure_count(self) -> int | None:
        """How many operations it lists; None where there was no place for any."""
        listed = self.nodes.get("oprninfo")
        return None if listed is None else sum(bool(row.texts["code"]) for row in listed)

    @property
    def weight(self) -> int | None:
        """What a newborn weighed when admitted, of grams made kilograms."""
        grams = self.head.values.get("admission_weight")
        return None if grams is None else grams // 1000

    def stated(self) -> dict[str, int | None]:
        """What it says of its encounter, by name."""
        return {name: getattr(self, name) for name in STATED}

    def diagnoses(self) -> list[dict[str, Any]]:
        """Its western diagnoses as rows of `Diagnosis`."""
        return [
            {
                "encounter_id": self.encounter_id,
                "diagnosis_code": code,
                "diagnosis_name": row.texts["name"] or None,
                "main": _MAIN.get(row.texts["main"]),
                "order": row.number,
            }
            for row in self.nodes.get("diseinfo", ())
            if (code := _code(row.texts["code"])) and row.texts["type"] in WESTERN
        ]

    def procedures(self) -> list[dict[str, Any]]:
        """Its operations as rows of `Procedure`."""
        return [
            {
                "encounter_id": self.encounter_id,
                "procedure_code": code,
                "procedure_name": row.texts["name"] or None,
                "main": _MAIN_OPERATION.get(row.texts["type"]),
                "operated_at": row.values.get("begun_at"),
                "anaesthesia": _code(row.texts["anaesthesia"]) or None,
                "surgeon_id": row.texts["surgeon_id"] or None,
                "anaesthetist_id": row.texts["anaesthetist_id"] or None,
            }
            for row in self.nodes.get("oprninfo", ())
            if (code := _code(row.texts["code"]))
        ]


def is_list(content: bytes) -> bool:
    """Whether a message is a settlement list."""
    return _MARK in content


def read_list(content: bytes) -> ReceivedList:
    """A 4101 message, with or without its envelope, as it was sent.

    Raises:
        InputError: no JSON, or no settlement list of one encounter.
    """
    envelope, found = _opened(content)
    heads = many(found[HEAD])
    if len(heads) != 1 or not isinstance(heads[0], dict):
        raise InputError("结算清单报文应有一个 setlinfo 节点", where=HEAD, remedy=_REMEDY)
    nodes = {
        node: [_row(entity, sent, place) for place, sent in enumerate(_rows(found, node), 1)]
        for node, (_, entity) in NODES.items()
    }
    encounter_id = nodes[HEAD][0].texts["encounter_id"]
    if not encounter_id:
        raise InputError("结算清单缺少就诊ID", where=f"{HEAD}.mdtrt_id", remedy=_REMEDY)
    return ReceivedList(
        encounter_id,
        _text(envelope.get("fixmedins_code")),
        _text(envelope.get("inf_time")),
        nodes,
    )


def facts_of(received: ReceivedList, known: Mapping[str, Any]) -> dict[str, Any]:
    """What the checks say of a list beside what is known of its bill, as facts of the encounter."""
    return dict(zip(FACTS, _told(remarks_on(SentList(received.nodes, known))), strict=True))


class SettlementLists:
    """The lists of an import, by encounter: the one sent last counts."""

    def __init__(self, received: Iterable[ReceivedList]) -> None:
        self._lists: dict[str, ReceivedList] = {}
        for one in received:
            known = self._lists.get(one.encounter_id)
            if known is None or one.sent_at >= known.sent_at:
                self._lists[one.encounter_id] = one

    def of_encounters(self, encounters: pl.DataFrame) -> pl.DataFrame:
        """Encounters with what the checks say of their lists, rows in the same order."""
        if not self._lists or not encounters.height:
            return encounters
        names = ["encounter_id", *(field.name for field in COMPARED)]
        listed = encounters.filter(pl.col("encounter_id").is_in(list(self._lists)))
        listed = listed.select(
            pl.col(name) if name in encounters.columns else pl.lit(None).alias(name) for name in names
        )
        told = [
            {"encounter_id": row["encounter_id"], **facts_of(self._lists[row["encounter_id"]], row)}
            | {f"listed.{name}": said for name, said in self._lists[row["encounter_id"]].stated().items()}
            for row in listed.iter_rows(named=True)
        ]
        schema: Columns = {"encounter_id": pl.Utf8(), **{n: resolved_of(Encounter)[n] for n in FACTS}}
        schema |= {f"listed.{name}": columns_of(Encounter)[name] for name in STATED}
        joined = encounters.join(
            pl.DataFrame(told, schema=schema), on="encounter_id", how="left", maintain_order="left"
        )
        known = [name for name in STATED if name in encounters.columns]
        return joined.with_columns(
            pl.coalesce(*([name] if name in known else []), f"listed.{name}").alias(name) for name in STATED
        ).drop(f"listed.{name}" for name in STATED)

    def with_coded(self, entity: type[Entity], rows: pl.DataFrame, index: pl.DataFrame) -> pl.DataFrame:
        """Diagnoses or operations (with `enc`), and those of lists for encounters of which nothing else tells any.

        Args:
            index: encounter_id, enc.
        """
        wanted = index.filter(pl.col("encounter_id").is_in(list(self._lists)))
        if rows.width:
            wanted = wanted.join(rows.select("enc").unique(), on="enc", how="anti")
        lists = [self._lists[encounter_id] for encounter_id in wanted["encounter_id"]]
        told = [
            row for one in lists for row in (one.diagnoses() if entity is Diagnosis else one.procedures())
        ]
        if not told:
            return rows
        added = pl.DataFrame(told, schema=columns_of(entity)).join(
            wanted, on="encounter_id", maintain_order="left"
        )
        return pl.concat([rows, added], how="diagonal_relaxed").sort("enc", maintain_order=True)


def lists_of_table(rows: pl.DataFrame, told: Sequence[ReceivedList]) -> list[ReceivedList]:
    """The heads of lists that came as a table; a column that no row fills had no place to be sent.

    Args:
        told: those that came as messages: whatever the table says of the same encounters is known.
    """
    rows = rows.filter(~pl.col("encounter_id").is_in([one.encounter_id for one in told]))
    filled = [name for name in rows.columns if name in SettlementList.fields() and rows[name].count()]
    return [
        ReceivedList(texts["encounter_id"], "", "", {HEAD: [Row(texts, _values(SettlementList, texts))]})
        for texts in rows.select(pl.col(name).cast(pl.Utf8).fill_null("") for name in filled).to_dicts()
    ]


def table_of(received: Sequence[ReceivedList]) -> pl.DataFrame:
    """The heads of lists that came as messages, as a table; without a person's own data."""
    names = list(columns_of(SettlementList))
    return pl.DataFrame(
        [{name: one.head.texts[name] or None for name in names} for one in received],
        schema=columns_of(SettlementList),
    )


def _opened(content: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """The envelope of a message, and the node that holds the list."""
    try:
        envelope = _decoder.decode(content.removeprefix(b"\xef\xbb\xbf"))
        found = envelope
        for inner in ("input", "data"):
            deeper = found.get(inner) if isinstance(found, dict) else None
            deeper = _decoder.decode(deeper) if isinstance(deeper, str) and deeper else deeper
            found = deeper if isinstance(deeper, dict) else found
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(not_json(error), remedy="请检查报文是否被截断，编码应为 UTF-8") from error
    if not isinstance(found, dict) or HEAD not in found:
        raise InputError("报文中没有结算清单", where=HEAD, remedy=_REMEDY)
    return envelope, found


def _rows(found: Mapping[str, Any], node: str) -> list[dict[str, Any]]:
    sent = found.get(node)
    return [row for row in many(sent or None) if isinstance(row, dict)]


def _row(entity: type[Entity], sent: Mapping[str, Any], place: int) -> Row:
    texts = {name: _text(sent.get(field.national[0])) for name, field in entity.fields().items()}
    return Row(texts, _values(entity, texts), place)


def _text(value: Any) -> str:
    if value is None:
        return ""
    text = parse.half_width(str(value)).strip()
    return "" if text.lower() in parse.EMPTY else text


def _values(entity: type[Entity], texts: Mapping[str, str]) -> dict[str, int]:
    """What numbers, days, moments and durations say, as far as they can be read."""
    values: dict[str, int] = {}
    for name, field in entity.fields().items():
        text = texts.get(name)
        if text and isinstance(field, Listed):
            value = _value(text, field.form.what)
            if value is not None:
                values[name] = value
    return values


def _value(text: str, what: str) -> int | None:
    try:
        if what == NUMBER:
            return parse.scaled(text, ValueType.QUANTITY)
        if what == DAY:
            return parse.day(text)
        if what == MOMENT:
            return parse.moment(text)
    except parse.Unreadable:
        return None
    return _minutes(text) if what == DURATION else None


def _minutes(text: str) -> int | None:
    """Minutes of 天数/小时数/分钟数."""
    found = _DURATION.fullmatch(text)
    if found is None or int(found[2]) > 23 or int(found[3]) > 59:
        return None
    return int(found[1]) * MINUTES_A_DAY + int(found[2]) * 60 + int(found[3])


def _code(text: str) -> str:
    return "".join(text.upper().split())


def _told(remarks: Remarks) -> tuple[Any, ...]:
    return remarks.texts, remarks.of_list, remarks.of_diagnoses, remarks.of_procedures
