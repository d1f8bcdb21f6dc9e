"""Rules over the bill as a whole, by columns: what is added up of its lines, then one comparison a bill.

The lines of a bill stand together, so that sums are differences of a running total; only the rest is grouped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from mingcha.domain.conditions import Count, Distinct, Expr, Some, Total
from mingcha.domain.fields import Field
from mingcha.engine.audited import Audited
from mingcha.engine.columns import Columns, column_of
from mingcha.engine.compiled import forbidden
from mingcha.engine.grouping import first_null, judge_bills
from mingcha.engine.hits import Hit
from mingcha.engine.layout import fields_of, is_line, unknown_leaves
from mingcha.engine.outcome import Named, Outcome, always
from mingcha.engine.place import PLACE
from mingcha.engine.plan import Check
from mingcha.engine.tables import Tables, column_names, gathered

AGGREGATES = (Total, Distinct, Count, Some)
LACKING = "lacking"


def judge_whole_bills(
    check: Check, tables: Tables, audited: Audited, out: Outcome, *, screened: bool
) -> None:
    """Judge the bills under audit by a rule over bills: by its comparison, or by its body."""
    condition = forbidden(check.rule)
    if condition is None:
        judge_bills(check, tables, audited, out, screened=screened)
        return
    value, limit = check.rule.shown()
    bills = _bills(check, tables, audited)
    lines = _lines_read([condition, value, limit, *check.rule.needs])
    bills, made = _with_lines(bills, check, lines, tables) if lines else (bills, {})
    names = column_names([column_of(field) for field in fields_of([condition, value, limit])])
    bills = gathered(bills, tables, [name for name in names if name.startswith("e.")])
    lacking = bills.filter(pl.col(LACKING).is_not_null())
    needs = [field.name for field in check.rule.needs]
    out.cannot(check, lacking, always(check.rule_code), Named(needs, pl.col(LACKING)))
    columns = Columns(check.rule.values, made)
    judged = bills.filter(pl.col(LACKING).is_null()).with_columns(columns.of(condition).alias("verdict"))
    unknown = judged.filter(pl.col("verdict").is_null())
    first = first_null([column_of(field) for field in unknown_leaves(condition)])
    out.cannot(check, unknown, always(check.rule_code), first)
    shown = [pl.lit(None) if part is None else columns.of(part) for part in (value, limit)]
    found = judged.filter(pl.col("verdict")).select(
        "encounter", shown[0].alias("value"), shown[1].alias("limit")
    )
    out.hits += [
        Hit(check, None, number, None, None, None, read, allowed, ())
        for number, read, allowed in found.iter_rows()
    ]


def _lines_read(expressions: Sequence[Expr | None]) -> list[Expr]:
    """The parts of these expressions that are about the lines of a bill: aggregates, and facts of its first line."""
    found: dict[str, Expr] = {}
    for expression in expressions:
        for part in _of_lines(expression) if expression is not None else ():
            found.setdefault(repr(part), part)
    return list(found.values())


def _of_lines(expression: Expr) -> Iterable[Expr]:
    if isinstance(expression, AGGREGATES) or (isinstance(expression, Field) and is_line(expression)):
        yield expression
        return
    for part in expression.parts():
        yield from _of_lines(part)


def _bills(check: Check, tables: Tables, audited: Audited) -> pl.DataFrame:
    """The bills under audit for which `when`, a matter of the encounter, is not false: encounter, lacking."""
    bills = tables.billed.filter(audited.of(tables.billed["encounter"]))
    if (when := check.rule.when) is not None:
        read = gathered(bills, tables, [column_of(field) for field in fields_of([when])])
        holds = read.select(Columns(check.rule.values).of(when).fill_null(value=True)).to_series()
        bills = bills if holds.all() else bills.filter(holds)
    return bills.with_columns(pl.lit(None, pl.Int32).alias(LACKING))


def _with_lines(
    bills: pl.DataFrame, check: Check, parts: Sequence[Expr], tables: Tables
) -> tuple[pl.DataFrame, dict[str, str]]:
    """The bills with what these parts come to over their lines, and the first needed fact that a line lacks."""
    fields = fields_of([*parts, *check.rule.needs])
    lines = _lines_of(bills, tables, column_names([column_of(field) for field in fields]))
    bounds = _Bounds(lines["encounter"])
    columns = Columns(check.rule.values)
    made = {repr(part): f"a.{place}" for place, part in enumerate(parts) if isinstance(part, AGGREGATES)}
    added = {
        made[repr(part)]: _aggregate(part, lines, bounds, columns) for part in parts if repr(part) in made
    }
    first = {name: lines[name][bounds.first] for name in lines.columns if name.startswith("r.")}
    return bills.with_columns(_first_lacking(check, lines, bounds), **added, **first), made


def _lines_of(bills: pl.DataFrame, tables: Tables, names: Sequence[str]) -> pl.DataFrame:
    """The lines of these bills, in order, with these facts."""
    if bills.height == tables.billed.height:
        return tables.with_facts(names)
    wanted = pl.Series([False]).new_from_index(0, tables.encounters.height)
    wanted = wanted.scatter(bills["encounter"], True)  # the value to be set
    lines = tables.lines.select("order", "encounter").filter(wanted[tables.lines["encounter"]])
    return gathered(lines, tables, names)


class _Bounds:
    """Where the lines of each bill begin and end, among lines sorted by bill."""

    def __init__(self, encounters: pl.Series) -> None:
        self.lengths = encounters.rle().struct.field("len")
        self.last = (self.lengths.cum_sum() - 1).cast(PLACE)
        self.first = (self.last - (self.lengths - 1)).cast(PLACE)

    def total(self, values: pl.Series) -> pl.Series:
        """The values of each bill's lines added up; unknown ones count for nothing."""
        running = values.fill_null(0).cast(pl.Int64).cum_sum()[self.last]
        return running - running.shift(1, fill_value=0)


def _aggregate(part: Expr, lines: pl.DataFrame, bounds: _Bounds, columns: Columns) -> pl.Series:
    """One value a bill."""
    match part:
        case Total(value):
            return bounds.total(lines.select(columns.of(value)).to_series())
        case Some(inner):
            holds = lines.select(columns.of(inner).fill_null(value=True)).to_series()
            return bounds.total(holds) > 0
        case Count():
            return bounds.lengths.cast(pl.Int64)
        case _:
            grouped = lines.group_by("encounter", maintain_order=True).agg(columns.of(part).alias("value"))
            return grouped["value"]


def _first_lacking(check: Check, lines: pl.DataFrame, bounds: _Bounds) -> pl.Series:
    """By bill, the place in `needs` of the first fact that is unknown on any of its lines."""
    found = pl.Series(LACKING, [None], dtype=pl.Int32).new_from_index(0, len(bounds.last))
    for place, field in reversed(list(enumerate(check.rule.needs))):
        unknown = lines[column_of(field)].is_null()
        if unknown.any():
            here = pl.Series([place], dtype=pl.Int32).new_from_index(0, len(found))
            found = here.zip_with(bounds.total(unknown) > 0, found)
    return found.alias(LACKING)
