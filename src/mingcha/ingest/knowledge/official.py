"""The attachments as published: title, headings in row 4, codes on a second sheet, 合计 and 备注 at the end.

Rule and batch are found in the title, the sheet's name or the file's name; what a row's 检出逻辑 says wins,
because two attachments of batch 11 carry each other's title.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from mingcha.domain.errors import InputError
from mingcha.ingest.knowledge.grids import Grid
from mingcha.ingest.knowledge.official_list import rules_by_name
from mingcha.ingest.knowledge.raw import RawPoint, spelling
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.reading import codes_of
from mingcha.knowledge.sources import Source, source_of_batch, sources

_NAMES = ("药品通用名", "医疗服务项目名称", "项目名称", "中药饮片名称", "项目A名称")
_LIMITS = {
    "限定性别": "性别",
    "限定对象": "对象",
    "时间区间": "间隔",
    "单日上限数量": "每日数量",
    "数量单位": "单位",
    "计价单位": "单位",
    "同切口组别": "手术组",
    "频次上限": "数量",
    "周期": "周期天数",
}
# What a row says it detects, where that tells two rules with swapped titles apart.
_RULE_BY_LOGIC = (
    ("单独使用时", "中药饮片单方使用不予支付"),
    ("不得纳入基金支付范围的中药饮片", "中药饮片单复方均不予支付"),
)
_DIGITS = "零一二三四五六七八九十"


def recognise(book: list[Grid]) -> bool:
    """Whether a sheet has the headings of an attachment, and another the codes by 对应知识点序号."""
    return any(_heading(sheet) is not None for sheet in book) and any(
        sheet.heading("对应知识点序号") is not None for sheet in book
    )


def read(book: list[Grid]) -> Iterator[RawPoint]:
    """The points of one attachment.

    Raises:
        InputError: rule or batch cannot be told, or a point has no codes on the second sheet.
    """
    sheet = next(sheet for sheet in book if _heading(sheet) is not None)
    heading = _heading(sheet)
    assert heading is not None
    codes = _codes_by_number(book)
    title = " ".join(
        [*(cell for row in sheet.rows[:heading] for cell in row if cell), sheet.sheet, sheet.file]
    )
    for number, record in sheet.records(heading):
        if not record.get("序号", "").isdigit():
            continue
        where = sheet.where(number)
        rule = _rule(title, record.get("检出逻辑", ""), where)
        yield _point(record, rule, _batch(title, rule, where), codes.get(record["序号"], []), where)


def _point(
    record: dict[str, str], rule: Entry, batch: Source, coded: list[tuple[str, str]], where: str
) -> RawPoint:
    limits = {short: record[column] for column, short in _LIMITS.items() if record.get(column)}
    name = next((record[column] for column in _NAMES if record.get(column)), "")
    codes = tuple(dict.fromkeys(code for _, code in coded))
    containing: tuple[str, ...] = ()
    if "项目B名称" in record:
        containing = tuple(code for named, code in coded if named == spelling(name))
        codes = tuple(code for named, code in coded if named == spelling(record["项目B名称"]))
        name = f"{name}×{record['项目B名称']}"
    if not codes:
        raise InputError(
            f"知识点“{name}”在代码表中没有代码", where=where, remedy="核对第二张工作表“对应知识点序号”一列"
        )
    return RawPoint(
        layout="official",
        where=where,
        rule_code=rule.code,
        source_id=batch.id,
        row=int(record["序号"]),
        name=name,
        codes=codes,
        containing=containing,
        logic=record.get("检出逻辑", ""),
        basis=record.get("逻辑依据", ""),
        limits=limits,
    )


def _heading(sheet: Grid) -> int | None:
    for name in _NAMES:
        found = sheet.heading("序号", name, "检出逻辑")
        if found is not None:
            return found
    return None


def _rule(title: str, logic: str, where: str) -> Entry:
    for part, name in _RULE_BY_LOGIC:
        if part in logic:
            return rules_by_name()[name]
    named = [rule for rule in rules_by_name().values() if rule.name in title]
    if not named:
        raise InputError(
            "看不出这是哪条规则的知识点",
            where=where,
            remedy="请在标题行、工作表名或文件名中写明规则名称，如“药品区分性别使用”",
        )
    return max(named, key=lambda rule: len(rule.name))


def _batch(title: str, rule: Entry, where: str) -> Source:
    carrying = [found for found in sources().values() if rule.code in found.rules]
    if match := re.search(r"第([一二三四五六七八九十]+|\d+)批", title):
        number = _in_chinese(int(match[1])) if match[1].isdigit() else match[1]
        carrying = [found for found in carrying if found == source_of_batch(f"第{number}批")]
    elif "更新" in title:
        carrying = [found for found in carrying if "更新" in found.number]
    if len(carrying) != 1:
        raise InputError(
            f"看不出“{rule.name}”属于哪一批",
            where=where,
            remedy="请在标题行或文件名中写明批次，如“第一批”或“2026年1月更新”",
        )
    return carrying[0]


def _in_chinese(number: int) -> str:
    tens, units = divmod(number, 10)
    head = {0: "", 1: "十"}.get(tens, f"{_DIGITS[tens]}十")
    return head + (_DIGITS[units] if units else "")


def _codes_by_number(book: list[Grid]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for sheet in book:
        heading = sheet.heading("对应知识点序号")
        if heading is None:
            continue
        column = next((name for name in sheet.rows[heading] if name.endswith("代码")), "")
        named = next((name for name in sheet.rows[heading] if name.endswith(("名称", "通用名"))), "")
        for _, record in sheet.records(heading):
            for code in codes_of(record.get(column, "")):
                found[record["对应知识点序号"]].append((spelling(record.get(named, "")), code))
    return found
