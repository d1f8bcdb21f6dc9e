"""Checks of each field by itself, from its declaration: 必填, 格式, 代码."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mingcha.domain.codelists import CODE_LISTS
from mingcha.domain.settlement_list import DAY, MOMENT, NODES, NUMBER, TEXT, Listed
from mingcha.knowledge.settlement_list.checks.check import INTERFACE, Check, Test


def of_fields() -> Iterator[Check]:
    """What the interface specification says of each field by itself."""
    for node, (letter, entity) in NODES.items():
        for place, field in enumerate(entity.fields().values(), 1):
            assert isinstance(field, Listed)
            number = f"{letter}{place:02d}"
            if field.wanted:
                yield Check(f"{number}1", node, field, "必填", INTERFACE, _blank(field))
            form = field.form
            yield Check(f"{number}2", node, field, _form_in_words(field), INTERFACE, _misshapen(field))
            if form.what == TEXT and field.codes in CODE_LISTS:
                words = f"应为字典 {field.codes} 中的代码"
                yield Check(f"{number}3", node, field, words, INTERFACE, _uncoded(field))


def _blank(field: Listed) -> Test:
    return lambda row, _sent: not row.text(field)


def _misshapen(field: Listed) -> Test:
    form = field.form
    if form.what == TEXT:
        return lambda row, _sent: len(row.text(field)) > form.length
    if form.what == NUMBER:
        whole = form.length - form.decimals
        shape = re.compile(rf"[+-]?\d{{1,{whole}}}(\.\d{{0,{form.decimals}}}0*)?")
        return lambda row, _sent: bool(row.text(field)) and shape.fullmatch(row.text(field)) is None
    return lambda row, _sent: bool(row.text(field)) and row.value(field) is None


def _form_in_words(field: Listed) -> str:
    form = field.form
    match form.what:
        case what if what == TEXT:
            return f"不超过 {form.length} 个字"
        case what if what == NUMBER:
            return f"应为数值，至多 {form.length} 位，其中小数 {form.decimals} 位"
        case what if what == DAY:
            return "应为日期，如 2026-03-02"
        case what if what == MOMENT:
            return "应为日期时间，如 2026-03-02 09:00:00"
        case _:
            return "应写作 天数/小时数/分钟数，如 1/13/24"


def _uncoded(field: Listed) -> Test:
    known = CODE_LISTS[field.codes]
    return lambda row, _sent: bool(row.text(field)) and row.text(field) not in known
