"""Stored values as screens read them: in words, with the label of their field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mingcha.domain.codelists import word
from mingcha.domain.fields import Entity, Field
from mingcha.domain.values import ValueType, written


@dataclass(frozen=True)
class Said:
    """A fact that is known, in words."""

    name: str
    label: str
    text: str


@dataclass(frozen=True)
class SaidOf:
    """Facts of one kind of thing."""

    label: str
    facts: list[Said]


def said(row: Mapping[str, Any], entities: Iterable[type[Entity]], leave_out: frozenset[str]) -> list[SaidOf]:
    """What is known of each kind of thing in a row; unknown values and empty kinds are left out."""
    groups = []
    seen = set(leave_out)
    for entity in entities:
        facts = [
            Said(name, field.label, in_words(row[name], field))
            for name, field in entity.fields().items()
            if name not in seen and row.get(name) not in (None, [])
        ]
        seen |= {fact.name for fact in facts}
        if facts:
            groups.append(SaidOf(entity.label, facts))
    return groups


def in_words(value: Any, field: Field[Any]) -> str:
    """A known value with its unit, a code with its label."""
    if field.codes and field.type is ValueType.CODE:
        label = word(field.codes, str(value))
        return str(value) if label == value else f"{label}（{value}）"
    text = written(value, field.type)
    return f"{text} {field.unit}" if field.unit and field.type is not ValueType.FLAG else text


def moment(value: int | None) -> str | None:
    """A moment as people write it; None where it is unknown."""
    return None if value is None else written(value, ValueType.MOMENT)


def known(value: Any, type_: ValueType) -> str | None:
    """A value as people write it; None where it is unknown."""
    return None if value is None else written(value, type_)
