"""What one bucket adds to the figures of institutions: one grouping for all period rules that count the same rows.

Sums of different buckets may be added up in any order; a person, and so an encounter, lies in one bucket only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import polars as pl

from mingcha.domain.conditions import Always, Condition
from mingcha.domain.fields import Field
from mingcha.domain.values import MINUTES_A_DAY
from mingcha.engine.columns import Columns, column_of
from mingcha.engine.layout import fields_of, is_line, unknown_leaves
from mingcha.engine.plan import Check, Plan
from mingcha.engine.points import Items, PointTable
from mingcha.engine.situations import Ground
from mingcha.engine.standings import Standing, Standings
from mingcha.engine.stock import Stock
from mingcha.engine.tables import Tables, column_names, gathered
from mingcha.rules.period import CapacityRule, PeriodRule, StockRule
from mingcha.rules.settings import Setting

# There are as many sums as doctors have days: their keys are numbered texts, or adding them up would cost more than
# judging the lines.
OF_RULE = {"standing": pl.Categorical, "rule_code": pl.Categorical, "slug": pl.Categorical}
KEYS = {
    "institution_id": pl.Categorical,
    "inpatient": pl.Boolean,
    "doctor_id": pl.Categorical,
    "item_code": pl.Categorical,
    "knowledge_point": pl.Categorical,
    "period_from": pl.Int32,
}
ALIKE = {"institution_rank": pl.Int32, "institution_type": pl.Categorical}
ADDED = ("cases", "part", "part_open", "whole", "whole_open")
LACKING = "lacking"
INSTITUTION = "institution"
BEHIND = {"encounter_id": pl.String} | dict.fromkeys(ADDED[1:], pl.Int64)
SUMS: dict[str, Any] = {
    **OF_RULE, **KEYS, **ALIKE, **dict.fromkeys(ADDED, pl.Int64), LACKING: pl.String,
}  # fmt: skip
OFFSETS = {"日": "1d", "月": "1mo", "季": "1q", "年": "1y"}


class PeriodSums:
    """Adds up the encounters under audit of one bucket after the other.

    Args:
        codes: item codes by dataset id.
        stock: what stock records say; rules over stock rest where there are none.
    """

    def __init__(self, plan: Plan, codes: Sequence[str], stock: Stock) -> None:
        self.standings = Standings(plan)
        self.stock = stock
        self.codes = pl.Series("item_code", codes, dtype=pl.String)
        self.items = Items(codes)

    def __call__(self, tables: Tables, audited: pl.Series) -> pl.DataFrame:
        """The sums of a bucket, with the columns of `SUMS`; each institution by the rules of its own standing."""
        parts = [pl.DataFrame(schema=SUMS)]
        for ground, here in self.standings.of_tables(tables):
            stand = self._judgeable(ground)
            for checks in _alike(stand):
                rows = audited & here
                if isinstance(checks[0].rule, StockRule):
                    recorded = tables.encounters["institution_id"].is_in(self.stock.institutions.implode())
                    parts += self._unrecorded(stand, checks, tables, rows & ~recorded)
                    rows = rows & recorded
                parts += self._summed(stand, checks, tables, rows)
        return pl.concat(parts)

    def _judgeable(self, ground: Ground) -> dict[Check, Standing]:
        checks = self.standings.checks(ground)
        return {
            check: standing
            for standing, check in checks
            if self.stock.supplied or not isinstance(check.rule, StockRule)
        }

    def behind(self, indicator: Mapping[str, Any], tables: Tables, audited: pl.Series) -> pl.DataFrame:
        """The encounters of a bucket that an indicator counts: encounter_id, part, part_open, whole, whole_open."""
        named = (indicator["standing"], indicator["rule_code"], indicator["slug"])
        found = [
            self._behind(check, indicator, tables, audited & here)
            for ground, here in self.standings.of_tables(tables)
            for check, standing in self._judgeable(ground).items()
            if (standing.text, check.rule_code, check.slug) == named
        ]
        return pl.concat([pl.DataFrame(schema=BEHIND), *found])

    def _behind(
        self, check: Check, indicator: Mapping[str, Any], tables: Tables, audited: pl.Series
    ) -> pl.DataFrame:
        rows = self._rows([check], tables, audited)
        keys = _keys(check.over_period, rows, tables).with_columns(rows["encounter"])
        taken = self._taking([check], rows, keys).of(check)
        counted = _told(taken, _described(check.over_period, tables, rows["encounter"])).filter(
            pl.all_horizontal(
                pl.col(name).eq_missing(pl.lit(indicator[name]))
                for name in ("period_from", *_named(check.over_period))
            )
            & ((pl.col("cases") > 0) | (pl.col("part_open") > 0))
        )
        ids = tables.encounters["encounter_id"][counted["encounter"]]
        return counted.select(ids.alias("encounter_id"), *ADDED[1:])

    def _summed(
        self, stand: Mapping[Check, Standing], checks: Sequence[Check], tables: Tables, audited: pl.Series
    ) -> Iterator[pl.DataFrame]:
        rows = self._rows(checks, tables, audited)
        taking = self._taking(checks, rows, _keys(checks[0].over_period, rows, tables))
        described = _described(checks[0].over_period, tables, rows["encounter"])
        for check in checks:
            said = _said(stand[check], check)
            summed = _told(taking.of(check), described)
            yield conformed(summed.with_columns(pl.lit(value).alias(name) for name, value in said.items()))

    def _taking(self, checks: Sequence[Check], rows: pl.DataFrame, keys: pl.DataFrame) -> _Taking:
        of_stock = isinstance(checks[0].rule, StockRule)
        return _Taking(rows, keys, None if of_stock else self.codes, by_line=_reads_lines(checks))

    def _unrecorded(
        self, stand: Mapping[Check, Standing], checks: Sequence[Check], tables: Tables, audited: pl.Series
    ) -> Iterator[pl.DataFrame]:
        """Institutions without stock records, so that it is said of them that they cannot be judged."""
        day = pl.lit(_settled(tables)).alias("day")
        bills = tables.encounters.select("institution_id", day).filter(audited)
        period = _period(checks[0].over_period, pl.col("day")).alias("period_from")
        counted = bills.group_by("institution_id", period).agg(pl.len().alias("cases"))
        for check in checks:
            told = _said(stand[check], check)
            yield conformed(counted.with_columns(pl.lit(value).alias(name) for name, value in told.items()))

    def _rows(self, checks: Sequence[Check], tables: Tables, audited: pl.Series) -> pl.DataFrame:
        """The lines or encounters under audit, with every fact that these checks read."""
        rule = checks[0].over_period
        if rule.knowledge is not None:
            frame = self._met(checks[0], tables)
        else:
            source = tables.lines if _reads_lines(checks) else tables.encounters
            frame = source.select(name for name in ("order", "encounter") if name in source.columns)
        frame = frame.filter(audited[frame["encounter"]])
        read = [
            column_of(field)
            for field in fields_of(e for check in checks for e in check.over_period.expressions())
        ]
        frame = gathered(frame, tables, column_names(read))
        if isinstance(rule, StockRule):
            return self.stock.dated(frame.with_columns(self.codes[frame["r.item"]].alias("r.item")))
        if rule.dated_by is not None:
            return frame.with_columns(_period(rule, pl.col(column_of(rule.dated_by))).alias("period_from"))
        return frame

    def _met(self, check: Check, tables: Tables) -> pl.DataFrame:
        """Lines, each beside every point in force that speaks of it, with what the point says."""
        table = PointTable(check)
        names = pl.Series("knowledge_point", [point.point_id for point in table.points], dtype=pl.String)
        said = table.frame.with_columns(names).with_row_index("pt")
        pairs = table.pairs(self.items).join(said.filter("judgeable"), on="pt").drop("pt", "gid", "judgeable")
        lines = tables.lines.select("order", "encounter", "item", "day")
        met = lines.join(pairs, on="item").rename({"item": "r.item", "day": "r.day"})
        in_force = (pl.col("start") <= pl.col("r.day")) & (pl.col("r.day") < pl.col("end"))
        return met.filter(in_force).drop("start", "end")


def _said(standing: Standing, check: Check) -> dict[str, str]:
    """What a sum is of."""
    return {"standing": standing.text, "rule_code": check.rule_code, "slug": check.slug}


def _named(rule: PeriodRule) -> dict[str, Field[Any] | None]:
    """What sums of a rule are told apart by, as an indicator names it; None is the point."""
    other = {"executing_doctor_id": "doctor_id"}
    named: dict[str, Field[Any] | None] = {other.get(field.name, field.name): field for field in rule.by}
    return {**named, "knowledge_point": None} if isinstance(rule, CapacityRule) and rule.by_point else named


def _keys_of_bills(rule: PeriodRule, tables: Tables) -> dict[str, pl.Series]:
    """What each encounter's bill is added to; an institution by its number: to group by texts costs many times more."""
    keys = {field.name: tables.of_encounter(field.name) for field in rule.by if not is_line(field)}
    if keys.pop("institution_id", None) is not None:
        keys[INSTITUTION] = tables.institutions
    if rule.dated_by is None:
        settled = pl.DataFrame({"day": _settled(tables)})
        keys["period_from"] = settled.select(_period(rule, pl.col("day"))).to_series()
    return keys


def _keys(rule: PeriodRule, rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """What each row is added to: as its bill, and by what only the row says."""
    keys = {name: values[rows["encounter"]] for name, values in _keys_of_bills(rule, tables).items()}
    for name, field in _named(rule).items():
        if field is None or is_line(field):
            keys[name] = rows[name if field is None else column_of(field)]
    if rule.dated_by is not None:
        keys["period_from"] = rows["period_from"]
    return pl.DataFrame(keys)


def _described(rule: PeriodRule, tables: Tables, encounters: pl.Series) -> pl.DataFrame:
    """The institutions that numbers stand for; where peers must be alike, all that bills are added to, and how it is.

    The latter even where nothing is taken of these bills: what is alike does not hang on how persons lie in buckets.
    """
    keys = _keys_of_bills(rule, tables) if rule.alike else {INSTITUTION: tables.institutions}
    bills = tables.encounters.select("institution_id", *ALIKE).with_columns(
        values.alias(name) for name, values in keys.items()
    )
    of_bills = bills[encounters.unique()].group_by(*keys)
    alike = [pl.col(*ALIKE).max()] if rule.alike else []
    return of_bills.agg(pl.col("institution_id").first(), *alike)


def _told(summed: pl.DataFrame, described: pl.DataFrame) -> pl.DataFrame:
    """Sums with the institution that its number stands for; what was not added is nothing."""
    on = [name for name in described.columns if name in summed.columns]
    every = "period_from" in described.columns
    told = described.join(summed, on=on, how="left" if every else "inner", nulls_equal=True)
    nothing = [pl.lit(0, pl.Int64).alias(name) for name in ADDED if name not in summed.columns]
    return told.with_columns(nothing).with_columns(pl.col(*ADDED).fill_null(0))


class _Taking:
    """What checks take of the same rows, added up by the same keys; the whole of several checks is taken once.

    Args:
        rows: lines or encounters, with the facts that the checks read.
        keys: what each row is added to.
        codes: item codes by dataset id, where rows have ids.
        by_line: an encounter may have several rows.
    """

    def __init__(
        self, rows: pl.DataFrame, keys: pl.DataFrame, codes: pl.Series | None, *, by_line: bool
    ) -> None:
        self.rows = rows
        self.keys = keys
        self.codes = codes
        self.by_line = by_line
        self._wholes: dict[str, tuple[pl.Series, pl.Series, pl.DataFrame]] = {}

    def of(self, check: Check) -> pl.DataFrame:
        """By key: cases, whole, part; what is open of both, and the fact it waits for, where a fact is missing."""
        rule, columns = check.over_period, Columns(check.rule.values, codes=self.codes)
        chosen: Condition = rule.when if rule.when is not None else Always()
        values = [
            check.rule.values[part.name]
            for part in (*chosen.walk(), *rule.measure.walk())
            if isinstance(part, Setting)
        ]
        shared = f"{chosen!r} {rule.measure!r} {values}"
        if shared not in self._wholes:
            self._wholes[shared] = self._whole(columns.of(chosen), columns.of(rule.measure))
        holds, measure, whole = self._wholes[shared]
        if rule.part is None:
            within, sums = holds, whole.with_columns(pl.col("whole").alias("part"))
        else:
            within = self.rows.select(columns.of(chosen & rule.part)).to_series()
            part = self._added(within, measure, "part")
            sums = whole.join(part, on=self.keys.columns, how="left", nulls_equal=True)
        if not within.null_count() and not holds.null_count():
            return sums
        condition = chosen if rule.part is None else chosen & rule.part
        return self._with_open(sums, holds, within, measure, condition)

    def _whole(self, chosen: pl.Expr, measure: pl.Expr) -> tuple[pl.Series, pl.Series, pl.DataFrame]:
        """Which rows are chosen, what is measured of each, and by key the cases (an encounter is one) and the whole."""
        rows = self.rows.select(chosen.alias("holds"), measure.cast(pl.Int64).alias("measure"))
        holds, measured = rows.get_columns()
        taken = self.keys.with_columns(self.rows["encounter"].alias("of"), measured).filter(holds)
        cases = pl.col("of").n_unique() if self.by_line else pl.len()
        whole = taken.group_by(*self.keys.columns).agg(
            cases.cast(pl.Int64).alias("cases"), pl.col("measure").sum().alias("whole")
        )
        return holds, measured, whole

    def _added(self, taken: pl.Series, measure: pl.Series, name: str) -> pl.DataFrame:
        rows = self.keys.with_columns(measure.alias(name)).filter(taken)
        return rows.group_by(*self.keys.columns).agg(pl.col(name).sum())

    def _with_open(
        self,
        sums: pl.DataFrame,
        holds: pl.Series,
        within: pl.Series,
        measure: pl.Series,
        condition: Condition,
    ) -> pl.DataFrame:
        unknown = within.is_null()
        lacking = self.keys.filter(unknown).with_columns(
            self.rows.filter(unknown).select(_first_lacking(condition, self.rows)).to_series().alias(LACKING)
        )
        parts = (
            sums,
            self._added(holds.is_null(), measure, "whole_open"),
            self._added(unknown, measure, "part_open"),
            lacking,
        )
        found = pl.concat(parts, how="diagonal")
        return found.group_by(*self.keys.columns).agg(pl.col(*ADDED).sum(), pl.col(LACKING).max())


def added(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The sums of several buckets together."""
    return (
        pl.concat(list(parts))
        .group_by(*OF_RULE, *KEYS)
        .agg(pl.col(*ALIKE).max(), pl.col(ADDED).sum(), pl.col(LACKING).max())
        .select(*SUMS)
    )


def conformed(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with exactly the columns of `SUMS`; a key not looked at is null, what was not added is nothing."""
    nothing = {name: 0 if name in ADDED else None for name in SUMS}
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(nothing[name])).cast(dtype).alias(name)
        for name, dtype in SUMS.items()
    )


def _alike(checks: Iterable[Check]) -> Iterator[list[Check]]:
    """Checks that count the same rows by the same keys."""

    def shape(check: Check) -> tuple[Any, ...]:
        rule = check.over_period
        return (
            _reads_lines([check]),
            [repr(f) for f in rule.by],
            bool(rule.alike),
            repr(rule.dated_by),
            rule.span,
            isinstance(rule, StockRule),
            -1 if rule.knowledge is None else check.number,
        )

    for _, same in groupby(sorted(checks, key=shape), key=shape):
        yield list(same)


def _reads_lines(checks: Sequence[Check]) -> bool:
    return any(is_line(field) for check in checks for field in fields_of(check.over_period.expressions()))


def _first_lacking(condition: Condition, frame: pl.DataFrame) -> pl.Expr:
    facts = [field for field in unknown_leaves(condition) if frame[column_of(field)].null_count()]
    named = [pl.when(pl.col(column_of(field)).is_null()).then(pl.lit(field.name)) for field in facts]
    return pl.coalesce(*named, pl.lit(None, dtype=pl.String))


def _settled(tables: Tables) -> pl.Series:
    """The day on which each encounter was settled, or else ended, or else began: as an audit's period has it."""
    known = [name for name in ("settled_at", "ended_at", "started_at") if name in tables.encounters.columns]
    return tables.encounters.select(pl.coalesce(known) // MINUTES_A_DAY).to_series()


def _period(rule: PeriodRule, day: pl.Expr) -> pl.Expr:
    """The first day of the period that a day lies in."""
    return day.cast(pl.Int32).cast(pl.Date).dt.truncate(OFFSETS[rule.span]).cast(pl.Int32)
