"""A hospital's own list of units or staff, as its systems export it: recognised, cleaned, row by row what it says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mingcha.access.differences import NO_GRADE, NOT_HELD, Said
from mingcha.access.organisations import Kind
from mingcha.access.staff_rights import GRADES, HELD_BY, Right
from mingcha.domain.codelists import CODE_LISTS
from mingcha.domain.errors import InputError
from mingcha.domain.fields import Entity, Field
from mingcha.domain.organisation import StaffMember, Unit
from mingcha.domain.schema import REGISTERS
from mingcha.domain.values import date_of
from mingcha.ingest.clean import clean
from mingcha.ingest.recognise import known_names, names_of, normal
from mingcha.ingest.sources import DELIMITED, open_tables
from mingcha.ingest.tables import Table

_WORKBOOK = ".xlsx"
_LIKELY = 0.75
# What a workbook may unfold to: a list of twenty thousand people is a tenth of this.
_UNFOLDED = 64 << 20
_MOST_ROWS = 20_000
_LONGEST_TEXT = 200
UNIT_KINDS = {
    "1": Kind.CAMPUS, "2": Kind.DEPARTMENT, "3": Kind.WARD, "4": Kind.TEAM, "5": Kind.STATION,
}  # fmt: skip
STAFF_KINDS = {"1": Kind.DOCTOR, "2": Kind.NURSE, "3": Kind.PHARMACIST, "4": Kind.TECHNICIAN}
_RIGHTS: dict[Field[Any], Right] = {
    StaffMember.insured: Right.INSURED,
    StaffMember.prescription: Right.PRESCRIPTION,
    StaffMember.antibiotic: Right.ANTIBIOTIC,
    StaffMember.narcotic: Right.NARCOTIC,
    StaffMember.dispensing: Right.DISPENSING,
    StaffMember.prescription_review: Right.PRESCRIPTION_REVIEW,
}


@dataclass(frozen=True)
class ReadColumn:
    """A column of the file, and the field that it is taken for: certain by its name, or only likely."""

    column: str
    field: str | None
    label: str | None
    certain: bool


@dataclass(frozen=True)
class Rejected:
    """A row that says nothing, and why."""

    row: int
    reason: str


@dataclass(frozen=True)
class Register:
    """What a file says: of units, or of staff."""

    entity: type[Entity]
    columns: list[ReadColumn]
    said: list[Said]
    rejected: list[Rejected]


def fields_of(entity: type[Entity]) -> dict[str, str]:
    """What a column of such a file may be: label by name of field."""
    return {name: declared.label for name, declared in entity.fields().items()}


def read_register(name: str, content: bytes, mapping: Mapping[str, str | None], *, likely: bool) -> Register:
    """Read a list of units or staff.

    Args:
        mapping: what somebody says of columns: the name of a field, or none for a column to leave aside.
        likely: whether columns are also taken for what they are only likely to be.

    Raises:
        InputError: it is no such list.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in (DELIMITED | {_WORKBOOK}):
        raise InputError(
            f"不支持的文件类型“{suffix or '无后缀'}”", where="文件", remedy="请导出为 xlsx 或 CSV"
        )
    if suffix == _WORKBOOK:
        _check_unfolds(content)
    with TemporaryDirectory() as folder:
        # Never under the name that somebody gave: it is shown, and no path.
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(content)
        try:
            table = _table(path)
            columns = _columns(table, mapping, likely=likely)
            return _read(table, *columns)
        except InputError as error:
            raise InputError(error.what, where="文件", remedy=error.remedy) from error


def _check_unfolds(content: bytes) -> None:
    """Refuse a workbook that is small only as long as it is folded; sizes are counted, not believed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            left = _UNFOLDED
            for member in book.infolist():
                with book.open(member) as inner:
                    while block := inner.read(1 << 20):
                        left -= len(block)
                        if left < 0:
                            raise InputError("文件展开后太大", remedy="请只保留人员或科室这一张表")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError(
            "无法打开 Excel 文件：文件损坏、加密，或不是 xlsx 格式", remedy="请另存为 xlsx，或导出为 CSV"
        ) from error


def _table(path: Path) -> Table:
    tables = [table for table, _ in open_tables(path, [])]
    if not tables:
        raise InputError("文件里没有表格", remedy="请检查导出是否成功")
    return tables[0]


def _columns(
    table: Table, mapping: Mapping[str, str | None], *, likely: bool
) -> tuple[type[Entity], list[ReadColumn]]:
    """What the file is a list of, and what each column is: a list of people names their units too."""
    read = {entity: _as_list_of(entity, table.columns, mapping, likely=likely) for entity in REGISTERS}
    of_people = any(one.field in ("staff_name", "local_staff_id") for one in read[StaffMember])
    entity = StaffMember if of_people else Unit
    return entity, read[entity]


def _as_list_of(
    entity: type[Entity], columns: Sequence[str], mapping: Mapping[str, str | None], *, likely: bool
) -> list[ReadColumn]:
    known, fields = known_names((entity,)), entity.fields()
    taken: dict[str, tuple[str, bool]] = {}
    for column in columns:
        said = mapping.get(column)
        if column in mapping:
            if said in fields and all(field != said for field, _ in taken.values()):
                taken[column] = (str(said), True)
            continue
        name = next((one.name for one in known.get(normal(column), ()) if one.owner is entity), None)
        if name is not None and all(field != name for field, _ in taken.values()):
            taken[column] = (name, True)
    if likely:
        for column in columns:
            if column not in taken and column not in mapping:
                free = [
                    one for name, one in fields.items() if all(name != field for field, _ in taken.values())
                ]
                guess = max(free, key=lambda one: _likeness(column, one), default=None)
                if guess is not None and _likeness(column, guess) >= _LIKELY:
                    taken[column] = (guess.name, False)
    found = []
    for column in columns:
        name, certain = taken.get(column, (None, False))
        label = None if name is None else fields[name].label
        found.append(ReadColumn(column, name, label, certain))
    return found


def _likeness(column: str, declared: Field[Any]) -> float:
    name = normal(column)
    return max(SequenceMatcher(None, name, normal(other)).ratio() for other in names_of(declared)[2:])


def _read(table: Table, entity: type[Entity], columns: list[ReadColumn]) -> Register:
    used = {one.field: one.column for one in columns if one.field is not None}
    lacking = [
        declared.label for name, declared in entity.fields().items() if declared.required and name not in used
    ]
    if entity is StaffMember and not {"staff_id", "local_staff_id"} & used.keys():
        lacking.append("人员编码或工号")
    if lacking:
        raise InputError(
            f"没有认出“{'、'.join(lacking)}”这一列",
            remedy=f"文件的列：{'、'.join(table.columns[:20])}。请改列名，或在下面选定",
        )
    said: list[Said] = []
    rejected: list[Rejected] = []
    seen: set[tuple[Kind, str]] = set()
    for row, facts, bad in _rows(table, entity, used, rejected):
        one = _said(entity, row, facts, used)
        reason = bad or (one if isinstance(one, str) else None)
        if reason is None and isinstance(one, Said):
            if (one.kind, one.code) in seen:
                reason = f"编码“{one.code}”前面已经出现过"
            else:
                seen.add((one.kind, one.code))
                said.append(one)
        if reason is not None:
            rejected.append(Rejected(row, reason))
    if not said and not rejected:
        raise InputError("文件里没有数据行", remedy="请检查导出是否成功")
    return Register(entity, columns, said, sorted(rejected, key=lambda one: one.row))


def _rows(
    table: Table, entity: type[Entity], used: Mapping[str, str], rejected: list[Rejected]
) -> Iterator[tuple[int, dict[str, Any], str | None]]:
    """Each row's number, its cleaned values by field, and what could not be read."""
    count = 0
    for chunk in table.chunks(list(used.values())):
        rejected += [Rejected(broken.row, broken.reason) for broken in chunk.broken]
        count += chunk.frame.height
        if count > _MOST_ROWS:
            raise InputError(f"文件超过 {_MOST_ROWS} 行", remedy="请按院区或人员类别分成几个文件")
        cleaned = clean(chunk.frame, entity, used, {})
        bad: dict[int, list[str]] = {}
        for name, frame in cleaned.bad.items():
            for index, _, reason in frame.iter_rows():
                bad.setdefault(index, []).append(f"{entity.fields()[name].label}：{reason}")
        for index, facts in enumerate(cleaned.frame.iter_rows(named=True)):
            why = "；".join(bad[index]) if index in bad else None
            yield int(chunk.rows[index]), facts, why


def _said(entity: type[Entity], row: int, facts: Mapping[str, Any], used: Mapping[str, str]) -> Said | str:
    """What a row says, or why it says nothing."""
    overlong = [
        name for name, value in facts.items() if isinstance(value, str) and len(value) > _LONGEST_TEXT
    ]
    if overlong:
        return f"{entity.fields()[overlong[0]].label}太长"
    for name, value in facts.items():
        codes = entity.fields()[name].codes
        if codes and isinstance(value, str) and codes in CODE_LISTS and value not in CODE_LISTS[codes]:
            return f"{entity.fields()[name].label}“{value[:20]}”不在字典里"
    return _unit(row, facts, used) if entity is Unit else _person(row, facts, used)


def _unit(row: int, facts: Mapping[str, Any], used: Mapping[str, str]) -> Said | str:
    code, name = facts.get("unit_id"), facts.get("unit_name")
    if code is None or name is None:
        return "单位编码或名称没有填"
    stated = {"name": name}
    if "discipline" in used:
        stated["category"] = facts["discipline"]
    return Said(
        row=row,
        kind=UNIT_KINDS[facts.get("unit_type") or "2"],
        code=code,
        facts=stated,
        unit=facts.get("parent_id"),
        unit_said="parent_id" in used,
        since=_day(facts.get("opened_on")),
        until=_day(facts.get("closed_on")),
    )


def _person(row: int, facts: Mapping[str, Any], used: Mapping[str, str]) -> Said | str:
    local, name = facts.get("local_staff_id"), facts.get("staff_name")
    code = facts.get("staff_id") or local
    if code is None or name is None:
        return "姓名，或编码和工号没有填"
    if "staff_type" in used and facts["staff_type"] is None:
        return "人员类别没有填"
    stated = {"name": name}
    if "title" in used:
        stated["title"] = facts["title"]
    if "local_staff_id" in used:
        stated["local_code"] = local
    kind = STAFF_KINDS[facts.get("staff_type") or "1"]
    return Said(
        row=row,
        kind=kind,
        code=code,
        facts=stated,
        unit=facts.get("unit_id"),
        unit_said="unit_id" in used,
        since=_day(facts.get("joined_on")),
        until=_day(facts.get("left_on")),
        rights={right: grade for right, grade in _grades(facts, used) if kind in HELD_BY[right]},
    )


def _grades(facts: Mapping[str, Any], used: Mapping[str, str]) -> Iterator[tuple[Right, int]]:
    """The rights that a row speaks of; an empty cell says nothing."""
    for declared, right in _RIGHTS.items():
        value = facts.get(declared.name) if declared.name in used else None
        if value is None:
            continue
        if right is Right.ANTIBIOTIC:
            yield right, int(value) if int(value) in GRADES else NOT_HELD
        else:
            yield right, NO_GRADE if value else NOT_HELD


def _day(value: int | None) -> date | None:
    return None if value is None else date_of(value)
