"""Example cases as people read them: what is known, the lines as a small table, and what the rule says of each.

What the rule says comes from running it (`audit.telling`); the catalogue only lays it out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from mingcha.catalogue.document import Block, Items, LaidOut, Table, Text, table_of
from mingcha.catalogue.example import FACTS, LINE, Example, ExampleEncounter
from mingcha.catalogue.markdown import text_of, text_of_example
from mingcha.catalogue.period_tables import period_parts, remarks_on
from mingcha.domain.claims import Encounter
from mingcha.domain.codelists import coded, word
from mingcha.domain.fields import Field
from mingcha.domain.values import MINUTES_A_DAY, PER_CENT, ValueType, date_of, decimal_text, written
from mingcha.knowledge.point import FOREVER, KnowledgePoint
from mingcha.knowledge.settlement_list.remarks import read_remark
from mingcha.rules.base import Rule
from mingcha.rules.period import PeriodRule

# What a rule says of an example: sentences by line, code, bill or institution.
Telling = Callable[[Example], Mapping[str, Sequence[str]]]
Said = Mapping[str, Sequence[str]]

_COUNTS_OF_LIST = {"list_fault_count", "diagnosis_fault_count", "procedure_fault_count"}
# What stands in columns of every table of lines, or only says how a line was made.
_OF_LINE = {
    "line_id", "item_code", "item_name", "charged_at", "billed_quantity", "unit_price", "billed_amount", "quantity",
    "amount", "original_line_id", "encounter_id",
}  # fmt: skip


def examples_text(rule: type[Rule[Any]], examples: Sequence[Example], telling: Telling) -> list[str]:
    """All examples of a rule in Markdown."""
    shared, laid = laid_out(rule, examples, telling)
    return [*map(text_of, shared), *(text for one in laid for text in text_of_example(one))]


def laid_out(
    rule: type[Rule[Any]], examples: Sequence[Example], telling: Telling
) -> tuple[tuple[Block, ...], tuple[LaidOut, ...]]:
    """All examples of a rule; what most of them share in knowledge, settings and bills stands once, before them."""
    points = _usual([_points(example) for example in examples]) or ()
    settings = tuple(_usual_parts([_settings(example) for example in examples]))
    over_periods = issubclass(rule, PeriodRule)
    remarks = _usual_parts([remarks_on(one.encounters) for one in examples]) if over_periods else []
    shared = (points, settings)
    told = ["知识点"] * bool(points) + ["参数"] * bool(settings) + ["就诊和费用"] * bool(remarks)
    above = Items((*_given(rule, shared), *remarks), f"除另有写明外，各例的{'、'.join(told)}：")
    laid = tuple(
        LaidOut(
            example.name,
            _outcome(example, "指出" if over_periods else "报"),
            tuple(_blocks(rule, example, shared, remarks, telling(example))),
        )
        for example in examples
    )
    return ((above,) if told else ()), laid


_Given = tuple[tuple[str, ...], tuple[tuple[str, Any], ...]]


def _usual(held: Sequence[Any]) -> Any:
    """What more than half of several hold."""
    most = max(held, key=held.count, default=None)
    return most if len(held) > 1 and held.count(most) * 2 > len(held) else None


def _usual_parts(held: Sequence[Sequence[Any]]) -> list[Any]:
    """The parts that more than half of several hold."""
    parts = dict.fromkeys(part for one in held for part in one)
    return [part for part in parts if len(held) > 1 and sum(part in one for one in held) * 2 > len(held)]


def _points(example: Example) -> tuple[str, ...]:
    return tuple(_limits(point, example.items) for point in example.points)


def _settings(example: Example) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (name, tuple(value) if isinstance(value, list) else value) for name, value in example.settings.items()
    )


def _given(rule: type[Rule[Any]], given: _Given) -> list[str]:
    points, settings = given
    return [*(f"知识点：{text}" for text in points), *_set(rule, settings)]


def _set(rule: type[Rule[Any]], settings: Iterable[tuple[str, Any]]) -> Iterator[str]:
    declared = rule.settings()
    shown = [
        f"{declared[name].label} {declared[name].text(declared[name].taken(value, rule.slug))}"
        for name, value in settings
        if value is not None
    ]
    if shown:
        yield f"参数：{'；'.join(shown)}"
    unset = [declared[name].label for name, value in settings if value is None]
    if unset:
        yield f"参数：{'、'.join(unset)}没有设定"


def _blocks(
    rule: type[Rule[Any]], example: Example, shared: _Given, remarks: Sequence[str], said: Said
) -> Iterator[Block]:
    points, settings = _points(example), _settings(example)
    own = (() if points == shared[0] else points, tuple(one for one in settings if one not in shared[1]))
    if any(own):
        yield Items(tuple(_given(rule, own)))
    if issubclass(rule, PeriodRule):
        yield from period_parts(example, remarks, said)
        return
    bills = example.encounters
    for number, bill in enumerate(bills, 1):
        yield from _bill(example, bill, f"单据 {number}" if len(bills) > 1 else "单据", said)
    places = {place for bill in bills for place in _places(bill)}
    yield from (Text(text) for place, texts in said.items() if place not in places for text in texts)


# What the sentence over an example may say instead of 报.
_VERBS = ("提醒", "提示")


def _outcome(example: Example, verb: str) -> str:
    """What comes of it, where the sentence does not say it already."""
    if verb not in example.name:
        verb = next((one for one in _VERBS if one in example.name), verb)
    if example.finds:
        told = verb in example.name.replace(f"不{verb}", "") and len(example.finds) == 1
        return "" if told else f"（{verb} {len(example.finds)} 条）"
    outcome = "无法判断" if example.cannot else f"不{verb}"
    return "" if outcome in example.name else f"（{outcome}）"


def _limits(point: KnowledgePoint, items: Mapping[str, str]) -> str:
    general = KnowledgePoint.fields()
    told = [
        f"{field.label} {_read(field, getattr(point, name), items)} {field.unit}".rstrip()
        for name, field in type(point).fields().items()
        if name not in general
        and not field.derived
        and getattr(point, name) != field.default
        and getattr(point, name) not in ("", ())
    ]
    if not point.subject.on_lines and "、".join(point.codes) != point.name:
        told.insert(0, f"{point.subject} {'、'.join(point.codes)}")
    if point.effective_from > 0:
        told.append(f"{date_of(point.effective_from).isoformat()} 起生效")
    if point.effective_to < FOREVER:
        told.append(f"{date_of(point.effective_to).isoformat()} 起失效")
    return "；".join([point.name, *told])


def _bill(example: Example, bill: ExampleEncounter, what: str, said: Said) -> Iterator[Block]:
    told = [_fact(FACTS[name], value) for name, value in bill.facts.items() if _is_told(bill, name)]
    told += [f"诊断 {'、'.join(bill.diagnoses)}"] if bill.diagnoses else []
    told += (
        [f"手术操作 {'、'.join(map(_operation, bill.procedures, _moments(bill)))}"] if bill.procedures else []
    )
    told += [] if bill.audited else ["历史就诊，只作比较"]
    numbered = what if len(example.encounters) > 1 else ""
    if told or numbered:
        yield Text(f"{what}：{'；'.join(told)}" if told else what)
    about = [f"{text}" for text in said.get(str(bill.facts["encounter_id"]), ())]
    about += [f"{code}　{text}" for code in _codes(bill) for text in said.get(code, ())]
    yield from map(Text, about)
    if bill.lines:
        yield _lines(bill, said)


def _is_told(bill: ExampleEncounter, name: str) -> bool:
    if name in _COUNTS_OF_LIST:
        return name in bill.stated and "list_faults" not in bill.stated
    return name in bill.stated or (name == "started_at" and not bill.lines)


def _fact(field: Field[Any], value: Any) -> str:
    if field is Encounter.list_faults:
        return f"结算清单：{'；'.join(map(_fault, value or ())) or '没有不符'}"
    text = _read(field, value)
    if field.unit == "分钟" and value is not None:
        hours, minutes = divmod(value, 60)
        return f"{field.label} {hours} 小时" + (f" {minutes} 分钟" if minutes else "")
    return f"{field.label} {text} {field.unit}".rstrip() if value is not None else f"{field.label} {text}"


def _fault(text: str) -> str:
    """A remark on a settlement list: the number of the check, the field, and what stood there."""
    remark = read_remark(text)
    number, label = remark.check.number, remark.check.label
    if remark.missing:
        return f"{number} 因缺少{FACTS[remark.missing].label}不能检查"
    return f"{number} {label}“{remark.value}”" if remark.value else f"{number} {label}未填写"


def _moments(bill: ExampleEncounter) -> Iterable[int | None]:
    return chain(bill.operated_at, [None] * (len(bill.procedures) - len(bill.operated_at)))


def _operation(code: str, moment: int | None) -> str:
    return code if moment is None else f"{code}（{_moment(moment)}）"


def _read(field: Field[Any], value: Any, items: Mapping[str, str] | None = None) -> str:
    """A value as people read it: codes by the words of their list, items by their names."""
    if field.type is ValueType.MOMENT and value is not None:
        return _moment(value)
    if field.type is ValueType.CODES and value is not None:
        return "、".join((items or {}).get(code) or _coded(field, code) for code in value)
    if field.codes and value is not None and field.type is not ValueType.FLAG:
        return word(field.codes, str(value))
    if field.type is ValueType.RATIO and value is not None:
        return f"{decimal_text(value, PER_CENT)}%"
    return written(value, field.type)


def _coded(field: Field[Any], code: str) -> str:
    return coded(field.codes, code) if field.codes else code


def _moment(minute: int) -> str:
    """A moment; midnight sharp is how a bare date is stored, and it is read as one."""
    text = written(minute, ValueType.MOMENT)
    return text if minute % MINUTES_A_DAY else text.partition(" ")[0]


def _places(bill: ExampleEncounter) -> Iterator[str]:
    """All places of a bill that something can be said of."""
    yield str(bill.facts["encounter_id"])
    yield from (str(line["line_id"]) for line in bill.lines)
    yield from _codes(bill)


def _codes(bill: ExampleEncounter) -> Iterable[str]:
    return dict.fromkeys((*bill.diagnoses, *bill.procedures))


def _lines(bill: ExampleEncounter, said: Said) -> Table:
    """The lines as they were billed: a refund names its line, so that a reader can subtract it."""
    more = [
        name
        for name in dict.fromkeys(name for line in bill.lines for name in line)
        if name not in _OF_LINE and name in LINE
    ]
    heads = ["明细", "项目", "计费时间", "数量", "单价", "金额", *(LINE[name].label for name in more), "结果"]
    rows = [_row(line, more, said) for line in bill.lines]
    return table_of(heads, rows)


def _row(line: Mapping[str, Any], more: Sequence[str], said: Said) -> list[str]:
    name = str(line["line_id"] or "")
    refunded = line.get("original_line_id")
    shown = ("charged_at", "billed_quantity", "unit_price", "billed_amount", *more)
    return [
        f"{name}（退 {refunded}）" if refunded else name,
        str(line.get("item_name") or line["item_code"]),
        *(_read(LINE[field], line.get(field)) for field in shown),
        "；".join(said.get(name, ())),
    ]
