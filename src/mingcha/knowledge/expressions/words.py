"""The words of a condition: which fields it may read, under which names, and what type each has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mingcha.domain.claims import Encounter, Line, Person, Settlement
from mingcha.domain.conditions import Absolute, Age, Arithmetic, Constant, Count, Distinct, Expr, Total
from mingcha.domain.fields import Entity, Field
from mingcha.domain.values import ValueType
from mingcha.knowledge.point import KnowledgePoint

# A name that several entities bear means the first one's; `结算.自费金额` says which.
ENTITIES: tuple[type[Entity], ...] = (Line, Encounter, Person, Settlement)
AGES = {"年龄": "岁", "月龄": "月", "日龄": "天"}
# Of texts only identifiers can be compared; moments are compared by their day.
IDENTIFIERS = frozenset(
    ("institution_id", "department_id", "doctor_id", "person_id", "prescription_id", "settlement_id")
)
_NOT_COMPARED = (ValueType.TEXT, ValueType.TEXTS, ValueType.MOMENT, ValueType.SUM)
_DIFFERENCE_OF_DAYS = (ValueType.DAY, ValueType.DAY)

Words = Mapping[str, Expr]


def vocabulary(
    kind: type[KnowledgePoint] | None = None,
    settings: Words | None = None,
    *,
    age_on: Field[int] = Line.day,
    lines: bool = True,
) -> dict[str, Expr]:
    """Every name that a condition may use: settings of the rule first, then limits of its points, then facts.

    Args:
        age_on: the day on which ages are counted.
        lines: whether the fields of charge lines are among them.
    """
    found: dict[str, Expr] = dict(settings or {})
    for field in _limits(kind):
        for name in (field.label, field.name, f"知识点.{field.label}"):
            found.setdefault(name, field)
    for name, unit in AGES.items():
        found.setdefault(name, Age(Person.birth_date, age_on, Constant(unit)))
    for entity in ENTITIES if lines else ENTITIES[1:]:
        for field in facts_of(entity):
            for name in (
                field.label,
                field.name,
                f"{entity.label}.{field.label}",
                f"{entity.__name__}.{field.name}",
            ):
                found.setdefault(name, field)
    return found


def facts_of(entity: type[Entity]) -> Iterator[Field[Any]]:
    """The fields of an entity that a condition may read: what is derived first, it is what rules mean."""
    for field in sorted(entity.fields().values(), key=lambda field: not field.derived):
        readable = field.type not in _NOT_COMPARED or field.name in IDENTIFIERS
        # A code of an item matches by knowledge points, never by comparison.
        if readable and not field.personal and field.name not in {"item_code", "line_id", "encounter_id"}:
            yield field


def _limits(kind: type[KnowledgePoint] | None) -> Iterator[Field[Any]]:
    if kind is not None:
        common = KnowledgePoint.fields()
        yield from (field for name, field in kind.fields().items() if name not in common)


def type_of(expression: Expr, settings: Mapping[str, ValueType]) -> ValueType:
    """The type of a value, so that a number beside it is read in its unit.

    Args:
        settings: types of the rule's settings by name.
    """
    match expression:
        case Field():
            return expression.type
        case Total(value) | Absolute(value):
            return type_of(value, settings)
        case Arithmetic("-", left, right) if (
            type_of(left, settings),
            type_of(right, settings),
        ) == _DIFFERENCE_OF_DAYS:
            return ValueType.NUMBER
        case Arithmetic(_, left, _):
            return type_of(left, settings)
        case Age() | Count() | Distinct():
            return ValueType.NUMBER
        case _:
            return settings.get(getattr(expression, "name", ""), ValueType.NUMBER)


def name_of(expression: Expr, words: Words) -> str:
    """The shortest name under which a field or an age stands in a vocabulary."""
    wanted = repr(expression)
    return next((name for name, held in words.items() if held is expression or repr(held) == wanted), wanted)
