"""A partition: the evaluation by columns of what `engine.judge` does for one case, with the same rows as
result.

Every line meets the index once, by one join; what the release knows of it is then judged check by check.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import polars as pl

from mingcha.domain.collecting import collecting_paused
from mingcha.domain.conditions import Both, Condition, Expr
from mingcha.domain.schema import OPTIONAL_TABLES
from mingcha.engine.audited import Audited
from mingcha.engine.bills import judge_whole_bills
from mingcha.engine.columns import Columns, column_of
from mingcha.engine.compiled import forbidden, visit_line
from mingcha.engine.grouping import GroupJudge, first_null, judge_lines, judge_visits
from mingcha.engine.hits import Hit
from mingcha.engine.layout import fields_of, unknown_leaves
from mingcha.engine.outcome import Named, Outcome, always
from mingcha.engine.place import PLACE
from mingcha.engine.plan import EVERYWHERE, Check, Key, Plan, Variant, prefix_conditions
from mingcha.engine.points import Items, PointTable
from mingcha.engine.prefixes import with_prefix_columns
from mingcha.engine.rulings import Rulings
from mingcha.engine.situations import Situations
from mingcha.engine.standards import StandardJudge
from mingcha.engine.tables import Tables, column_names, gathered
from mingcha.engine.waiting import not_waiting
from mingcha.knowledge.point import Subject
from mingcha.knowledge.strategy.model import AFTERWARDS
from mingcha.rules.base import LineFacts, Rule


class PartitionJudge:
    """Judges partitions of one dataset by a plan.

    Args:
        codes: item codes by dataset id.
        screened: False runs every body on every group, to show that `only_if` changes nothing.
        supplied: the tables of optional facts that the dataset has; rules that wait for another are left out.
    """

    def __init__(
        self,
        plan: Plan,
        codes: Sequence[str],
        *,
        screened: bool = True,
        supplied: Collection[str] = tuple(OPTIONAL_TABLES),
    ) -> None:
        self.plan = plan
        self.items = Items(codes)
        self.screened = screened
        self.codes = codes
        self.supplied = supplied
        self.situations = Situations(plan)
        self.rulings = Rulings(plan)
        self._variants: dict[Key, _VariantJudge] = {}

    def __call__(
        self, tables: Tables, audited: Sequence[bool] | None = None, scene: str = AFTERWARDS
    ) -> Outcome:
        """Judge the encounters under audit (all by default), each by the variant of its situation."""
        tables.codes = self.codes
        situations, numbers = self.situations.of_tables(tables, scene)
        outcome = Outcome()
        for key in sorted({key for situation in situations for key in situation.keys}):
            met = [number for number, situation in enumerate(situations) if key in situation.keys]
            mask = numbers.is_in(met).alias("audited")
            if audited is not None:
                mask = mask & pl.Series(audited, dtype=pl.Boolean)
            if mask.any():
                self._variant(key).judge(tables, Audited(mask), outcome)
        self.rulings.of_tables(tables, outcome, situations, numbers, self.codes)
        return outcome

    def items_known(self) -> pl.Series:
        """Dataset ids of the items that the release knows anything of, judgeable or not."""
        return self._variant(EVERYWHERE).pairs["item"].unique()

    def _variant(self, key: Key) -> _VariantJudge:
        if key not in self._variants:
            with collecting_paused():
                self._variants[key] = _VariantJudge(
                    self.plan.variant(*key), self.items, self.screened, self.supplied
                )
        return self._variants[key]


class _VariantJudge:
    def __init__(self, variant: Variant, items: Items, screened: bool, supplied: Collection[str]) -> None:
        self.variant = variant
        self.line_checks = not_waiting(variant.line_checks, supplied)
        self.bill_checks = not_waiting(variant.bill_checks, supplied)
        self.standards = [StandardJudge(check, variant.layout) for check in variant.standard_checks]
        self.items = items
        self.screened = screened
        self.tables_of = {check.number: PointTable(check) for check in variant.with_knowledge}
        of_items = [check for check in variant.with_knowledge if check.subject is Subject.ITEM]
        self.pairs = self._pairs(of_items)
        self.of_coded = [check for check in variant.with_knowledge if not check.subject.on_lines]
        self.of_diseases = [check for check in variant.with_knowledge if check.subject is Subject.DISEASE]
        self.groups = {
            check.number: GroupJudge(check, self.tables_of[check.number], items, screened=screened)
            for check in of_items
            if check.rule.forbids is None
        }

    def _pairs(self, checks: Iterable[Check]) -> pl.DataFrame:
        """item, check, pt, start, end: everything known of item codes of this dataset."""
        parts = []
        for check in checks:
            table = self.tables_of[check.number]
            pairs = table.pairs(self.items)
            parts.append(
                pairs.with_columns(
                    pl.lit(check.number, dtype=pl.Int32).alias("check"),
                    table.frame["start"][pairs["pt"]].alias("start"),
                    table.frame["end"][pairs["pt"]].alias("end"),
                )
            )
        empty = {"item": PLACE, "pt": PLACE, "check": pl.Int32, "start": pl.Int32, "end": pl.Int32}
        return pl.concat([pl.DataFrame(schema=empty), *parts])

    def judge(self, tables: Tables, audited: Audited, out: Outcome) -> None:
        under_audit = audited.of(tables.lines["encounter"]) & tables.left
        for check in self.line_checks:
            self._every_line(check, tables, under_audit, out)
        for check in self.bill_checks:
            judge_whole_bills(check, tables, audited, out, screened=self.screened)
        for standard in self.standards:
            standard.of_tables(tables, audited, out)
        for number, frame in self._candidates(tables, audited).items():
            check = self.variant.checks_by_number[number]
            self._meet(check, frame, tables, audited, out)
        for check in self.of_coded:
            self._coded(check, tables, audited, out)
        for check in self.of_diseases:
            self._diseases(check, tables, audited, out)
        for check in self.variant.visit_checks:
            if check.rule.forbids is None:
                judge_visits(check, tables, audited, out, screened=self.screened)
            else:
                self._every_visit(check, tables, audited, out)

    def _candidates(self, tables: Tables, audited: Audited) -> dict[int, pl.DataFrame]:
        """Lines and what is known of them (order, encounter, item, day, pt), by check."""
        by_person = [check.number for check in self.variant.with_knowledge if check.by_person]
        met = (
            tables.live.lazy()
            .with_columns(audited.of(tables.live["encounter"]).alias("audited"))
            .join(self.pairs.lazy(), on="item", maintain_order="left")
            .filter(
                (pl.col("day") >= pl.col("start"))
                & (pl.col("day") < pl.col("end"))
                & (pl.col("audited") | pl.col("check").is_in(by_person))
            )
            .drop("start", "end")
            .collect()
        )
        parts = met.partition_by("check", as_dict=True, include_key=False)
        return {int(key[0]): frame for key, frame in sorted(parts.items())}

    def _meet(
        self, check: Check, frame: pl.DataFrame, tables: Tables, audited: Audited, out: Outcome
    ) -> None:
        table = self.tables_of[check.number]
        if check.incomplete:
            judgeable = table.frame["judgeable"][frame["pt"]]
            waiting = frame.filter(~judgeable & frame["audited"])
            out.cannot(check, waiting, table.code, table.reason)
            frame = frame.filter(judgeable)
        if frame.is_empty():
            return
        if check.rule.forbids is None:
            self.groups[check.number].judge(frame, tables, audited, out)
        else:
            self._forbids(check, table, frame, tables, out)

    def _coded(self, check: Check, tables: Tables, audited: Audited, out: Outcome) -> None:
        rows = tables.diagnoses if check.subject is Subject.DIAGNOSIS else tables.procedures
        table = self.tables_of[check.number]
        known = table.prefixes(rows["item"])
        frame = (
            rows.filter(audited.of(rows["encounter"]))
            .join(known, on="item", maintain_order="left")
            .with_columns(pl.lit(value=True).alias("audited"))
        )
        start, end = (table.frame[name][frame["pt"]] for name in ("start", "end"))
        self._meet(check, frame.filter((frame["day"] >= start) & (frame["day"] < end)), tables, audited, out)

    def _diseases(self, check: Check, tables: Tables, audited: Audited, out: Outcome) -> None:
        """Judge all lines of the visits for a disease that points speak about."""
        table = self.tables_of[check.number]
        visits = tables.encounters.select("encounter", pl.col("disease_id").alias("item")).filter(
            audited.mask & pl.col("item").is_not_null()
        )
        known = visits.join(table.prefixes(visits["item"]), on="item")
        frame = tables.live.join(
            known.select("encounter", "pt"), on="encounter", maintain_order="left"
        ).with_columns(pl.lit(value=True).alias("audited"))
        start, end = (table.frame[name][frame["pt"]] for name in ("start", "end"))
        self._meet(check, frame.filter((frame["day"] >= start) & (frame["day"] < end)), tables, audited, out)

    def _forbids(
        self, check: Check, table: PointTable, frame: pl.DataFrame, tables: Tables, out: Outcome
    ) -> None:
        condition = forbidden(check.rule)
        assert condition is not None
        value, limit = check.rule.shown()
        frame = prepared(check, table, frame, tables, [condition])
        verdict = Columns(check.rule.values).of(condition)
        judged = frame.with_columns(verdict.alias("verdict"))
        unknown = judged.filter(pl.col("verdict").is_null())
        if unknown.height:
            out.cannot(check, unknown, table.code, first_unknown(condition))
        hit = judged.filter(pl.col("verdict"))
        if hit.is_empty():
            return
        hit = prepared(check, table, hit, tables, [value, limit])
        shows = hit.with_columns(_shown(check, value).alias("value"), _shown(check, limit).alias("limit"))
        rows = _rows(check, hit, tables)
        points = [table.points[pt] for pt in hit["pt"]]
        beyond = check.rule.only_beyond
        out.hits += [
            Hit(check, point, row.encounter, row, read - allowed if beyond else None, None, read, allowed, ())
            for point, row, read, allowed in zip(
                points, rows, shows["value"].to_list(), shows["limit"].to_list(), strict=True
            )
        ]

    def _every_line(self, check: Check, tables: Tables, under_audit: pl.Series, out: Outcome) -> None:
        rule = check.rule
        condition = forbidden(rule) if rule.forbids is not None else rule.only_if
        assert condition is not None
        value, limit = rule.shown()
        judged = self._not_false(rule, condition, tables, under_audit)
        if judged.is_empty():
            return
        if rule.forbids is None:
            judge_lines(check, judged, tables, out)
            return
        unknown = judged.filter(pl.col("verdict").is_null())
        out.cannot(check, unknown, always(check.rule_code), first_unknown(condition))
        hit = judged.filter(pl.col("verdict"))
        if hit.is_empty():
            return
        hit = gathered(hit, tables, column_names([column_of(f) for f in fields_of([value, limit])]))
        shows = hit.with_columns(_shown(check, value).alias("value"), _shown(check, limit).alias("limit"))
        out.hits += [
            Hit(check, None, row.encounter, row, None, None, read, allowed, ())
            for row, read, allowed in zip(
                tables.rows(hit["order"]), shows["value"].to_list(), shows["limit"].to_list(), strict=True
            )
        ]

    @staticmethod
    def _not_false(
        rule: Rule[Any], condition: Condition, tables: Tables, under_audit: pl.Series
    ) -> pl.DataFrame:
        """Lines under audit for which the condition is true or unknown, with its `verdict`.

        The first leg of a conjunction is asked of all lines, the whole only of those that it leaves.
        """
        columns = Columns(rule.values)
        first = condition
        while isinstance(first, Both):
            first = first.left
        frame = tables.with_facts(column_names([column_of(f) for f in fields_of([first])]))
        left = frame.filter(under_audit & columns.of(first).fill_null(value=True))
        left = gathered(left, tables, column_names([column_of(f) for f in fields_of([condition])]))
        return left.with_columns(columns.of(condition).alias("verdict")).filter(
            pl.col("verdict").fill_null(value=True)
        )

    def _every_visit(self, check: Check, tables: Tables, audited: Audited, out: Outcome) -> None:
        condition = forbidden(check.rule)
        assert condition is not None
        value, limit = check.rule.shown()
        names = column_names([column_of(f) for f in fields_of([condition, value, limit])])
        frame = tables.encounters.select("encounter", pl.col("started_at").alias("minute")).filter(
            audited.mask
        )
        judged = gathered(frame, tables, names).with_columns(
            Columns(check.rule.values).of(condition).alias("verdict"),
            _shown(check, value).alias("value"),
            _shown(check, limit).alias("limit"),
        )
        unknown = judged.filter(pl.col("verdict").is_null())
        out.cannot(check, unknown, always(check.rule_code), first_unknown(condition))
        hits = judged.filter(pl.col("verdict")).select("encounter", "minute", "value", "limit")
        out.hits += [
            Hit(check, None, number, visit_line(number, minute), None, None, read, allowed, ())
            for number, minute, read, allowed in hits.iter_rows()
        ]


def prepared(
    check: Check,
    table: PointTable,
    frame: pl.DataFrame,
    tables: Tables,
    expressions: Sequence[Expr | None],
) -> pl.DataFrame:
    """The frame with every column that these expressions read."""
    names = [column_of(f) for f in fields_of(expressions)]
    frame = gathered(frame, tables, column_names(names))
    limits = [table.frame[name][frame["pt"]] for name in names if name in table.frame.columns]
    frame = frame.with_columns(limits)
    wanted = [
        condition
        for condition in prefix_conditions(check.rule)
        if any(condition is part for e in expressions if e is not None for part in e.walk())
    ]
    return with_prefix_columns(frame, wanted, table, tables)


def first_unknown(condition: Condition) -> Named:
    """The first fact in this condition that is unknown in a row."""
    return first_null([column_of(field) for field in unknown_leaves(condition)])


def _shown(check: Check, expression: Expr | None, *, grouped: bool = False) -> pl.Expr:
    if expression is None:
        return pl.lit(None)
    return Columns(check.rule.values).of(expression, grouped=grouped)


def _rows(check: Check, hit: pl.DataFrame, tables: Tables) -> list[LineFacts]:
    if check.subject.on_lines:
        return tables.rows(hit["order"])
    return list(map(LineFacts._make, hit.select(LineFacts._fields).iter_rows()))
