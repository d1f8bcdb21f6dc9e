"""The tidied spreadsheets of batches 1 to 8: headings in row 1, limits in columns, no dates, no links.

Drugs have a second sheet with their codes; the kind of limit stands in a column (限定类型) or the headings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from mingcha.domain.errors import InputError
from mingcha.ingest.knowledge.grids import Grid
from mingcha.ingest.knowledge.official_list import rules_by_name
from mingcha.ingest.knowledge.raw import RawPoint, spelling
from mingcha.knowledge.reading import codes_of
from mingcha.knowledge.sources import first_source_of_rule

_DRUG = ("药品通用名", "药品说明", "限定类型")
_SERVICE = ("项目名称", "国标代码", "限定类型")
_PAIR = ("序号", "频度", "主项名称", "主项编码", "从项名称", "从项编码", "备注")
_COUNT = ("序号", "项目名称", "限制数量", "数量单位", "项目编码")
_WINDOW = ("序号", "项目名称", "频次上限", "疗程周期", "项目代码")
_REMARK = ("序号", "项目名称", "备注", "项目代码")
_SHAPES = (_DRUG, _SERVICE, _PAIR, _COUNT, _WINDOW, _REMARK)
_LIMIT_COLUMNS = ("限定对象", "限定值域", "限定性别")

_DRUG_RULES = {
    "限定性别对象": "药品区分性别使用",
    "限定就医方式": "药品限就医方式",
    "限定机构等级": "药品限医疗机构级别",
    "限定支付疗程": "药品限支付疗程",
}
_SERVICE_RULES = {
    "限定性别对象": "医疗服务项目区分性别使用",
    "限定年龄对象": "医疗服务项目儿童专用",
    "限定主次操作": "手术项目未按规定折价收费",
}
_LIMIT_NAMES = {
    "限定性别对象": "性别",
    "限定年龄对象": "对象",
    "限定保险类型": "险种",
    "限定就医方式": "就医方式",
    "限定机构等级": "级别",
    "限定支付疗程": "疗程",
    "限定主次操作": "手术组",
}


def recognise(book: list[Grid]) -> bool:
    """Whether the first sheet has headings of this layout."""
    return bool(book) and any(book[0].heading(*shape) == 0 for shape in _SHAPES)


def read(book: list[Grid]) -> Iterator[RawPoint]:
    """The points of one tidied spreadsheet.

    Raises:
        InputError: a limit of a type that this layout is not known to have, or a drug without codes.
    """
    sheet = book[0]
    if sheet.heading(*_DRUG) == 0:
        yield from _numbered(_drugs(sheet, _codes_by_name(book)))
    elif sheet.heading(*_SERVICE) == 0:
        yield from _numbered(_services(sheet))
    elif sheet.heading(*_PAIR) == 0:
        yield from _pairs(sheet)
    else:
        yield from _items(sheet)


def _drugs(sheet: Grid, codes: dict[str, list[str]]) -> Iterator[RawPoint]:
    for number, record in sheet.records(0):
        name, text = record["药品通用名"], record["药品说明"]
        limit = _limit(record)
        rule = _drug_rule(record["限定类型"], limit, text, sheet.where(number))
        yield _raw(
            sheet.where(number),
            rule,
            name,
            tuple(codes.get(spelling(name), ())),
            text,
            _limits(record, limit),
        )


def _drug_rule(type_: str, limit: str, text: str, where: str) -> str:
    if type_ == "限定年龄对象":
        # One sheet holds two rules: the catalogue's payment limits begin with 限, the others are indications.
        return "药品限儿童使用" if text.startswith("限") else "药品儿童专用"
    if type_ == "限定保险类型":
        return f"药品限{limit}保险"
    if type_ not in _DRUG_RULES:
        raise InputError(f"限定类型“{type_}”无法识别", where=where, remedy=f"可用：{'、'.join(_LIMIT_NAMES)}")
    return _DRUG_RULES[type_]


def _services(sheet: Grid) -> Iterator[RawPoint]:
    for number, record in sheet.records(0):
        type_ = record["限定类型"]
        if type_ not in _SERVICE_RULES:
            raise InputError(
                f"限定类型“{type_}”无法识别",
                where=sheet.where(number),
                remedy=f"可用：{'、'.join(_SERVICE_RULES)}",
            )
        yield _raw(
            sheet.where(number),
            _SERVICE_RULES[type_],
            record["项目名称"],
            codes_of(record["国标代码"]),
            record.get("项目说明", ""),
            _limits(record, _limit(record)),
        )


def _pairs(sheet: Grid) -> Iterator[RawPoint]:
    for number, record in sheet.records(0):
        if not record["序号"].isdigit():
            continue
        yield _raw(
            sheet.where(number),
            "医疗服务项目重复收费",
            f"{record['主项名称']}×{record['从项名称']}",
            codes_of(record["从项编码"]),
            record["备注"],
            {"间隔": record["频度"]},
            row=int(record["序号"]),
            containing=codes_of(record["主项编码"]),
        )


def _items(sheet: Grid) -> Iterator[RawPoint]:
    for number, record in sheet.records(0):
        if not record["序号"].isdigit():  # 合计 and 备注 below the table
            continue
        remark = record.get("备注", "")
        if "限制数量" in record:
            rule, limits = "医疗服务项目限定频次", {"数量": record["限制数量"], "单位": record["数量单位"]}
        elif "频次上限" in record:
            rule, limits = (
                "医疗服务项目周期超频次",
                {"数量": record["频次上限"], "周期天数": record["疗程周期"]},
            )
        else:
            rule, limits = "医疗服务项目限年龄" if "年龄" in remark else "医疗服务项目限支付疗程", {}
        codes = codes_of(record.get("项目编码") or record.get("项目代码") or "")
        yield _raw(
            sheet.where(number), rule, record["项目名称"], codes, remark, limits, row=int(record["序号"])
        )


def _raw(
    where: str,
    rule_name: str,
    name: str,
    codes: tuple[str, ...],
    basis: str,
    limits: dict[str, str],
    *,
    row: int = 0,
    containing: tuple[str, ...] = (),
) -> RawPoint:
    if not codes:
        raise InputError(f"“{name}”没有代码", where=where, remedy="核对第二张工作表中该名称的代码行")
    code = rules_by_name()[rule_name].code
    published = first_source_of_rule(code)
    return RawPoint(
        layout="tidied",
        where=where,
        rule_code=code,
        source_id=published.id if published else "",
        row=row,
        name=name,
        codes=codes,
        containing=containing,
        basis=basis,
        limits=limits,
    )


def _numbered(points: Iterator[RawPoint]) -> Iterator[RawPoint]:
    """Number the rows by rule, for sheets without a column of numbers."""
    counted: dict[str, int] = defaultdict(int)
    for point in points:
        counted[point.rule_code] += 1
        yield RawPoint(**{**vars(point), "row": counted[point.rule_code]})


def _codes_by_name(book: list[Grid]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for sheet in book[1:]:
        for column in ("国标代码", "药品代码"):
            if sheet.heading("药品通用名", column) == 0:
                for _, record in sheet.records(0):
                    found[spelling(record["药品通用名"])].extend(codes_of(record[column]))
    return {name: list(dict.fromkeys(codes)) for name, codes in found.items()}


def _limit(record: dict[str, str]) -> str:
    return next((record[column] for column in _LIMIT_COLUMNS if record.get(column)), "")


def _limits(record: dict[str, str], limit: str) -> dict[str, str]:
    return {_LIMIT_NAMES[record["限定类型"]]: limit} if limit else {}
