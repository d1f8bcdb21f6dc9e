"""Examples of rules over periods as people read them: bills that are alike in one row, what is said of each place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from mingcha.catalogue.document import Block, Items, Table, table_of
from mingcha.catalogue.example import FACTS, LINE, Example, ExampleEncounter
from mingcha.domain.codelists import word
from mingcha.domain.fields import Field, value_type
from mingcha.domain.schema import OPTIONAL_TABLES
from mingcha.domain.values import MINUTES_A_DAY, QUANTITY_SCALE, ValueType, decimal_text, written, yuan
from mingcha.rules.period import PeriodRule
from mingcha.rules.registry import RULES

Said = Mapping[str, Sequence[str]]
_PER_LINE = {"line_id", "item_code", "item_name", "charged_at", "unit_price", "quantity", "amount"}
_PER_LINE |= {"billed_quantity", "billed_amount"}
_CODED = {"诊断": "diagnoses", "手术操作": "procedures"}


def period_parts(example: Example, told_before: Sequence[str], said: Said) -> Iterator[Block]:
    """Tables beside the bills, what the columns mean, the bills, and what the rule says of each institution.

    Args:
        told_before: remarks that stand above all examples.
    """
    own = [line for line in remarks_on(example.encounters) if line not in told_before]
    above = [*_records(example), *own]
    if above:
        yield Items(tuple(above))
    yield _bills(example)
    told = tuple(f"{place}　{text}" for place, texts in said.items() for text in texts)
    if told:
        yield Items(told)


def remarks_on(bills: Sequence[ExampleEncounter]) -> list[str]:
    """What all bills have alike, and what the names of their lines stand for."""
    return [*_alike(bills), *_legend(bills)]


def _records(example: Example) -> Iterator[str]:
    """The rows of each table, the day first, without the codes that all rows of the example have alike."""
    rows = [row for held in example.tables.values() for row in held]
    alike = {name for name in _NAMING if len({row[name] for row in rows if name in row}) < 2}
    for slug, held in example.tables.items():
        fields = OPTIONAL_TABLES[slug].fields()
        told = [
            [_told(fields[name], value) for name, value in row.items() if name not in alike] for row in held
        ]
        texts = [" ".join(part for part in sorted(parts, key=_undated) if part) for parts in told]
        yield f"{OPTIONAL_TABLES[slug].label}：{'；'.join(texts)}"


_NAMING = ("institution_id", "item_code", "batch_id")


def _undated(text: str) -> bool:
    return not text[:1].isdigit()


def _told(field: Field[Any], value: Any) -> str:
    if field.type in (ValueType.DAY, ValueType.MOMENT):
        return _value(field, value)
    if field.type is ValueType.FLAG and value is not None:
        return field.label if value else ""
    return f"{field.label} {_value(field, value)}"


def _value(field: Field[Any], value: Any) -> str:
    if field.type is ValueType.MOMENT and value is not None and value % MINUTES_A_DAY == 0:
        return written(value // MINUTES_A_DAY, ValueType.DAY)
    if field.codes and value is not None and field.type is not ValueType.FLAG:
        return word(field.codes, str(value))
    return written(value, field.type)


def _alike(bills: Sequence[ExampleEncounter]) -> list[str]:
    told = [
        f"{FACTS[name].label} {_fact(bills[0], name)}" for name in _stated(bills) if not _differ(bills, name)
    ]
    return [f"各次就诊：{'；'.join(told)}"] if told else []


def _legend(bills: Iterable[ExampleEncounter]) -> list[str]:
    """What distinguishes the lines of each name: list and kind of charge, or code."""
    kinds = {str(line["item_name"]): line for bill in bills for line in bill.lines}
    lines = {}
    for name, line in kinds.items():
        coded = [] if line["item_code"] == "0" else [f"{LINE['item_code'].label} {line['item_code']}"]
        facts = [f"{LINE[key].label} {_value(LINE[key], line[key])}" for key in line if key not in _PER_LINE]
        lines[name] = "，".join([*coded, *facts])
    return [f"{name}：{text}" for name, text in lines.items() if text]


def _bills(example: Example) -> Table:
    """Bills that are alike in one row, with their number."""
    bills = example.encounters
    kinds = list(dict.fromkeys(str(line["item_name"]) for bill in bills for line in bill.lines))
    rule = RULES[example.rule]
    assert issubclass(rule, PeriodRule)
    by_quantity = value_type(rule.measure) is ValueType.QUANTITY
    facts = [name for name in _stated(bills) if _differ(bills, name)]
    stays = any(_day(bill, "ended_at") != _day(bill, "started_at") for bill in bills)
    coded = [label for label, of in _CODED.items() if any(getattr(bill, of) for bill in bills)]
    heads = [
        "机构",
        "入院" if stays else "日期",
        *(["出院"] if stays else []),
        *(FACTS[name].label for name in facts),
    ]
    heads += [*coded, *(f"{name}（{'数量' if by_quantity else '元'}）" for name in kinds), "就诊数"]
    described = (
        (
            str(bill.facts["institution_id"]),
            _day(bill, "started_at"),
            *([_day(bill, "ended_at")] if stays else []),
            *(_fact(bill, name) for name in facts),
            *("、".join(getattr(bill, _CODED[label])) or "没有上传" for label in coded),
            *_amounts(bill, kinds, by_quantity=by_quantity),
        )
        for bill in bills
    )
    return table_of(heads, [[*cells, str(len(list(same)))] for cells, same in groupby(described)])


def _stated(bills: Sequence[ExampleEncounter]) -> list[str]:
    return list(dict.fromkeys(name for bill in bills for name in bill.stated if name != "ended_at"))


def _differ(bills: Sequence[ExampleEncounter], name: str) -> bool:
    return len({_fact(bill, name) for bill in bills}) > 1


def _fact(bill: ExampleEncounter, name: str) -> str:
    """A fact of a bill; persons that the example does not name are all different ones."""
    if name == "person_id" and name not in bill.stated:
        return "各一人"
    return _value(FACTS[name], bill.facts.get(name))


def _day(bill: ExampleEncounter, name: str) -> str:
    minute = bill.facts[name]
    return "未知" if minute is None else written(minute // MINUTES_A_DAY, ValueType.DAY)


def _amounts(bill: ExampleEncounter, kinds: Sequence[str], *, by_quantity: bool) -> Iterator[str]:
    of_kind = {str(line["item_name"]): line for line in bill.lines}
    for name in kinds:
        line = of_kind.get(name)
        if line is None:
            yield ""
        else:
            yield decimal_text(line["quantity"], QUANTITY_SCALE) if by_quantity else yuan(line["amount"])
