"""A declared condition as Python source: the evaluation of one case.

Three-valued: a source yields True, False or None (unknown). Names in the source: `e` encounter facts, `r`
row, `p` point, `rows` the rows of a group (for a rule over visits `e` is all its encounters in time order).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count, pairwise
from typing import Any

from mingcha.domain import conditions as c
from mingcha.domain.errors import DeclarationError
from mingcha.domain.fields import Field
from mingcha.engine.ages import age
from mingcha.engine.layout import Layout, fields_of, is_encounter, is_line, is_point, unknown_leaves
from mingcha.rules.base import LineFacts
from mingcha.rules.settings import Setting

DAY = LineFacts._fields.index("day")


def has_none_of(codes: tuple[str, ...], prefixes: tuple[str, ...]) -> bool:
    """True where no code begins with one of the prefixes."""
    return not any(code.startswith(prefixes) for code in codes)


def has_only(codes: tuple[str, ...], prefixes: tuple[str, ...]) -> bool:
    """True where every code begins with one of the prefixes."""
    return all(code.startswith(prefixes) for code in codes)


def crowded(days: Sequence[int], allowed: int, within: int) -> bool:
    """Whether more than `allowed` of these days lie within any `within` days."""
    ordered = sorted(days)
    return any(late - early < within for early, late in zip(ordered, ordered[allowed:], strict=False))


def adjoining(encounters: Sequence[Any], days: int, after: Callable[[Any], bool | None]) -> bool:
    """Whether one of these, in time order, begins within so many days of the end of a certain one before it."""
    return any(
        after(before) is not False and (before.last_day is None or now.first_day - before.last_day <= days)
        for before, now in pairwise(encounters)
    )


def stocked(courses: Iterable[tuple[int, int | None]], beyond: int) -> bool:
    """Whether more than so many days of supply are left on a day on which more is dispensed."""
    left, before = 0, 0
    # On one day in the order that leaves most: which of them was first is for the body to say.
    for day, minus in sorted((day, -(course or 0)) for day, course in courses):
        left = max(0, left - (day - before))
        if left > beyond:
            return True
        left, before = left - minus, day
    return False


NAMES = {
    "stocked": stocked,
    "adjoining": adjoining,
    "crowded": crowded,
    "has_none_of": has_none_of,
    "has_only": has_only,
    "age": age,
}


class Source:
    """Writes Python source for the expressions of one rule under one set of setting values."""

    def __init__(self, layout: Layout, settings: dict[str, Any]) -> None:
        self.layout = layout
        self.settings = settings
        self._names = count()

    def of(self, expression: c.Expr) -> str:
        """Source of an expression; a comparison with an unknown operand is None."""
        match expression:
            case c.Always():
                return "True"
            case c.Both(left, right):
                return self._logic("False", "and", left, right)
            case c.Either(left, right):
                return self._logic("True", "or", left, right)
            case c.Not(inner) if unknown_leaves(inner):
                known = self._name()
                return f"(None if ({known} := {self.of(inner)}) is None else not {known})"
            case c.Not(inner):
                return f"(not {self.of(inner)})"
            case c.Missing(value):
                return f"({self._value(value)} is None)"
            case c.Some(inner):
                of_points = any(is_point(field) for field in fields_of([inner]))
                each = "r, p in zip(rows, ps)" if of_points else "r in rows"
                return f"any([{self.of(inner)} is not False for {each}])"
            case c.Crowded(allowed, days):
                return f"crowded([r[{DAY}] for r in rows], {self._value(allowed)}, {self._value(days)})"
            case c.Adjoining(days, after):
                return f"adjoining(e, {self._value(days)}, lambda e: {self.of(after)})"
            case c.Stocked(course, beyond):
                courses = f"[(r[{DAY}], {self._value(course)}) for r in rows]"
                return f"stocked({courses}, {self._value(beyond)})"
            case c.Comparison(operator, left, right):
                return self._guarded(expression, f"{self._value(left)} {operator} {self._value(right)}")
            case c.OneOf(value, values):
                return self._guarded(expression, f"{self._value(value)} in {values!r}")
            case c.Among(value, codes):
                return self._guarded(expression, f"{self._value(value)} in {self._value(codes)}")
            case c.StartsWithAny(value, prefixes):
                return self._guarded(expression, f"{self._value(value)}.startswith({self._value(prefixes)})")
            case c.HasNoneOf(value, prefixes) | c.HasOnly(value, prefixes):
                name = "has_only" if isinstance(expression, c.HasOnly) else "has_none_of"
                return self._guarded(expression, f"{name}({self._value(value)}, {self._value(prefixes)})")
            case _:
                return self._guarded(expression, self._value(expression))

    def shown(self, expression: c.Expr | None) -> str:
        """Source of a value to be shown; unknown parts make it None."""
        return "None" if expression is None else self._guarded(expression, self._value(expression))

    def first_unknown(self, expression: c.Expr) -> str:
        """Source of the name of the first fact in this expression that is unknown."""
        leaves = unknown_leaves(expression)
        source = repr(leaves[-1].name if leaves else None)
        for field in reversed(leaves[:-1]):
            source = f"({field.name!r} if {self._value(field)} is None else {source})"
        return source

    def _logic(self, decides: str, word: str, left: c.Expr, right: c.Expr) -> str:
        """Kleene's `and` and `or`: one side may decide alone, and then the other is not even asked."""
        if not unknown_leaves(left) and not unknown_leaves(right):
            return f"({self.of(left)} {word} {self.of(right)})"
        one, other = self._name(), self._name()
        alone = f"({one} := {self.of(left)}) is {decides} or ({other} := {self.of(right)}) is {decides}"
        open_ = f"{one} is None or {other} is None"
        return f"({decides} if {alone} else None if {open_} else {word == 'and'})"

    def _name(self) -> str:
        return f"v{next(self._names)}"

    def _guarded(self, expression: c.Expr, source: str) -> str:
        leaves = unknown_leaves(expression)
        if not leaves:
            return f"({source})"
        unknown = " or ".join(f"{self._value(field)} is None" for field in leaves)
        return f"(None if {unknown} else {source})"

    def _value(self, expression: c.Expr) -> str:
        match expression:
            case Field():
                return self._field(expression)
            case Setting():
                return repr(self.settings[expression.name])
            case c.Constant(value):
                return repr(value)
            case c.Arithmetic(operator, left, right):
                return f"({self._value(left)} {operator} {self._value(right)})"
            case c.Absolute(value):
                return f"abs({self._value(value)})"
            case c.Larger(left, right):
                return f"max({self._value(left)}, {self._value(right)})"
            case c.Smaller(left, right):
                return f"min({self._value(left)}, {self._value(right)})"
            case c.Age(birth_date, day, unit):
                return f"age({self._value(birth_date)}, {self._value(day)}, {self._value(unit)})"
            case c.Total(value):
                inner = self._value(value)
                return f"sum([{inner} for r in rows if {inner} is not None])"
            case c.Distinct(value):
                inner = self._value(value)
                return f"len({{{inner} for r in rows if {inner} is not None}})"
            case c.Given(condition, value):
                return f"({self.shown(value)} if {self.of(condition)} else None)"
            case c.Count():
                return "len(rows)"
            case _:
                raise DeclarationError(f"条件中不支持 {type(expression).__name__}")

    def _field(self, field: Field[Any]) -> str:
        if is_line(field):
            return f"r[{self.layout.position(field)}]"
        if is_encounter(field):
            return f"e.{field.name}"
        if is_point(field):
            return f"p.{field.name}"
        raise DeclarationError(f"条件不能读取 {field!r}")


def define(name: str, source: str, **names: Any) -> Callable[..., Any]:
    """Compile generated source and return the function it defines."""
    namespace: dict[str, Any] = {**NAMES, **names}
    exec(compile(source, f"<{name}>", "exec"), namespace)
    made: Callable[..., Any] = namespace[name]
    return made
