"""Bills judged by the one standard that holds for each: chosen once for all bills that are alike, in both evaluations.

Of the standards of an insurance that are in force on the first day, the narrowest region's come first, then those
that state most of whom they are for. Where a fact is unknown that one of these asks for, or two of them fit alike,
the bill cannot be judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from types import SimpleNamespace
from typing import Any, NamedTuple

import polars as pl

from mingcha.domain.claims import Encounter
from mingcha.domain.conditions import Condition, Expr
from mingcha.domain.fields import Field
from mingcha.engine.audited import Audited
from mingcha.engine.case import EncounterFacts
from mingcha.engine.closures import Source, define
from mingcha.engine.columns import Columns, column_of
from mingcha.engine.compiled import FORBIDS_BILL, Judgement
from mingcha.engine.grouping import first_null
from mingcha.engine.hits import Hit, Unjudged
from mingcha.engine.layout import Layout, fields_of, is_encounter, unknown_leaves
from mingcha.engine.outcome import Named, Outcome, always
from mingcha.engine.place import PLACE
from mingcha.engine.plan import Check
from mingcha.engine.points import PointTable
from mingcha.engine.tables import Tables, column_names, gathered
from mingcha.rules.base import StandardRule

NO_STANDARD = "没有适用的待遇标准"
SEVERAL_STANDARDS = "有几条同样具体的待遇标准"
_INSURANCE, _DAY = Encounter.insurance_type.name, Encounter.first_day.name


class Criterion(NamedTuple):
    """What a standard may state, and how a bill meets it: `holds(e, p)`, and the fact that leaves it open."""

    field: Field[Any]
    holds: Callable[[Any, Any], bool | None]
    lacking: Callable[[Any, Any], str]


class Chosen(NamedTuple):
    """The place of a bill's standard among the check's points, or else why there is none."""

    place: int | None
    reason: str


class StandardJudge:
    """Judges bills by one check of a standard rule.

    Args:
        layout: only for the closures; a standard rule reads nothing of lines.
    """

    def __init__(self, check: Check, layout: Layout) -> None:
        assert isinstance(check.rule, StandardRule)
        assert check.rule.forbids is not None
        self.check = check
        self.rule = check.rule
        self.forbidden: Condition = check.rule.forbids
        self.table = PointTable(check)
        source = Source(layout, self.rule.values)
        self.criteria = [_criterion(field, met, source) for field, met in self.rule.chosen_by]
        read = fields_of(met for _, met in self.rule.chosen_by)
        self.facts = [field.name for field in read if is_encounter(field)]
        self._asked = _asked(self.rule.when, source)
        self._forbids = _forbids(check, source)
        self._ranked = [list(same) for _, same in groupby(self._ordered(), key=self._rank)]
        self._days = sorted({day for p in self.table.points for day in (p.effective_from, p.effective_to)})
        self._columns = Columns(self.rule.values)

    def of_case(self, enc: EncounterFacts, number: int, out: Judgement) -> None:
        """Judge the bill of one encounter."""
        asked, fact = self._asked(enc)
        if asked is False:
            return
        place, reason = self.chosen(enc) if asked else (None, fact)
        if place is None:
            out.unjudged.append(Unjudged(self.check, self.check.rule_code, number, None, reason))
        else:
            self._forbids(enc, (), self.table.points[place], out.hits, out.unjudged, number)

    def of_tables(self, tables: Tables, audited: Audited, out: Outcome) -> None:
        """Judge the bills under audit of a partition."""
        bills = tables.billed.filter(audited.of(tables.billed["encounter"]))
        bills = self._those_asked(bills, tables, out)
        chosen = self._with_chosen(bills, tables)
        reasons = chosen["reason"].drop_nulls().unique().sort().to_list()
        which = pl.col("reason").replace_strict(
            {text: place for place, text in enumerate(reasons)}, default=None
        )
        lacking = chosen.filter(pl.col("pt").is_null())
        out.cannot(self.check, lacking, always(self.check.rule_code), Named(reasons, which))
        self._judge(chosen.filter(pl.col("pt").is_not_null()).select("encounter", "pt"), tables, out)

    def chosen(self, enc: Any) -> Chosen:
        """Which standard holds for a bill; `enc` has the facts that criteria read, insurance and first day."""
        insurance, day = getattr(enc, _INSURANCE), getattr(enc, _DAY)
        if insurance is None:
            return Chosen(None, _INSURANCE)
        for alike in self._ranked:
            fitting: list[int] = []
            for place in alike:
                point = self.table.points[place]
                in_force = point.effective_from <= day < point.effective_to
                if not in_force or not insurance.startswith(tuple(point.codes)):
                    continue
                fits, fact = self._fits(enc, point)
                if fits is None:
                    return Chosen(None, fact)
                if fits:
                    fitting.append(place)
            if len(fitting) > 1:
                return Chosen(None, SEVERAL_STANDARDS)
            if fitting:
                reason = self.table.reasons[fitting[0]]
                return Chosen(None, reason) if reason else Chosen(fitting[0], "")
        return Chosen(None, NO_STANDARD)

    def _fits(self, enc: Any, point: Any) -> tuple[bool | None, str]:
        """Whether all that a standard states holds; the fact that leaves it open."""
        fact = ""
        for criterion in self._stated(point):
            holds = criterion.holds(enc, point)
            if holds is False:
                return False, ""
            if holds is None:
                fact = fact or criterion.lacking(enc, point)
        return (None, fact) if fact else (True, "")

    def _stated(self, point: Any) -> Iterator[Criterion]:
        for criterion in self.criteria:
            if getattr(point, criterion.field.name) != criterion.field.default:
                yield criterion

    def _rank(self, place: int) -> tuple[int, int]:
        point = self.table.points[place]
        return -len(point.region), -len(list(self._stated(point)))

    def _ordered(self) -> list[int]:
        return sorted(range(len(self.table.points)), key=self._rank)

    def _those_asked(self, bills: pl.DataFrame, tables: Tables, out: Outcome) -> pl.DataFrame:
        """The bills for which `when` holds; those of which it is unknown are counted."""
        when = self.rule.when
        if when is None:
            return bills
        asked = gathered(bills, tables, _names(when)).with_columns(self._columns.of(when).alias("asked"))
        unknown = asked.filter(pl.col("asked").is_null())
        leaves = [column_of(field) for field in unknown_leaves(when)]
        out.cannot(self.check, unknown, always(self.check.rule_code), first_null(leaves))
        return asked.filter("asked").select("encounter")

    def _with_chosen(self, bills: pl.DataFrame, tables: Tables) -> pl.DataFrame:
        """Bills with `pt`, the place of their standard, or a `reason`; bills that are alike are asked once."""
        names = [_INSURANCE, *self.facts]
        told = gathered(bills, tables, [f"e.{name}" for name in (*names, _DAY)])
        day = pl.col(f"e.{_DAY}")
        # Days on which the same standards are in force are alike.
        era = pl.sum_horizontal(pl.lit(0), *((day >= start).cast(pl.Int32) for start in self._days))
        keys = ["era", *(f"e.{name}" for name in names)]
        told = told.with_columns(era.alias("era"))
        alike = told.group_by(keys).agg(day.first())
        found = [
            self.chosen(SimpleNamespace(**dict(zip((*names, _DAY), row[1:], strict=True))))
            for row in alike.select(*keys, f"e.{_DAY}").iter_rows()
        ]
        answers = alike.select(keys).with_columns(
            pl.Series("pt", [one.place for one in found], dtype=PLACE),
            pl.Series("reason", [one.reason or None for one in found], dtype=pl.String),
        )
        joined = told.join(answers, on=keys, how="left", nulls_equal=True, maintain_order="left")
        return joined.select("encounter", "pt", "reason")

    def _judge(self, bills: pl.DataFrame, tables: Tables, out: Outcome) -> None:
        value, limit = self.rule.shown()
        frame = gathered(bills, tables, _names(self.forbidden, value, limit))
        limits = [
            self.table.frame[name][frame["pt"]] for name in self.table.frame.columns if name[:2] == "p."
        ]
        judged = frame.with_columns(limits).with_columns(
            self._columns.of(self.forbidden).alias("verdict"),
            *(_shown(self._columns, part).alias(name) for name, part in (("value", value), ("limit", limit))),
        )
        unknown = judged.filter(pl.col("verdict").is_null())
        leaves = [column_of(field) for field in unknown_leaves(self.forbidden)]
        out.cannot(self.check, unknown, self.table.code, first_null(leaves))
        rows = judged.filter(pl.col("verdict")).select("encounter", "pt", "value", "limit")
        points = self.table.points
        out.hits += [
            Hit(self.check, points[place], number, None, None, None, read, allowed, ())
            for number, place, read, allowed in rows.iter_rows()
        ]


def _criterion(field: Field[Any], met: Condition, source: Source) -> Criterion:
    holds = define("holds", f"def holds(e, p):\n    return {source.of(met)}\n")
    lacking = define("lacking", f"def lacking(e, p):\n    return {source.first_unknown(met)}\n")
    return Criterion(field, holds, lacking)


def _asked(when: Condition | None, source: Source) -> Callable[[Any], tuple[bool | None, str]]:
    if when is None:
        return lambda _enc: (True, "")
    text = f"def asked(e):\n    return {source.of(when)}, {source.first_unknown(when)}\n"
    return define("asked", text)


def _forbids(check: Check, source: Source) -> Callable[..., None]:
    condition = check.rule.forbids
    assert condition is not None
    value, limit = check.rule.shown()
    text = FORBIDS_BILL.format(
        condition=source.of(condition),
        value=source.shown(value),
        limit=source.shown(limit),
        unknown=source.first_unknown(condition),
    )
    return define("check", text, C=check, Hit=Hit, Unjudged=Unjudged)


def _names(*expressions: Expr | None) -> Sequence[str]:
    """The columns of encounters that these read."""
    return column_names([column_of(field) for field in fields_of(expressions)])


def _shown(columns: Columns, expression: Expr | None) -> pl.Expr:
    return pl.lit(None) if expression is None else columns.of(expression)
