"""Standards of payment as they are published, in a spreadsheet: each row read and checked before any is entered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Denied, Invalid
from mingcha.access.permissions import Permission
from mingcha.administration.dictionaries import RowStep
from mingcha.domain.hospital import PaymentStandard as Word
from mingcha.domain.values import PRICE_SCALE, QUANTITY_SCALE, date_of
from mingcha.hospital.matching import Scheme
from mingcha.hospital.standards import NewStandard, amount_of, check_place, fault_of, overlap_of
from mingcha.ingest import parse
from mingcha.ingest.small_tables import read_small_table

_NEEDED = (Word.scheme, Word.region, Word.group_code, Word.group_name, Word.main_diagnoses, Word.valid_from)
NEEDED = tuple(field.name for field in _NEEDED)
_SEVERAL = re.compile(r"[\s,，、;；]+")
_CODE = re.compile(r"[0-9A-Z.+*_-]{1,64}")
_REGION = re.compile(r"\d{6}")


@dataclass(frozen=True)
class ComparedStandard:
    """A row of a table, as it would be entered; `amount_fen` what it comes to.

    Args:
        row: its number in the sheet.
        fault: why it cannot be taken.
    """

    row: int
    code: str
    name: str
    amount_fen: int | None
    step: RowStep
    fault: str | None = None
    standard: NewStandard | None = None


def compare_standards(
    access: Access, actor: Actor, file_name: str, content: bytes, source: str
) -> list[ComparedStandard]:
    """What a table says; nothing is kept.

    Args:
        source: the document, for rows that do not name one.

    Raises:
        InputError: it is no such table.
    """
    actor.check(Permission.STANDARDS_EDIT)
    rows = read_small_table(file_name, content, Word, NEEDED)
    found, seen = [], set[tuple[object, ...]]()
    with access.database.reading() as session:
        for number, cells in rows:
            one, fault = None, None
            try:
                one = read_standard(cells, source)
                check_place(actor, one.region, one.institution_id)
                key = (
                    one.scheme,
                    one.region,
                    one.institution_rank,
                    one.institution_id,
                    one.insurance_type,
                    one.code,
                    one.valid_from,
                )
                fault = fault_of(one) or overlap_of(session, one) or ("出现了两次" if key in seen else None)
                seen.add(key)
            except (Invalid, Denied) as error:
                fault = error.what
            code, name = cells.get(Word.group_code.name, ""), cells.get(Word.group_name.name, "")
            found.append(
                ComparedStandard(
                    row=number,
                    code=code[:64],
                    name=name[:200],
                    amount_fen=None if one is None else amount_of(one),
                    step=RowStep.FAULTY if fault else RowStep.NEW,
                    fault=fault,
                    standard=None if fault else one,
                )
            )
    return found


def read_standard(cells: dict[str, str], source: str) -> NewStandard:
    """A row as people write it.

    Raises:
        Invalid: a cell that cannot be read.
    """

    def cell(name: str) -> str:
        return parse.half_width(cells.get(name, "")).strip()

    schemes = {scheme.label: scheme for scheme in Scheme}
    scheme = schemes.get(cell(Word.scheme.name).upper())
    if scheme is None:
        raise Invalid(f"付费方式须是 {'、'.join(schemes)}")
    region, code, name = (
        cell(Word.region.name),
        cell(Word.group_code.name).upper(),
        cell(Word.group_name.name),
    )
    if not _REGION.fullmatch(region):
        raise Invalid("地区须是 6 位代码")
    if not _CODE.fullmatch(code) or not name:
        raise Invalid("病种（组）编码或名称没有填，或不是编码")
    rank = cell(Word.institution_rank.name).removesuffix("级")
    ranks = {"": None, "3": 3, "2": 2, "1": 1, "0": 0, "三": 3, "二": 2, "一": 1}
    if rank not in ranks:
        raise Invalid("机构级别须是 三级、二级、一级，或不填")
    said = cell(Word.source.name) or source.strip()
    if len(said) < 4:
        raise Invalid("没有来源文件")
    return NewStandard(
        scheme=scheme,
        region=region,
        code=code,
        name=name[:200],
        diagnoses=codes(cell(Word.main_diagnoses.name)),
        procedures=codes(cell(Word.procedures.name)),
        institution_rank=ranks[rank],
        institution_id=cell(Word.institution_id.name),
        insurance_type=cell(Word.insurance_type.name),
        amount_fen=_scaled(cell(Word.standard_amount.name), 100, "支付标准金额"),
        points=_scaled(cell(Word.points.name), QUANTITY_SCALE, "分值"),
        rate=_scaled(cell(Word.point_rate.name), PRICE_SCALE, "点值"),
        valid_from=_day(cell(Word.valid_from.name), "开始日期"),
        valid_to=None if not cell(Word.valid_to.name) else _day(cell(Word.valid_to.name), "结束日期"),
        source=said[:500],
    )


def codes(written: str) -> tuple[str, ...]:
    """Codes or beginnings of codes, however they are set apart.

    Raises:
        Invalid: something that is no code.
    """
    found = tuple(dict.fromkeys(part.upper() for part in _SEVERAL.split(written) if part))
    if wrong := next((one for one in found if not _CODE.fullmatch(one)), None):
        raise Invalid(f"“{wrong[:20]}”不是编码")
    return found


def _scaled(written: str, scale: int, label: str) -> int | None:
    if not written:
        return None
    try:
        value = Decimal(written.replace(",", "").removesuffix("元").strip()) * scale
    except InvalidOperation:
        raise Invalid(f"{label}“{written[:20]}”不是数") from None
    if not value.is_finite() or value != value.to_integral_value() or not 0 < value < 2**53:
        raise Invalid(f"{label}“{written[:20]}”太小、太大或小数太多")
    return int(value)


def _day(written: str, label: str) -> date:
    try:
        return date_of(parse.moment(written) // 1440)
    except parse.Unreadable as error:
        raise Invalid(f"{label}“{written[:20]}”{error}") from None
