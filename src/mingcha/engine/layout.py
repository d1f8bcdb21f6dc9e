"""Where a fact stands: on the row of a line, on its encounter, on the point, or in the settings.

A row is a tuple: the fields of `LineFacts` first (so that bodies can read it), then what declared
conditions of this plan read beyond them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mingcha.domain.claims import Encounter, Line, Person, Settlement
from mingcha.domain.conditions import Distinct, Expr, Some, Total
from mingcha.domain.errors import DeclarationError
from mingcha.domain.fields import Field
from mingcha.engine.facts import LINE_FACTS
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import LineFacts

# How a row is made from a line: position name → column of the lake.
ROW_SOURCES = {"minute": "charged_at", "item": "item_code", "day": "charged_at"}
OF_ENCOUNTER = (Person, Encounter, Settlement)
WIDTH = len(LineFacts._fields)


@dataclass(frozen=True)
class Layout:
    """Names of a row's positions; `extras` come after the fields of `LineFacts`."""

    extras: tuple[str, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        return LineFacts._fields + self.extras

    def position(self, field: Field[Any]) -> int:
        """Index in the row of a field of `Line`."""
        name = row_name(field)
        return self.names.index(name)


def row_name(field: Field[Any]) -> str:
    """The name under which a field of `Line` stands in a row."""
    return {"charged_at": "minute", "item_code": "item"}.get(field.name, field.name)


def columns_of_row(name: str) -> tuple[str, ...]:
    """The columns of the lake that a position of a row is made from."""
    if name in LINE_FACTS:
        return LINE_FACTS[name].reads
    return (ROW_SOURCES.get(name, name),)


def fields_of(expressions: Iterable[Expr | None]) -> list[Field[Any]]:
    """All fields that stand anywhere in these expressions, once each, in order of appearance."""
    found: dict[str, Field[Any]] = {}
    for expression in expressions:
        for part in expression.walk() if expression is not None else ():
            if isinstance(part, Field):
                found.setdefault(repr(part), part)
    return list(found.values())


def is_line(field: Field[Any]) -> bool:
    return field.owner is Line


def is_point(field: Field[Any]) -> bool:
    return issubclass(field.owner, KnowledgePoint)


def is_encounter(field: Field[Any]) -> bool:
    return field.owner in OF_ENCOUNTER


def may_be_unknown(field: Field[Any]) -> bool:
    """Facts may be unknown; limits of a point never are, nor what the importer requires of a line."""
    if is_point(field):
        return False
    if not (is_line(field) or is_encounter(field)):
        raise DeclarationError(f"规则条件不能读取 {field!r}：只能读取明细、就诊、参保人、结算或知识点的字段")
    return row_name(field) not in {"minute", "day", "item"} and field.name != "started_at"


def unknown_leaves(expression: Expr) -> list[Field[Any]]:
    """Fields whose being unknown makes this expression unknown; totals and screens pass over unknown values."""
    aggregated = [part for part in expression.walk() if isinstance(part, Total | Distinct | Some)]
    passed_over = {id(leaf) for part in aggregated for leaf in part.walk()}
    return [f for f in fields_of([expression]) if may_be_unknown(f) and id(f) not in passed_over]
