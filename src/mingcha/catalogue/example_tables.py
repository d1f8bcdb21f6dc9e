"""Example cases as people read them: what is known, the lines as a small table, and what the rule says of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mingcha.catalogue.example import FACTS, LINE, Example, ExampleEncounter, Expected
from mingcha.domain.codelists import word
from mingcha.domain.fields import Field
from mingcha.domain.values import QUANTITY_SCALE, decimal_text, written, yuan
from mingcha.knowledge.point import KnowledgePoint

MANY_BILLS = 3
MANY_LINES = 8
_GIVEN = {"person_id", "encounter_id", "institution_id", "lines_rejected", "started_at"}
_SHOWN = ("item_code", "charged_at", "quantity", "unit_price", "amount")
_OF_LINE = {
    *_SHOWN, "line_id", "item_name", "billed_quantity", "billed_amount", "original_line_id", "encounter_id",
}  # fmt: skip


def example_text(example: Example) -> str:
    """One example in Markdown: its sentence, the knowledge and facts it states, its lines with what is said of them."""
    parts = [f"### {example.name}（{_outcome(example)}）"]
    if limits := [_limits(point) for point in example.points]:
        parts.append("\n".join(f"- 知识点：{text}" for text in limits if text))
    bills = example.encounters
    if len(bills) > MANY_BILLS or sum(len(bill.lines) for bill in bills) > MANY_LINES:
        parts.append(f"共 {len(bills)} 张单据。" + "".join(f"{_found(one)}。" for one in example.finds))
        return "\n\n".join(part for part in parts if part)
    for number, bill in enumerate(bills, 1):
        parts.append(_bill(example, bill, f"单据 {number}" if len(bills) > 1 else "单据"))
    places = {place for bill in bills for place in _places(bill)}
    parts += [f"**{one.at} {_found(one)}**" for one in example.finds if one.at not in places]
    parts += [
        f"**{at} {text}**" for at, _ in example.cannot if at not in places for text in _said(example, at)
    ]
    return "\n\n".join(part for part in parts if part)


def _outcome(example: Example) -> str:
    if example.finds:
        return f"报 {len(example.finds)} 条"
    return "无法判断" if example.cannot else "不报"


def _limits(point: KnowledgePoint) -> str:
    general = KnowledgePoint.fields()
    told = [
        f"{field.label} {_read(field, getattr(point, name))}"
        for name, field in type(point).fields().items()
        if name not in general
        and getattr(point, name) != field.default
        and getattr(point, name) not in ("", ())
    ]
    return "；".join([point.name, *told] if point.name else told)


def _bill(example: Example, bill: ExampleEncounter, what: str) -> str:
    told = [
        f"{FACTS[name].label} {_read(FACTS[name], value)}"
        for name, value in bill.facts.items()
        if name not in _GIVEN or (name == "started_at" and not bill.lines)
    ]
    told += [f"诊断 {'、'.join(bill.diagnoses)}"] if bill.diagnoses else []
    told += [f"手术操作 {'、'.join(bill.procedures)}"] if bill.procedures else []
    told += [] if bill.audited else ["历史就诊"]
    said = [*_said(example, str(bill.facts["encounter_id"])), *_of_codes(example, bill)]
    head = "。".join([f"{what}：{'；'.join(told)}"] * bool(told) + [f"**{text}**" for text in said])
    return "\n\n".join(part for part in (head, _lines(example, bill) if bill.lines else "") if part)


def _read(field: Field[Any], value: Any) -> str:
    """A value as people read it: codes by the words of their list."""
    if isinstance(value, str) and field.codes:
        return word(field.codes, value)
    return written(value, field.type)


def _places(bill: ExampleEncounter) -> Iterator[str]:
    """All places of a bill that something can be said of."""
    yield str(bill.facts["encounter_id"])
    yield from (str(line["line_id"]) for line in bill.lines)
    yield from (*bill.diagnoses, *bill.procedures)


def _of_codes(example: Example, bill: ExampleEncounter) -> Iterator[str]:
    for code in (*bill.diagnoses, *bill.procedures):
        yield from (f"{code} {text}" for text in _said(example, code))


def _lines(example: Example, bill: ExampleEncounter) -> str:
    more = [
        name
        for name in dict.fromkeys(name for line in bill.lines for name in line)
        if name not in _OF_LINE and name in LINE
    ]
    heads = ["明细", "项目", "计费时间", "数量", "单价", "金额", *(LINE[name].label for name in more), "结果"]
    rows = [_row(example, line, more) for line in bill.lines]
    return "\n".join(["| " + " | ".join(cells) + " |" for cells in (heads, ["---"] * len(heads), *rows)])


def _row(example: Example, line: Mapping[str, Any], more: list[str]) -> list[str]:
    values = [_read(LINE[name], line.get(name)) for name in (*_SHOWN[1:], *more)]
    said = "；".join(_said(example, str(line["line_id"])))
    return [str(line["line_id"] or ""), str(line.get("item_name") or line["item_code"]), *values, said]


def _said(example: Example, place: str) -> Iterator[str]:
    """What the rule says of a line, a code or a bill."""
    yield from (_found(one) for one in example.finds if one.at == place)
    for at, fact in example.cannot:
        if at == place:
            named = {**FACTS, **LINE}
            yield f"无法判断：{named[fact].label if fact in named else fact}"


def _found(found: Expected) -> str:
    told = [
        "" if found.excess is None else f"超出 {decimal_text(found.excess, QUANTITY_SCALE)}",
        "" if found.amount is None else f"{yuan(found.amount)} 元",
        "" if found.value is None else f"读到 {found.value}",
        "" if found.limit is None else f"限定 {found.limit}",
    ]
    return "报：" + ("，".join(text for text in told if text) or "疑点")
