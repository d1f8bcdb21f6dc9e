"""The language in which rules are declared: comparisons over fields that may be unknown.

A condition is data, not code: the engine derives from it both a Python closure (one case) and a Polars
expression (a partition). Logic is three-valued (Kleene): an unknown fact makes a comparison unknown,
`unknown | true` is true, `unknown & false` is false. Only *true* is ever a violation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

Scalar = int | str | bool | tuple[str, ...]


class Expr:
    """A value that is read from a line, its encounter, its person, a knowledge point or a setting."""

    __hash__ = object.__hash__

    # SQLAlchemy's bargain: `==` builds a condition here, so these two break object's signature on purpose.
    def __eq__(self, other: object) -> Condition:  # type: ignore[override]  # builds a condition
        return Comparison("==", self, as_expr(other))

    def __ne__(self, other: object) -> Condition:  # type: ignore[override]  # builds a condition
        return Comparison("!=", self, as_expr(other))

    def __lt__(self, other: Expr | int) -> Condition:
        return Comparison("<", self, as_expr(other))

    def __le__(self, other: Expr | int) -> Condition:
        return Comparison("<=", self, as_expr(other))

    def __gt__(self, other: Expr | int) -> Condition:
        return Comparison(">", self, as_expr(other))

    def __ge__(self, other: Expr | int) -> Condition:
        return Comparison(">=", self, as_expr(other))

    def __add__(self, other: Expr | int) -> Expr:
        return Arithmetic("+", self, as_expr(other))

    def __sub__(self, other: Expr | int) -> Expr:
        return Arithmetic("-", self, as_expr(other))

    def __mul__(self, other: Expr | int) -> Expr:
        return Arithmetic("*", self, as_expr(other))

    def __floordiv__(self, other: Expr | int) -> Expr:
        return Arithmetic("//", self, as_expr(other))

    def __abs__(self) -> Expr:
        return Absolute(self)

    def is_missing(self) -> Condition:
        """True where nothing is known of the value; never unknown itself."""
        return Missing(self)

    def is_in(self, *values: str) -> Condition:
        """True where the value is one of these; unknown where nothing is known of it."""
        return OneOf(self, values)

    def starts_with_any(self, prefixes: Expr) -> Condition:
        """True where the code begins with one of the prefixes (care type 21 covers 2101, 2102 …)."""
        return StartsWithAny(self, prefixes)

    def is_among(self, codes: Expr) -> Condition:
        """True where the code is one of a point's codes, letter for letter."""
        return Among(self, codes)

    def has_none_of(self, prefixes: Expr) -> Condition:
        """True where no code of this set begins with one of the prefixes; unknown where the set is empty."""
        return HasNoneOf(self, prefixes)

    def has_only(self, prefixes: Expr) -> Condition:
        """True where every code of this set begins with one of a setting's prefixes; unknown where it is empty."""
        return HasOnly(self, prefixes)

    def __bool__(self) -> NoReturn:
        raise TypeError("条件是声明，不能直接判断真假；请用 & | ~ 组合，而不是 and/or/not")

    def parts(self) -> tuple[Expr, ...]:
        """The expressions this one is made of, in order."""
        return tuple(part for part in vars(self).values() if isinstance(part, Expr))

    def walk(self) -> Iterator[Expr]:
        """This expression and all below it, depth first, left to right."""
        yield self
        for part in self.parts():
            yield from part.walk()


class Condition(Expr):
    """An expression that is true, false or unknown."""

    def __and__(self, other: Condition) -> Condition:
        return Both(self, other)

    def __or__(self, other: Condition) -> Condition:
        return Either(self, other)

    def __invert__(self) -> Condition:
        return Not(self)


@dataclass(frozen=True, eq=False)
class Constant(Expr):
    value: Scalar


@dataclass(frozen=True, eq=False)
class Comparison(Condition):
    operator: str
    left: Expr
    right: Expr


@dataclass(frozen=True, eq=False)
class Arithmetic(Expr):
    operator: str
    left: Expr
    right: Expr


@dataclass(frozen=True, eq=False)
class Absolute(Expr):
    value: Expr


@dataclass(frozen=True, eq=False)
class Larger(Expr):
    """The larger of two values; unknown where one of them is."""

    left: Expr
    right: Expr


@dataclass(frozen=True, eq=False)
class Smaller(Expr):
    """The smaller of two values; unknown where one of them is."""

    left: Expr
    right: Expr


@dataclass(frozen=True, eq=False)
class Both(Condition):
    left: Condition
    right: Condition


@dataclass(frozen=True, eq=False)
class Either(Condition):
    left: Condition
    right: Condition


@dataclass(frozen=True, eq=False)
class Not(Condition):
    condition: Condition


@dataclass(frozen=True, eq=False)
class Missing(Condition):
    value: Expr


@dataclass(frozen=True, eq=False)
class OneOf(Condition):
    value: Expr
    values: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class StartsWithAny(Condition):
    value: Expr
    prefixes: Expr


@dataclass(frozen=True, eq=False)
class Among(StartsWithAny):
    """As the prefix condition, but of whole codes."""


@dataclass(frozen=True, eq=False)
class HasNoneOf(Condition):
    value: Expr
    prefixes: Expr


@dataclass(frozen=True, eq=False)
class HasOnly(Condition):
    value: Expr
    prefixes: Expr


@dataclass(frozen=True, eq=False)
class Age(Expr):
    """Completed age on the day of the row that is judged, in the unit (岁, 月, 天) that another expression names."""

    birth_date: Expr
    day: Expr
    unit: Expr


@dataclass(frozen=True, eq=False)
class Total(Expr):
    """Sum of the known values over a group of lines; only in `only_if`."""

    value: Expr


@dataclass(frozen=True, eq=False)
class Distinct(Expr):
    """Number of different values over a group of lines; only in `only_if`."""

    value: Expr


@dataclass(frozen=True, eq=False)
class Count(Expr):
    """Number of lines in a group; only in `only_if`."""


@dataclass(frozen=True, eq=False)
class Some(Condition):
    """True where a row of the group meets the condition, or may meet it: unknown counts; only in `only_if`."""

    condition: Condition


@dataclass(frozen=True, eq=False)
class Crowded(Condition):
    """True where more than `allowed` rows of the group stand within any `days` days; only in `only_if`."""

    allowed: Expr
    days: Expr


@dataclass(frozen=True, eq=False)
class Stocked(Condition):
    """True where more than `beyond` days of supply are left when more is dispensed; only in `only_if`.

    Each row adds its `course` in days and a day uses one; an unknown course adds nothing.
    """

    course: Expr
    beyond: Expr


@dataclass(frozen=True, eq=False)
class Adjoining(Condition):
    """True where an encounter begins at most `days` days after the one before it ended, or before that.

    Only the one before must meet `after`. An unknown end counts; only in `only_if` of a rule over visits.
    """

    days: Expr
    after: Condition


@dataclass(frozen=True, eq=False)
class Given(Expr):
    """A value where a condition holds, unknown elsewhere: what a total or a count of values passes over."""

    condition: Condition
    value: Expr


@dataclass(frozen=True, eq=False)
class Always(Condition):
    """True for every line the knowledge speaks about."""


count = Count()
always = Always()


def as_expr(value: object) -> Expr:
    if isinstance(value, Expr):
        return value
    if isinstance(value, int | str | bool | tuple):
        return Constant(value)
    raise TypeError(f"条件中不能使用 {type(value).__name__} 类型的值：{value!r}")


def larger(left: Expr, right: Expr | int) -> Expr:
    """The larger of two values: `larger(paid - limit, 0)` is what lies beyond the limit."""
    return Larger(left, as_expr(right))


def smaller(left: Expr, right: Expr | int) -> Expr:
    """The smaller of two values."""
    return Smaller(left, as_expr(right))


def total(value: Expr) -> Expr:
    """Sum over the group; lines whose value is unknown count as nothing (declare the fact in `needs`)."""
    return Total(value)


def distinct(value: Expr) -> Expr:
    """How many different values stand in the group."""
    return Distinct(value)


def some(condition: Condition) -> Condition:
    """Whether any row of the group meets, or may meet, the condition."""
    return Some(condition)


def crowded(allowed: Expr | int, days: Expr | int) -> Condition:
    """Whether more than so many rows of the group stand within any so many days."""
    return Crowded(as_expr(allowed), as_expr(days))


def stocked(course: Expr, beyond: Expr | int) -> Condition:
    """Whether supplies of so many days each ever lie together for more than so many days."""
    return Stocked(course, as_expr(beyond))


def adjoining(days: Expr | int, *, after: Condition = always) -> Condition:
    """Whether an encounter begins within so many days after the one before it, which is such a one."""
    return Adjoining(as_expr(days), after)


def given(condition: Condition, value: Expr | int) -> Expr:
    """The value where the condition holds: `total(given(Line.list_type == "301", Line.amount))`."""
    return Given(condition, as_expr(value))
