"""One declaration per field: English name, 中文, national name, type, unit, code list.

A declared field is also the word that rules use: `Person.sex != SexLimit.sex` is a condition.
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar, overload

from mingcha.domain.conditions import Absolute, Arithmetic, Expr, Given, Larger, Smaller, Total
from mingcha.domain.values import ValueType

T = TypeVar("T")


class Field(Expr, Generic[T]):
    """A named value of an entity. On the class it is the declaration; on an instance it is the value."""

    def __init__(
        self,
        type_: ValueType,
        label: str,
        *national: str,
        unit: str = "",
        codes: str = "",
        required: bool = False,
        default: T | None = None,
        derived: bool = False,
        beside: str = "",
        personal: bool = False,
        one_of: tuple[str, ...] = (),
        note: str = "",
    ) -> None:
        self.type = type_
        self.label = label
        self.national = national
        self.unit = unit
        self.codes = codes
        self.required = required
        self.default = default
        # An optional table that says it, as of the day, where the bill does not (ingest.beside).
        self.beside = beside
        self.derived = derived
        self.personal = personal
        self.one_of = one_of
        self.note = note
        self.name = ""
        self.owner: type[Entity]

    def __set_name__(self, owner: type[Any], name: str) -> None:
        if issubclass(owner, Entity):  # a rule that mentions a field does not rename it
            self.name = name
            self.owner = owner

    @overload
    def __get__(self, instance: None, owner: type[Entity]) -> Field[T]: ...
    @overload
    def __get__(self, instance: Entity, owner: type[Entity]) -> T: ...
    @overload
    def __get__(self, instance: object, owner: type[Any]) -> Field[T]: ...
    def __get__(self, instance: object, owner: type[Any]) -> Field[T] | T:
        if not isinstance(instance, Entity):  # on the class, or held by a rule as a word of its declaration
            return self
        return self.default  # type: ignore[return-value]  # a set value lies in the instance and wins over this

    def __repr__(self) -> str:
        return f"{self.owner.__name__}.{self.name}"


def value_type(expression: Expr | None) -> ValueType:
    """How the value of an expression is stored: as its first field, but counts and ages are plain numbers."""
    match expression:
        case Field():
            return expression.type
        case Arithmetic() | Absolute() | Larger() | Smaller() | Total():
            return value_type(expression.parts()[0])
        case Given(_, value):
            return value_type(value)
        case _:
            return ValueType.NUMBER


class Entity:
    """A thing with declared fields. `label` is its Chinese name, `key` the fields that identify one."""

    label: ClassVar[str] = ""
    key: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    @classmethod
    def fields(cls) -> dict[str, Field[Any]]:
        """All declared fields by English name, inherited ones first, in order of declaration."""
        found: dict[str, Field[Any]] = {}
        for base in reversed(cls.__mro__):
            found.update({name: value for name, value in vars(base).items() if isinstance(value, Field)})
        return found


def text(label: str, *national: str, **more: Any) -> Field[str]:
    return Field(ValueType.TEXT, label, *national, **more)


def code(label: str, *national: str, **more: Any) -> Field[str]:
    return Field(ValueType.CODE, label, *national, **more)


def codes(label: str, *national: str, **more: Any) -> Field[tuple[str, ...]]:
    more.setdefault("default", ())
    return Field(ValueType.CODES, label, *national, **more)


def texts(label: str, *national: str, **more: Any) -> Field[tuple[str, ...]]:
    return Field(ValueType.TEXTS, label, *national, **more)


def day(label: str, *national: str, **more: Any) -> Field[int]:
    return Field(ValueType.DAY, label, *national, **more)


def moment(label: str, *national: str, **more: Any) -> Field[int]:
    return Field(ValueType.MOMENT, label, *national, **more)


def money(label: str, *national: str, **more: Any) -> Field[int]:
    return Field(ValueType.MONEY, label, *national, unit="元", **more)


def price(label: str, *national: str, **more: Any) -> Field[int]:
    return Field(ValueType.PRICE, label, *national, unit="元", **more)


def quantity(label: str, *national: str, **more: Any) -> Field[int]:
    return Field(ValueType.QUANTITY, label, *national, **more)


def ratio(label: str, *national: str, **more: Any) -> Field[int]:
    return Field(ValueType.RATIO, label, *national, **more)


def number(label: str, *national: str, **more: Any) -> Field[int]:
    return Field(ValueType.NUMBER, label, *national, **more)


def summed(label: str, *national: str, **more: Any) -> Field[int]:
    """A sum over many bills, in the unit of what is added up: fen, ten-thousandths or times."""
    return Field(ValueType.SUM, label, *national, **more)


def flag(label: str, *national: str, **more: Any) -> Field[bool]:
    return Field(ValueType.FLAG, label, *national, **more)
