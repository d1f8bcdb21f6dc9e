"""Files of national messages for the import: one message, a list of them, or one a line (NDJSON)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from mingcha.domain.claims import Diagnosis, Encounter, Line, Person, Procedure, Settlement
from mingcha.domain.errors import InputError
from mingcha.domain.fields import Entity
from mingcha.domain.settlement_list import SettlementList
from mingcha.ingest.dto import PERSONAL, many, not_json
from mingcha.ingest.leaves import Columns
from mingcha.ingest.messages import Message, decode_message
from mingcha.ingest.newest import Place
from mingcha.ingest.notes import REJECTS, Notes, Rejects
from mingcha.ingest.persons import AS_WRITTEN, Persons
from mingcha.ingest.reading import UNREADABLE, Stores
from mingcha.ingest.records import Records, is_record
from mingcha.ingest.report import TableReport
from mingcha.ingest.settlement_lists import ReceivedList, is_list, read_list, table_of
from mingcha.ingest.visit_names import PLATFORMS
from mingcha.store.columns import columns_of

KIND = "接口报文"
SUPERSEDED = "同一就诊有多个报文，以最后一个为准"
_BATCH_LINES = 50_000
_LARGEST = 256 << 20
_LONGEST_LINE = 64 << 20
# A line of a message takes about this many bytes.
_BYTES_A_LINE = 700
_PERSONAL = {name: name for name, _ in PERSONAL}


class MessageFile:
    """A file of messages. Raises InputError where it is no JSON at all, or too large to be one message."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.label = path.name
        self.estimated_rows = max(1, path.stat().st_size // _BYTES_A_LINE)

    def messages(self) -> Iterator[bytes]:
        """The messages one by one, as bytes that are to be decoded."""
        if self.path.suffix.lower() == ".json":
            yield from self._whole()
        else:
            yield from self._lines()

    def _whole(self) -> Iterator[bytes]:
        if self.path.stat().st_size > _LARGEST:
            raise InputError(
                f"JSON 文件超过 {_LARGEST >> 20} MB",
                where=str(self.path),
                remedy="请拆成每行一条报文的 .ndjson 文件，可导入任意大小",
            )
        content = self._utf8(self.path.read_bytes())
        if not content.lstrip().startswith(b"["):
            try:
                msgspec.json.decode(content, type=msgspec.Raw)
                yield content
            except msgspec.DecodeError:
                yield from self._lines()
            return
        try:
            yield from (bytes(raw) for raw in msgspec.json.decode(content, type=list[msgspec.Raw]))
        except msgspec.DecodeError as error:
            raise InputError(not_json(error), where=str(self.path), remedy="请检查文件是否被截断") from error

    def _lines(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while line := file.readline(_LONGEST_LINE):
                if len(line) == _LONGEST_LINE:
                    raise InputError(
                        "文件有一行超长，未继续读取",
                        where=str(self.path),
                        remedy="NDJSON 文件应每行一条报文",
                    )
                if line.strip():
                    yield self._utf8(line)

    def _utf8(self, content: bytes) -> bytes:
        content = content.removeprefix(b"\xef\xbb\xbf")
        try:
            content.decode()
        except UnicodeDecodeError:
            try:
                return content.decode("gb18030").encode()
            except UnicodeDecodeError as error:
                raise InputError(
                    "文件不是文本，或编码不是 UTF-8、GB18030",
                    where=str(self.path),
                    remedy="请重新导出为 UTF-8 编码的 JSON",
                ) from error
        return content


class MessageImport:
    """Puts the rows of message files aside like those of tables.

    An encounter is taken from the one message that counts (see `newest`); what others say of it is a duplicate.
    """

    def __init__(
        self,
        stores: Stores,
        notes: Notes,
        rejects: Rejects,
        counts: Mapping[str, Place],
        persons: Persons = AS_WRITTEN,
        visits: str = PLATFORMS,
    ) -> None:
        self._persons = persons
        self._visits = visits
        self._stores = stores
        self._notes = notes
        self._rejects = rejects
        self._counts = counts

    def read(self, file: MessageFile, report: TableReport, number: int) -> Iterator[int]:
        """Read a file; yields the rows read so far.

        A message that is none is rejected; a file in which no message is one is an error.
        """
        batch = _Batch(number, self._persons)
        understood, broken = 0, None
        lists: list[tuple[int, ReceivedList]] = []
        records = Records(file.path, report, number, self._visits)
        for place, content in enumerate(file.messages(), 1):
            if is_list(content):
                understood += self._list(content, report, lists, place)
                continue
            try:
                if is_record(content):
                    records.add(content, place)
                    understood += 1
                    if len(records) >= _BATCH_LINES:
                        records.store(self._stores, self._notes, self._rejects, self._persons)
                        yield report.read
                    continue
                message = decode_message(content)
            except InputError as error:
                broken = broken or error
                # Of a person whose message cannot be taken apart nothing is kept: it is all name and number.
                self._refuse_whole(b"" if is_record(content) else content, error, report, place)
                continue
            understood += 1
            report.read += message.rows
            report.duplicates += self._without_superseded(message, (file.path, place))
            batch.add(message, place)
            self._tell(message, report.label, place, content)
            if len(batch.lines["_row"]) >= _BATCH_LINES:
                batch.store(self._stores)
                yield report.read
        if not understood:
            first = broken or InputError("文件中没有报文")
            raise InputError(first.what, where=str(file.path), remedy=first.remedy or "请检查文件内容")
        batch.store(self._stores)
        records.store(self._stores, self._notes, self._rejects, self._persons)
        self._keep_lists(lists, number)

    def _list(
        self, content: bytes, report: TableReport, lists: list[tuple[int, ReceivedList]], place: int
    ) -> bool:
        """Read a settlement list; returns whether it could be read."""
        try:
            lists.append((place, read_list(content)))
        except InputError as error:
            self._refuse_whole(content, error, report, place)
            return False
        report.read += 1
        return True

    def _keep_lists(self, lists: Sequence[tuple[int, ReceivedList]], number: int) -> None:
        """Put lists aside: whole to be checked, their heads as rows of their table."""
        if not lists:
            return
        self._stores.lists += [one for _, one in lists]
        origin = [
            pl.Series("_file", [number] * len(lists), pl.Int32),
            pl.Series("_row", [place for place, _ in lists], pl.Int64),
            pl.Series("_own", [True] * len(lists), pl.Boolean),
        ]
        heads = self._persons.enter(table_of([one for _, one in lists]), ["person_id"], {})
        self._stores.of(SettlementList).add(heads.with_columns(origin))

    def _refuse_whole(self, content: bytes, error: InputError, report: TableReport, place: int) -> None:
        report.read += 1
        text = self._persons.unread(content[:2000].decode(errors="replace"))
        self._refuse(report.label, [(place, "", "", error.what, text)])

    def _without_superseded(self, message: Message, place: Place) -> int:
        """Leave out the encounters that another message tells; returns how many lines they had."""
        superseded = {
            one.number: one
            for one in message.encounters
            if self._counts.get(one.facts["encounter_id"], place) != place
        }
        if not superseded:
            return 0
        refused = {(f.encounter, f.row) for f in message.faults if f.rejected and f.encounter in superseded}
        message.encounters = [one for one in message.encounters if one.number not in superseded]
        message.faults = [fault for fault in message.faults if fault.encounter not in superseded]
        for one in superseded.values():
            told = one.facts["encounter_id"], one.facts["institution_id"]
            self._notes.add(SUPERSEDED, repr(Encounter.encounter_id), example=told[0], institution=told[1])
        return len(refused) + sum(len(one.positions) for one in superseded.values())

    def _tell(self, message: Message, label: str, place: int, content: bytes) -> None:
        if not message.faults:
            return
        refused: dict[tuple[int, int], tuple[int, str, str, str, str]] = {}
        institutions = {one.number: one.facts["institution_id"] for one in message.encounters}
        for fault in message.faults:
            key = (fault.encounter, fault.row)
            if not fault.rejected:
                self._notes.add(
                    UNREADABLE,
                    repr(fault.field),
                    example=fault.value,
                    institution=institutions.get(fault.encounter),
                )
            elif fault.row >= 0 and key not in refused:
                source = _order(content, *key)
                refused[key] = (place, repr(fault.field), fault.value, fault.reason, source)
        self._refuse(label, list(refused.values()))

    def _refuse(self, label: str, rows: list[tuple[int, str, str, str, str]]) -> None:
        named = [(label, *row) for row in rows]
        self._rejects.add(pl.DataFrame(named, schema=REJECTS, orient="row"))


class _Batch:
    """Rows of some messages as columns."""

    def __init__(self, number: int, persons: Persons) -> None:
        self._number = number
        self._persons = persons
        self._clear()

    def _clear(self) -> None:
        self.lines: Columns = _empty(Line)
        self._facts: Columns = {**_empty(Person, Encounter, Settlement), **{name: [] for name in _PERSONAL}}
        self._diagnoses: Columns = _empty(Diagnosis)
        self._procedures: Columns = _empty(Procedure)

    def add(self, message: Message, place: int) -> None:
        """Take the encounters of a message."""
        for one in message.encounters:
            encounter_id = one.facts["encounter_id"]
            told = {**one.facts, **message.personal_of(one)}
            _extend(self._facts, {name: [value] for name, value in told.items()}, 1, place)
            for columns, rows in (
                (self.lines, one.lines),
                (self._diagnoses, one.diagnoses),
                (self._procedures, one.procedures),
            ):
                count = len(next(iter(rows.values())))
                _extend(columns, {**rows, "encounter_id": [encounter_id] * count}, count, place)

    def store(self, stores: Stores) -> None:
        """Put all rows aside."""
        stores.lines.add(self._frame(self.lines, own=True, entities=(Line,)))
        facts = self._frame(self._facts, own=False, entities=(Person, Encounter, Settlement))
        stores.facts.add(self._persons.enter(facts, ["person_id"], _PERSONAL))
        # They are no rows of a table of their own: only lines are counted.
        stores.diagnoses.add(self._frame(self._diagnoses, own=False, entities=(Diagnosis,)))
        stores.procedures.add(self._frame(self._procedures, own=False, entities=(Procedure,)))
        self._clear()

    def _frame(self, columns: Columns, *, own: bool, entities: tuple[type[Entity], ...]) -> pl.DataFrame:
        schema = {**columns_of(*entities), "_row": pl.Int64()}
        schema |= {name: pl.Utf8() for name in _PERSONAL if name in columns}
        return pl.DataFrame(columns, schema=schema).with_columns(
            pl.lit(self._number, pl.Int32).alias("_file"), pl.lit(own, pl.Boolean).alias("_own")
        )


def _empty(*entities: type[Entity]) -> Columns:
    return {**{name: [] for name in columns_of(*entities)}, "_row": []}


def _extend(columns: Columns, rows: Columns, count: int, place: int) -> None:
    for name, values in columns.items():
        values.extend([place] * count if name == "_row" else rows.get(name) or [None] * count)


def _order(content: bytes, encounter: int, row: int) -> str:
    """The refused line as it was sent, with the identifier of its encounter."""
    message: Any = json.loads(content)
    for inner in ("input", "data"):
        message = message.get(inner) or message
        message = json.loads(message) if isinstance(message, str) else message
    sent = [one for patient in many(message["patient_dtos"]) for one in many(patient["fsi_encounter_dtos"])]
    order = many(sent[encounter].get("fsi_order_dtos"))[row]
    return json.dumps({"mdtrt_id": sent[encounter].get("mdtrt_id"), **order}, ensure_ascii=False)
