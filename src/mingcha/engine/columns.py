"""A declared condition as a Polars expression: the evaluation of a partition.

Columns are named by where a fact stands: `r.` a row, `e.` its encounter, `p.` the point. Matching code
prefixes is no column arithmetic: those conditions are worked out once per different pair of value and
point, beforehand, into a column of their own (see `engine.prefixes`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

import polars as pl

from mingcha.domain import conditions as c
from mingcha.domain.claims import Line
from mingcha.domain.errors import DeclarationError
from mingcha.domain.fields import Field
from mingcha.engine.ages import age_column
from mingcha.engine.layout import is_encounter, is_line, row_name, unknown_leaves
from mingcha.rules.settings import Setting

OPERATORS: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
}


def column_of(field: Field[Any]) -> str:
    """The column in which a field stands in a frame of candidate rows."""
    if is_line(field):
        return f"r.{row_name(field)}"
    return f"e.{field.name}" if is_encounter(field) else f"p.{field.name}"


def prefix_column(expression: c.Expr) -> str:
    """The column that holds a prefix condition, worked out beforehand."""
    match expression:
        case c.Among(Field() as value, Field() as codes):
            return f"among:{column_of(value)}:{column_of(codes)}"
        case c.StartsWithAny(Field() as value, Field() as prefixes):
            return f"starts:{column_of(value)}:{column_of(prefixes)}"
        case c.HasNoneOf(Field() as value, Field() as prefixes):
            return f"none:{column_of(value)}:{column_of(prefixes)}"
        case _:
            raise DeclarationError("前缀条件的两边都必须是字段")


class Columns:
    """Writes Polars expressions for one rule under one set of setting values.

    Args:
        made: aggregates that were worked out beforehand, by their notation: the column in which each stands.
        codes: item codes by dataset id, where rows bear the id: of a code is asked once, not of every line.
    """

    def __init__(
        self,
        settings: dict[str, Any],
        made: Mapping[str, str] | None = None,
        codes: pl.Series | None = None,
    ) -> None:
        self.settings = settings
        self.made = made or {}
        self.codes = codes

    def of(self, expression: c.Expr, *, grouped: bool = False) -> pl.Expr:
        """The expression over rows, or over groups of rows (where plain facts are those of the first row)."""
        match expression:
            case c.Always():
                return pl.lit(value=True)
            case c.Both(left, right):
                return self.of(left, grouped=grouped) & self.of(right, grouped=grouped)
            case c.Either(left, right):
                return self.of(left, grouped=grouped) | self.of(right, grouped=grouped)
            case c.Not(inner):
                return ~self.of(inner, grouped=grouped)
            case c.Missing(value):
                return self.of(value, grouped=grouped).is_null()
            case c.Comparison(operator, left, right) | c.Arithmetic(operator, left, right):
                return OPERATORS[operator](self.of(left, grouped=grouped), self.of(right, grouped=grouped))
            case c.Absolute(value):
                return self.of(value, grouped=grouped).abs()
            case c.Larger() | c.Smaller() | c.Age():
                return self._of_parts(
                    expression, [self.of(part, grouped=grouped) for part in expression.parts()], grouped
                )
            case c.Total() | c.Distinct() | c.Count() | c.Some() | c.Crowded() | c.Stocked():
                return self._aggregate(expression)
            case c.OneOf(value, values):
                return _one_of(self.of(value, grouped=grouped), values)
            case c.Given(condition, value):
                return pl.when(self.of(condition)).then(self.of(value))
            case c.StartsWithAny() | c.HasNoneOf() | c.HasOnly():
                return self._prefixed(expression, grouped)
            case Field():
                return self._first(self._fact(expression), grouped)
            case Setting():
                value = self.settings[expression.name]
                # Wide, so that a large setting times a day count does not wrap in thirty-two bits.
                return pl.lit(value, dtype=pl.Int64) if type(value) is int else pl.lit(value)
            case c.Constant(value):
                return pl.lit(value)
            case _:
                raise DeclarationError(f"条件中不支持 {type(expression).__name__}")

    def _of_parts(
        self, expression: c.Larger | c.Smaller | c.Age, parts: list[pl.Expr], grouped: bool
    ) -> pl.Expr:
        """A value that is no operator of its parts."""
        if isinstance(expression, c.Age):
            return age_column(*parts)
        chosen = (pl.max_horizontal if isinstance(expression, c.Larger) else pl.min_horizontal)(parts)
        # Of a known and an unknown value Polars takes the known one.
        known = [self.of(leaf, grouped=grouped).is_not_null() for leaf in unknown_leaves(expression)]
        return pl.when(pl.all_horizontal(known)).then(chosen) if known else chosen

    def _aggregate(self, expression: c.Expr) -> pl.Expr:
        """A value over a group of rows."""
        if self.made and (column := self.made.get(repr(expression))) is not None:
            return pl.col(column)
        match expression:
            case c.Total(value):
                return self.of(value).sum()
            case c.Distinct(value):
                return self.of(value).drop_nulls().n_unique().cast(pl.Int64)
            case c.Some(inner):
                return self.of(inner).fill_null(value=True).any()
            case c.Crowded(allowed, days):
                ordered = pl.col("r.day").sort()
                return (ordered - ordered.shift(self.of(allowed)) < self.of(days)).any()
            case c.Stocked(course, beyond):
                # What came in before a row less the days gone by; its lowest mark so far is when all was used up.
                lasting = self.of(course).fill_null(0)
                order = [pl.col("r.day"), -lasting]
                lasting = lasting.sort_by(order)
                balance = lasting.cum_sum() - lasting - pl.col("r.day").sort_by(order)
                return (balance - balance.cum_min() > self.of(beyond, grouped=True)).any()
            case _:
                return pl.len().cast(pl.Int64)

    def marks(self, expression: c.Expr | None, key: str) -> pl.Expr | None:
        """A screen as marks on rows sorted by key and time: a group is suspicious where one of its rows is marked.

        Much cheaper than the same over groups; None where the screen cannot be said row by row.
        """
        match expression:
            case c.Some(inner):
                return self.of(inner).fill_null(value=True)
            case c.Crowded(allowed, days):
                earlier = self.of(allowed)
                same = pl.col(key) == pl.col(key).shift(earlier)
                return same & (pl.col("r.day") - pl.col("r.day").shift(earlier) < self.of(days))
            case c.Adjoining(days, after):
                gap = pl.col("e.first_day") - pl.col("e.last_day").shift(1)
                same = (pl.col(key) == pl.col(key).shift(1)) & self.of(after).shift(1).fill_null(value=True)
                return same & (gap <= self.of(days)).fill_null(value=True)
            case c.Either(left, right):
                one, other = self.marks(left, key), self.marks(right, key)
                return None if one is None or other is None else one | other
            case _:
                return None

    def _fact(self, field: Field[Any]) -> pl.Expr:
        column = pl.col(column_of(field))
        if field is Line.item_code and self.codes is not None:
            return pl.lit(self.codes).gather(column)
        return column

    def _prefixed(self, expression: c.StartsWithAny | c.HasNoneOf | c.HasOnly, grouped: bool) -> pl.Expr:
        """Prefixes of a setting or a constant are the same for all rows; those of points are worked out beforehand."""
        match expression.prefixes:
            case Setting() as setting:
                prefixes = self.settings[setting.name]
            case c.Constant(tuple() as named):
                prefixes = named
            case _:
                return self._first(pl.col(prefix_column(expression)), grouped)
        field = expression.parts()[0]
        if field is Line.item_code and self.codes is not None:
            begins = (
                self.codes.to_frame("code").select(_starts_with_any(pl.col("code"), prefixes)).to_series()
            )
            return pl.lit(begins).gather(pl.col(column_of(Line.item_code)))
        value = self.of(field, grouped=grouped)
        if isinstance(expression, c.StartsWithAny):
            return _starts_with_any(value, prefixes)
        found = value.list.eval(_starts_with_any(pl.element(), prefixes))
        return found.list.all() if isinstance(expression, c.HasOnly) else ~found.list.any()

    @staticmethod
    def _first(column: pl.Expr, grouped: bool) -> pl.Expr:
        return column.first() if grouped else column


# To look a short text up in a set costs as much as to compare it with so many.
_COMPARED = 8


def _one_of(value: pl.Expr, values: Sequence[str]) -> pl.Expr:
    if not values or len(values) > _COMPARED:
        return value.is_in(values)
    return reduce(or_, [value == one for one in values])


def _starts_with_any(value: pl.Expr, prefixes: Sequence[str]) -> pl.Expr:
    none = pl.when(value.is_not_null()).then(pl.lit(value=False))
    return pl.any_horizontal(none, *(value.str.starts_with(prefix) for prefix in prefixes))
