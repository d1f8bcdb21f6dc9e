"""The workbook in which a person turns indication texts into diagnosis codes: proposals out, approvals in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from mingcha.domain.errors import InputError
from mingcha.ingest.knowledge.grids import Grid, grids
from mingcha.ingest.knowledge.template import Fault
from mingcha.knowledge.indications.propose import DiseaseIndex, Proposal
from mingcha.knowledge.indications.text import LABELS
from mingcha.knowledge.kinds.scope import Indication
from mingcha.knowledge.reading import codes_of, value_of

SHEET = "适应症映射"
_APPROVED, _BY, _ON, _REMARK = "批准代码", "批准人", "日期", "备注"
_ID, _TEXT, _CONDITIONS, _FULLY = "知识点编号", "限定文字", "编码判断不了的条件", "仅凭编码可判断"
# Heading, width of its column, what stands in the note beneath it.
_COLUMNS = (
    (_ID, 24, "请勿改动"),
    ("药品或项目", 24, "请勿改动"),
    (_TEXT, 60, "公布原文，请勿改动"),
    ("建议代码", 30, "诊断编码前缀，已去掉排除的部分；只是建议"),
    ("代码名称", 40, "供核对"),
    ("排除", 16, "原文排除的编码"),
    (_CONDITIONS, 28, "可改；用顿号分开"),
    (_FULLY, 12, "是 或 否；填 否 的只报可疑"),
    ("说明", 50, "建议的由来"),
    (_APPROVED, 30, "核对后填写，多个用分号隔开；空着的不生效"),
    (_BY, 12, "填了批准代码的必填"),
    (_ON, 12, "批准日期，如 2026-11-23"),
    (_REMARK, 30, ""),
)
_HEADINGS = tuple(heading for heading, _, _ in _COLUMNS)
_NAMES_SHOWN = 12
# A block (C1: any of C10 to C19), a category or a code; written as codes are compared, in capitals.
_PREFIX = re.compile(r"[A-Z][0-9]([0-9](\.[0-9A-Z+*/-]*)?)?")


def is_prefix(code: str) -> bool:
    """Whether this is a block, a category or a code of diagnoses."""
    return _PREFIX.fullmatch(code) is not None


@dataclass(frozen=True)
class Approval:
    """What a person approved of one point."""

    where: str
    point_id: str
    text: str
    codes: tuple[str, ...]
    conditions: str
    """what codes cannot decide, as it stands in the workbook; "" where they decide alone"""
    fully: bool
    by: str
    on: int
    """day number"""
    remark: str


def write(path: Path, proposals: Iterable[tuple[Indication, Proposal]], index: DiseaseIndex) -> None:
    """Write one row a point; the columns of approval are empty."""
    with xlsxwriter.Workbook(str(path)) as book:
        bold = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        grey = book.add_format({"font_color": "#808080", "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        sheet = book.add_worksheet(SHEET)
        sheet.freeze_panes(2, 2)
        for place, (heading, width, note) in enumerate(_COLUMNS):
            sheet.set_column(place, place, width, wrapped)
            sheet.write_string(0, place, heading, bold)
            sheet.write_string(1, place, note, grey)
        for row, (point, proposal) in enumerate(proposals, 2):
            for place, cell in enumerate(_row(point, proposal, index)):
                sheet.write_string(row, place, cell, wrapped)


def is_workbook(path: Path) -> bool:
    """Whether a file is such a workbook."""
    return any(sheet.sheet == SHEET and sheet.heading(*_HEADINGS) == 0 for sheet in grids(path))


def read(path: Path) -> tuple[list[Approval], list[Fault]]:
    """The approved rows and every cell that cannot be taken; rows without an approval are passed over.

    Raises:
        InputError: the file is no such workbook.
    """
    for sheet in grids(path):
        if sheet.sheet == SHEET and sheet.heading(*_HEADINGS) == 0:
            return _approvals(sheet)
    raise InputError(
        "这不是适应症映射表",
        where=str(path),
        remedy="用 mingcha knowledge indications propose 写出的工作簿，填写后原样保存为 xlsx",
    )


def _row(point: Indication, proposal: Proposal, index: DiseaseIndex) -> tuple[str, ...]:
    codes = index.without(proposal.codes, proposal.excludes)
    names = [f"{code} {index.name(code)}" for code in codes[:_NAMES_SHOWN]]
    if len(codes) > _NAMES_SHOWN:
        names.append(f"…… 共 {len(codes)} 个前缀")
    return (
        point.point_id,
        point.name,
        point.basis,
        "；".join(codes),
        "\n".join(names),
        "；".join(proposal.excludes),
        "、".join(LABELS[word] for word in proposal.conditions),
        "是" if proposal.fully else "否",
        "\n".join(proposal.reasons),
    )


def _approvals(sheet: Grid) -> tuple[list[Approval], list[Fault]]:
    approvals: list[Approval] = []
    faults: list[Fault] = []
    for number, record in sheet.records(0):
        if number == 2 or not (record[_APPROVED] or record[_BY]):
            continue
        where = sheet.where(number)
        found = list(_faults(record, where))
        faults += found
        if not found:
            approvals.append(_approval(record, where))
    return approvals, faults


def _approval(record: dict[str, str], where: str) -> Approval:
    return Approval(
        where=where,
        point_id=record[_ID],
        text=record[_TEXT],
        codes=codes_of(record[_APPROVED]),
        conditions=record[_CONDITIONS],
        fully=record[_FULLY] == "是",
        by=record[_BY],
        on=_day(record[_ON]),
        remark=record[_REMARK],
    )


def _faults(record: dict[str, str], where: str) -> Iterator[Fault]:
    if not record[_APPROVED]:
        yield Fault(where, _APPROVED, "", "填了批准人而没有代码；不批准的两列都空着")
    if not record[_BY]:
        yield Fault(where, _BY, "", "必填：谁批准的")
    for code in codes_of(record[_APPROVED]):
        if not is_prefix(code):
            yield Fault(where, _APPROVED, code, "不是诊断编码或它的前缀，如 E11、K21.0")
    if record[_FULLY] not in ("是", "否"):
        yield Fault(where, _FULLY, record[_FULLY], "只能填 是 或 否")
    elif record[_FULLY] == "是" and record[_CONDITIONS]:
        yield Fault(where, _FULLY, "是", "与“编码判断不了的条件”矛盾：清空条件，或改填 否")
    try:
        _day(record[_ON])
    except ValueError as error:
        yield Fault(where, _ON, record[_ON], str(error))


def _day(raw: str) -> int:
    day: int = value_of(Indication.fields()["effective_from"], raw)
    return day
