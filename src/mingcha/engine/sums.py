"""What one bucket adds to the figures of institutions: one grouping for all period rules that count the same rows.

Sums of different buckets may be added up in any order; a person, and so an encounter, lies in one bucket only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import polars as pl

from mingcha.domain.conditions import Always, Condition
from mingcha.domain.values import MINUTES_A_DAY
from mingcha.engine.columns import Columns, column_of
from mingcha.engine.layout import fields_of, is_line, unknown_leaves
from mingcha.engine.plan import Check, Plan
from mingcha.engine.stock import Stock
from mingcha.engine.tables import Tables, column_names, gathered
from mingcha.rules.period import PeriodRule, StockRule

# There are as many sums as doctors have days: their keys are numbered texts, or adding them up would cost more than
# judging the lines.
OF_RULE = {"region": pl.Categorical, "rule_code": pl.Categorical, "slug": pl.Categorical}
KEYS = {
    "institution_id": pl.Categorical,
    "inpatient": pl.Boolean,
    "doctor_id": pl.Categorical,
    "item_code": pl.Categorical,
    "period_from": pl.Int32,
}
ALIKE = {"institution_rank": pl.Int32, "institution_type": pl.Categorical}
ADDED = ("cases", "part", "part_open", "whole", "whole_open")
LACKING = "lacking"
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
        self.plan = plan
        self.stock = stock
        self.codes = pl.Series("item_code", codes, dtype=pl.String)

    def __call__(self, tables: Tables, audited: pl.Series) -> pl.DataFrame:
        """The sums of a bucket, with the columns of `SUMS`; each institution by the rules of its own region."""
        parts = [pl.DataFrame(schema=SUMS)]
        for region, here in self._by_region(tables):
            for checks in _alike(self._judgeable(region)):
                rows = audited & here
                if isinstance(checks[0].rule, StockRule):
                    recorded = tables.encounters["institution_id"].is_in(self.stock.institutions.implode())
                    parts += self._unrecorded(region, checks, tables, rows & ~recorded)
                    rows = rows & recorded
                parts += self._summed(region, checks, tables, rows)
        return pl.concat(parts)

    def _by_region(self, tables: Tables) -> Iterator[tuple[str, pl.Series]]:
        """The regions with rules of their own that care was given in, and which encounters lie in each."""
        cared_for = tables.encounters["care_region"]
        special = {region: self.plan.region_of(region) for region in cared_for.unique().to_list()}
        for region in sorted(set(special.values())):
            lying_in = [named for named, found in special.items() if found == region]
            yield region, cared_for.is_in(pl.Series(lying_in, dtype=pl.String).implode(), nulls_equal=True)

    def _judgeable(self, region: str) -> list[Check]:
        checks = self.plan.variant(region).period_checks
        return [check for check in checks if self.stock.supplied or not isinstance(check.rule, StockRule)]

    def behind(self, indicator: Mapping[str, Any], tables: Tables, audited: pl.Series) -> pl.DataFrame:
        """The encounters of a bucket that an indicator counts: encounter_id, part, part_open, whole, whole_open."""
        region, rule_code = self._region_of(indicator["institution_id"], tables), indicator["rule_code"]
        for check in self._judgeable(region) if region is not None else ():
            if (check.rule_code, check.slug) == (rule_code, indicator["slug"]):
                return self._behind(check, indicator, tables, audited)
        return pl.DataFrame(schema=BEHIND)

    def _region_of(self, institution_id: str, tables: Tables) -> str | None:
        here = tables.encounters.filter(pl.col("institution_id").eq_missing(institution_id))
        return self.plan.region_of(here["care_region"][0]) if here.height else None

    def _behind(
        self, check: Check, indicator: Mapping[str, Any], tables: Tables, audited: pl.Series
    ) -> pl.DataFrame:
        rows, taking = self._by_encounter([check], tables, audited)
        of_check = taking.of_check[0]
        keys = {"period_from": "period_from"} | {f.name: column_of(f) for f in check.over_period.by}
        counted = rows.filter(
            pl.all_horizontal(
                pl.col(column).eq_missing(pl.lit(indicator[name])) for name, column in keys.items()
            )
            & ((pl.col(of_check["cases"]) > 0) | (_column(of_check, "part_open") > 0))
        )
        ids = tables.encounters["encounter_id"][counted["encounter"]]
        sums = [_column(of_check, name).alias(name) for name in BEHIND if name != "encounter_id"]
        return counted.select(ids.alias("encounter_id"), *sums)

    def _summed(
        self, region: str, checks: Sequence[Check], tables: Tables, audited: pl.Series
    ) -> Iterator[pl.DataFrame]:
        keys = {field.name: column_of(field) for field in checks[0].over_period.by}
        rows, taking = self._by_encounter(checks, tables, audited)
        summed = rows.group_by("period_from", *keys.values()).agg(
            *(pl.col(f"e.{name}").max().alias(name) for name in ALIKE), *taking.totals(cases="sum")
        )
        for number, check in enumerate(checks):
            told = {"region": region, "rule_code": check.rule_code, "slug": check.slug}
            yield conformed(
                summed.select(
                    "period_from",
                    *ALIKE,
                    *(pl.col(column).alias(name) for name, column in keys.items()),
                    *(pl.col(column).alias(name) for name, column in taking.of_check[number].items()),
                    *(pl.lit(value).alias(name) for name, value in told.items()),
                )
            )

    def _unrecorded(
        self, region: str, checks: Sequence[Check], tables: Tables, audited: pl.Series
    ) -> Iterator[pl.DataFrame]:
        """Institutions without stock records, so that it is said of them that they cannot be judged."""
        day = pl.lit(_settled(tables)).alias("day")
        bills = tables.encounters.select("institution_id", day).filter(audited)
        period = _period(checks[0].over_period, pl.col("day")).alias("period_from")
        counted = bills.group_by("institution_id", period).agg(pl.len().alias("cases"))
        for check in checks:
            told = {"region": region, "rule_code": check.rule_code, "slug": check.slug}
            yield conformed(counted.with_columns(pl.lit(value).alias(name) for name, value in told.items()))

    def _by_encounter(
        self, checks: Sequence[Check], tables: Tables, audited: pl.Series
    ) -> tuple[pl.DataFrame, _Taking]:
        """One row an encounter (and doctor, item or day, where the rule looks at them): an encounter is one case."""
        rule = checks[0].over_period
        keys, taking = self._rows(checks, tables, audited)
        rows = keys.hstack(list(taking.columns.values()))
        if _reads_lines(checks):
            of_line = [name for name in rows.columns if name.startswith("r.") or name == "period_from"]
            rows = rows.group_by("encounter", *of_line).agg(*taking.totals(cases="max"))
        of_bill = column_names([column_of(field) for field in rule.by])
        rows = gathered(rows, tables, [*of_bill, *(f"e.{name}" for name in ALIKE)])
        if rule.dated_by is not None:
            return rows, taking
        settled = _settled(tables)[rows["encounter"]]
        return rows.with_columns(_period(rule, pl.lit(settled)).alias("period_from")), taking

    def _rows(
        self, checks: Sequence[Check], tables: Tables, audited: pl.Series
    ) -> tuple[pl.DataFrame, _Taking]:
        """The lines or encounters under audit: their keys, and what each check takes of them."""
        rule = checks[0].over_period
        source = tables.lines if _reads_lines(checks) else tables.encounters
        frame = source.select(name for name in ("order", "encounter") if name in source.columns)
        frame = frame.filter(audited[frame["encounter"]])
        read = [
            column_of(field)
            for field in fields_of(e for check in checks for e in check.over_period.expressions())
        ]
        frame = gathered(frame, tables, column_names(read))
        if "r.item" in frame.columns:
            frame = frame.with_columns(self.codes[frame["r.item"]].alias("r.item"))
        if isinstance(rule, StockRule):
            frame = self.stock.dated(frame)
        elif rule.dated_by is not None:
            frame = frame.with_columns(_period(rule, pl.col(column_of(rule.dated_by))).alias("period_from"))
        keys = [column_of(field) for field in rule.by if is_line(field)]
        keys += ["period_from"] if "period_from" in frame.columns else []
        return frame.select("encounter", *keys), _Taking(checks, frame)


class _Taking:
    """What checks take of the same rows: columns to be added up, each once, and which of them each check reads.

    What is the same for all (the whole, the cases) is taken once; what is open only where a fact is missing.
    """

    def __init__(self, checks: Sequence[Check], frame: pl.DataFrame) -> None:
        self.columns: dict[str, pl.Series] = {}
        self.of_check = [self._take(number, check, frame) for number, check in enumerate(checks)]

    def totals(self, *, cases: str) -> list[pl.Expr]:
        """The columns added up; of lines of one encounter a case is one, of encounters the cases are as many."""
        how = {"cases": cases, LACKING: "max"}
        return [getattr(pl.col(name), how.get(name.split(":")[0], "sum"))() for name in self.columns]

    def _take(self, number: int, check: Check, frame: pl.DataFrame) -> dict[str, str]:
        rule, columns = check.over_period, Columns(check.rule.values)
        chosen: Condition = rule.when if rule.when is not None else Always()
        within = chosen if rule.part is None else chosen & rule.part
        judged = frame.with_columns(
            columns.of(chosen).alias("chosen"),
            columns.of(within).alias("within"),
            columns.of(rule.measure).cast(pl.Int64).alias("measure"),
        )
        shared, own = f"{chosen!r} {rule.measure!r}", str(number)
        taken = {"cases": (shared, pl.col("chosen").fill_null(value=False).cast(pl.Int64))}
        taken |= {"whole": (shared, _where(pl.col("chosen"))), "part": (own, _where(pl.col("within")))}
        if judged["chosen"].null_count():
            taken["whole_open"] = (shared, _where(pl.col("chosen").is_null()))
        if judged["within"].null_count():
            taken["part_open"] = (own, _where(pl.col("within").is_null()))
            taken[LACKING] = (own, pl.when(pl.col("within").is_null()).then(_first_lacking(within, judged)))
        named = {name: f"{name}:{whose}" for name, (whose, _) in taken.items()}
        wanted = [
            taken[name][1].alias(column) for name, column in named.items() if column not in self.columns
        ]
        self.columns |= {column.name: column for column in judged.select(wanted)}
        return named


def _column(of_check: Mapping[str, str], name: str) -> pl.Expr:
    return pl.col(of_check[name]) if name in of_check else pl.lit(0, dtype=pl.Int64)


def added(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The sums of several buckets together."""
    return (
        pl.concat(list(parts))
        .group_by(*OF_RULE, *KEYS)
        .agg(pl.col(*ALIKE).max(), pl.col(ADDED).sum(), pl.col(LACKING).max())
        .select(*SUMS)
    )


def conformed(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with exactly the columns of `SUMS`; a key not looked at is null, what is not open is nothing."""
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
            repr(rule.dated_by),
            rule.span,
            isinstance(rule, StockRule),
        )

    for _, same in groupby(sorted(checks, key=shape), key=shape):
        yield list(same)


def _reads_lines(checks: Sequence[Check]) -> bool:
    return any(is_line(field) for check in checks for field in fields_of(check.over_period.expressions()))


def _first_lacking(condition: Condition, frame: pl.DataFrame) -> pl.Expr:
    facts = [field for field in unknown_leaves(condition) if frame[column_of(field)].null_count()]
    named = [pl.when(pl.col(column_of(field)).is_null()).then(pl.lit(field.name)) for field in facts]
    return pl.coalesce(*named, pl.lit(None, dtype=pl.String))


def _where(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(pl.col("measure")).otherwise(0).cast(pl.Int64)


def _settled(tables: Tables) -> pl.Series:
    """The day on which each encounter was settled, or else ended, or else began: as an audit's period has it."""
    known = [name for name in ("settled_at", "ended_at", "started_at") if name in tables.encounters.columns]
    return tables.encounters.select(pl.coalesce(known) // MINUTES_A_DAY).to_series()


def _period(rule: PeriodRule, day: pl.Expr) -> pl.Expr:
    """The first day of the period that a day lies in."""
    return day.cast(pl.Int32).cast(pl.Date).dt.truncate(OFFSETS[rule.span]).cast(pl.Int32)
