"""Our own spreadsheet for local knowledge: one sheet a kind: field labels, a help row, an example.

Filled in, it is read back as typed points. A row whose 知识点编号 exists already replaces that point: so a
person gives a published text its diagnosis codes, or ends a point.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from mingcha.domain.errors import KnowledgeError
from mingcha.domain.fields import Field
from mingcha.domain.values import ValueType
from mingcha.ingest.knowledge.grids import Grid
from mingcha.ingest.knowledge.official_list import rules_by_code
from mingcha.knowledge.kinds.by_slug import KINDS
from mingcha.knowledge.point import Certainty, KnowledgePoint, default_certainty
from mingcha.knowledge.reading import code_of, value_of
from mingcha.knowledge.sources import sources

HELP, EXAMPLE = "说明", "示例"
_GENERAL = KnowledgePoint.fields()
_LEFT_OUT = {"status", "reason"}
_FIRST = ("point_id", "rule_code", "name", "codes")
_DEMANDED = ("point_id", "rule_code", "codes", "effective_from")
_SHOWN = 20

_CHOICES: dict[str, Mapping[str, str]] = {
    "certainty": {value.value: value.value for value in Certainty},
    "sex": {"男": "1", "女": "2", "1": "1", "2": "2"},
    "unit": {"岁": "岁", "月": "月", "天": "天"},
    "audience": {
        name: name
        for name in ("儿童", "新生儿", "婴儿", "婴幼儿", "法定就业年龄", "指定年龄", "儿童禁用", "老年人禁用")
    },
    "ground": {"工伤": "工伤", "生育": "生育"},
    "interval": {name: name for name in ("同一小时", "6小时", "单日", "单次就诊")},
    "within": {name: name for name in ("处方", "日", "就诊")},
    "counting": {"用药日": "用药日", "跨度": "跨度"},
}
# Only where the field is a code: QuantityLimit.unit is a free text of the same name.
_PERIODS = {
    "quantity-limit": ("小时", "日", "就诊"),
    "course-limit": ("就诊", "年"),
    "spending-cap": ("就诊", "年"),
}
_EXPECTED = {
    ValueType.CODES: "多个用分号隔开",
    ValueType.DAY: "如 2026-01-28",
    ValueType.MONEY: "元",
    ValueType.PRICE: "元",
    ValueType.RATIO: "如 50%",
    ValueType.FLAG: "是 或 否",
}


@dataclass(frozen=True)
class Fault:
    """One cell that cannot be taken."""

    where: str
    field: str
    value: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where} “{self.field}”：{self.reason}" + (
            f"（填的是“{self.value}”）" if self.value else ""
        )


class TemplateError(KnowledgeError):
    """A filled-in template with faults; nothing of the file is taken. `faults` has all of them."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        listed = [str(fault) for fault in faults[:_SHOWN]]
        if len(faults) > _SHOWN:
            listed.append(f"…… 另有 {len(faults) - _SHOWN} 处")
        super().__init__(
            f"知识模板有 {len(faults)} 处填写错误，整个文件未导入：\n" + "\n".join(listed),
            where=file,
            remedy="按每处的说明改正后重新导入",
        )
        self.faults = tuple(faults)


def template(path: Path) -> None:
    """Write an empty template: one sheet a kind with headings, a help row and an example row."""
    with xlsxwriter.Workbook(str(path)) as book:
        bold = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        grey = book.add_format({"font_color": "#808080", "text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@"})
        for shape in KINDS.values():
            fields = columns(shape)
            sheet = book.add_worksheet(shape.label)
            sheet.freeze_panes(1, 2)
            sheet.set_column(0, len(fields) - 1, 18, text)
            sheet.write_row(0, 0, [field.label for field in fields], bold)
            sheet.write_row(1, 0, [HELP, *(_help(shape, field) for field in fields[1:])], grey)
            sheet.write_row(2, 0, _example(shape, fields), grey)


def recognise(book: list[Grid]) -> bool:
    """Whether the file is a template: a sheet is named after a kind and begins with 知识点编号."""
    labels = {shape.label for shape in KINDS.values()}
    return any(sheet.sheet in labels and sheet.heading("知识点编号", "规则编码") == 0 for sheet in book)


def read(book: list[Grid]) -> list[KnowledgePoint]:
    """The points of a filled-in template.

    Raises:
        TemplateError: with every cell that cannot be taken, by sheet, row and field.
    """
    by_label = {shape.label: shape for shape in KINDS.values()}
    faults: list[Fault] = []
    points = []
    for sheet in book:
        shape = by_label.get(sheet.sheet)
        if shape is None or sheet.heading("知识点编号", "规则编码") != 0:
            continue
        for number, record in sheet.records(0):
            if not record["知识点编号"].startswith((HELP, EXAMPLE)):
                points.append(filled_in(shape, record, sheet.where(number), faults))
    if faults:
        raise TemplateError(book[0].file, faults)
    return [point for point in points if point is not None]


def columns(shape: type[KnowledgePoint]) -> list[Field[Any]]:
    """The fields of a kind in the order of the template: identity, codes, limits, validity, source."""
    fields = shape.fields()
    own = [name for name, field in fields.items() if name not in _GENERAL and not field.derived]
    rest = [name for name in _GENERAL if name not in _FIRST and name not in _LEFT_OUT]
    return [fields[name] for name in (*_FIRST, *own, *rest)]


def filled_in(
    shape: type[KnowledgePoint], record: Mapping[str, str], where: str, faults: list[Fault]
) -> KnowledgePoint | None:
    """The point that a row says, by the labels of its fields; None where it cannot be, and why in `faults`."""
    before = len(faults)
    values: dict[str, Any] = {}
    for field in columns(shape):
        raw = record.get(field.label, "")
        if not raw:
            if demanded(field):
                faults.append(Fault(where, field.label, "", "必填"))
            continue
        try:
            values[field.name] = _value(shape, field, raw)
        except ValueError as error:
            faults.append(Fault(where, field.label, raw, str(error)))
    faults.extend(_contradictions(shape, values, where))
    if len(faults) > before:
        return None
    values.setdefault("certainty", default_certainty(values["rule_code"]))
    _cite(values)
    return shape(**values)


def demanded(field: Field[Any]) -> bool:
    """Whether a row must say it."""
    return field.name in _DEMANDED or (field.required and field.name not in _GENERAL)


def choices_of(shape: type[KnowledgePoint], field: Field[Any]) -> Mapping[str, str] | None:
    """The words that a field takes and what is stored for each; None where it is free."""
    if field.name == "period":
        return {name: name for name in _PERIODS[shape.slug]}
    return _CHOICES.get(field.name) if field.type is ValueType.CODE else None


def _value(shape: type[KnowledgePoint], field: Field[Any], raw: str) -> Any:
    choices = choices_of(shape, field)
    if choices is None:
        return value_of(field, raw)
    if code_of(raw) not in choices:
        raise ValueError(f"只能填 {'、'.join(choices)}")
    return choices[code_of(raw)]


def _contradictions(shape: type[KnowledgePoint], values: dict[str, Any], where: str) -> Iterator[Fault]:
    label = {field.name: field.label for field in columns(shape)}
    rule = rules_by_code().get(values.get("rule_code", ""))
    if "rule_code" in values and rule is None:
        yield Fault(
            where, label["rule_code"], values["rule_code"], "不在规则目录中，用 mingcha rules list 查编码"
        )
    elif rule is not None and shape.slug not in rule.kinds:
        yield Fault(
            where,
            label["rule_code"],
            rule.code,
            f"“{rule.name}”的知识点不属于“{shape.label}”，请填到对应的表",
        )
    if values.get("source_id") and values["source_id"].lower() not in sources():
        yield Fault(
            where, label["source_id"], values["source_id"], "不在来源目录中；本地文件请改填“来源文件”"
        )
    if not values.get("demonstration") and not values.get("source_id") and not values.get("source_document"):
        yield Fault(where, label["source_document"], "", "必填：知识点要有来源；仅供演示的在“演示”列填 是")
    if values.get("effective_to", values.get("effective_from", 0) + 1) <= values.get("effective_from", 0):
        yield Fault(where, label["effective_to"], "", "失效日期应晚于生效日期")


def _cite(values: dict[str, Any]) -> None:
    if values.get("source_id"):
        found = sources()[values["source_id"].lower()]
        values["source_id"] = found.id
        values.setdefault("source_document", found.document)
        values.setdefault("source_number", found.number)
        if found.published is not None:
            values.setdefault("source_date", found.published)


def _help(shape: type[KnowledgePoint], field: Field[Any]) -> str:
    listed = tuple(choices_of(shape, field) or ())
    parts = [
        "必填" if demanded(field) else "",
        "、".join(name for name in listed if not name.isdigit()),
        field.note,
        f"单位：{field.unit}" if field.unit and field.unit != "元" else "",
        _EXPECTED.get(field.type, ""),
    ]
    return "；".join(part for part in parts if part)


_EXAMPLES = {
    "point_id": "示例-1",
    "name": "名称，如 某某注射液",
    "effective_from": "2026-01-01",
    "source_document": "某某市医疗保障局关于……的通知",
    "source_number": "某医保〔2026〕1号",
    "source_date": "2025-12-20",
    "demonstration": "否",
}


def _example(shape: type[KnowledgePoint], fields: list[Field[Any]]) -> list[str]:
    rule = next((code for code, rule in rules_by_code().items() if shape.slug in rule.kinds), "")
    codes = {
        "医保目录编码": "003109020050000",
        "诊断编码": "N40",
        "手术操作编码": "60.2",
        "病种编号": "M01600",
        "险种": "310",
    }[shape.subject.value]
    known = {**_EXAMPLES, "rule_code": rule, "codes": codes}
    return [known.get(field.name, "") for field in fields]
