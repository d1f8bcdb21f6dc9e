"""Groups of a partition: which lines belong together, which groups are suspicious, and their bodies.

The screen (`only_if`) runs over columns; only suspicious groups, and those that lack a needed fact, become
Python objects for their rule's body.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from mingcha.domain.fields import Field
from mingcha.engine.audited import Audited
from mingcha.engine.columns import Columns, column_of
from mingcha.engine.compiled import visit_line
from mingcha.engine.hits import Hit, spread
from mingcha.engine.layout import fields_of
from mingcha.engine.outcome import Named, Outcome, always
from mingcha.engine.plan import Check, prefix_conditions
from mingcha.engine.points import Items, PointTable
from mingcha.engine.prefixes import with_prefix_columns
from mingcha.engine.scopes import part_column
from mingcha.engine.tables import Tables, column_names, gathered
from mingcha.rules.base import CannotJudge, EveryLine, Grain, Group, LineFacts, Rule, VisitRule

TIME_ORDER = ["r.minute", "encounter", "order"]


class GroupJudge:
    """Judges the groups of one check."""

    def __init__(self, check: Check, table: PointTable, items: Items, *, screened: bool = True) -> None:
        self.check = check
        self.rule: Rule[Any] = check.rule
        self.table = table
        self.screened = screened
        self.columns = Columns(self.rule.values)
        wanted = self.rule.companions
        self.partners = (
            table.pairs(items, wanted.name)
            if wanted is not None and not isinstance(wanted, EveryLine)
            else None
        )
        self.lacking = None if self.rule.lacks is None else _Lacking(table, items, self.rule.lacks.name)
        self.scope = "e.person" if self.rule.grain is Grain.PERSON else "encounter"
        self.keys = [self.scope, "gid", "part"] + (["order"] if self.rule.grain is Grain.LINE else [])

    def judge(self, frame: pl.DataFrame, tables: Tables, audited: Audited, out: Outcome) -> None:
        """Judge candidate rows (order, encounter, item, day, pt, audited)."""
        if self.partners is not None:
            frame = self._where_both_stand(frame, tables)
        frame = self._with_facts(frame, tables)
        frame = self._when(frame, out)
        frame = frame.with_columns(part_column(self.rule.per))
        companions = None
        if self.partners is not None:
            companions = self._companions(frame, tables)
            frame = frame.join(companions, on=["encounter", "pt", "part"], how="semi", nulls_equal=True)
        if self.lacking is not None:
            standing = self._beside(frame, self.lacking.items, tables, self.lacking.classes)
            frame = frame.join(standing, on=["encounter", "pt", "part"], how="anti", nulls_equal=True)
        frame = self._suspicious(frame)
        if frame.is_empty():
            return
        if isinstance(self.rule.companions, EveryLine):
            companions = self._every_other_line(frame, tables)
        self._bodies(frame.sort(*self.keys, *TIME_ORDER), companions, tables, audited, out)

    def _where_both_stand(self, frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
        """Only rows whose encounter has any partner at all, so that pairs do not multiply needlessly."""
        assert self.partners is not None
        partners = tables.live.join(self.partners.select("item").unique(), on="item", how="semi")
        return frame.join(partners.select("encounter").unique(), on="encounter", how="semi")

    def _with_facts(self, frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
        rule = self.rule
        fields = fields_of([rule.when, rule.only_if, rule.per, *rule.needs])
        names = [column_of(f) for f in fields]
        scope = ["e.person"] if self.rule.grain is Grain.PERSON else []
        frame = gathered(frame, tables, [*column_names(names), *scope, "r.minute", "r.day", "r.encounter"])
        points = self.table.frame
        frame = frame.with_columns(
            points["gid"][frame["pt"]].alias("gid"),
            *(points[name][frame["pt"]] for name in names if name in points.columns),
        )
        return with_prefix_columns(frame, prefix_conditions(rule), self.table, tables)

    def _when(self, frame: pl.DataFrame, out: Outcome) -> pl.DataFrame:
        when = self.rule.when
        if when is None:
            return frame
        frame = frame.with_columns(self.columns.of(when).alias("when"))
        unknown = frame.filter(pl.col("when").is_null() & pl.col("audited"))
        if unknown.height:
            fact = first_null([column_of(field) for field in fields_of([when])])
            out.cannot(self.check, unknown, self.table.code, fact)
        return frame.filter(pl.col("when"))

    def _companions(self, frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
        """Partner lines in force on their own day: order, encounter, pt, part."""
        assert self.partners is not None
        found = self._beside(frame, self.partners, tables)
        start, end = (self.table.frame[name][found["pt"]] for name in ("start", "end"))
        return found.filter((found["day"] >= start) & (found["day"] < end))

    def _beside(
        self, frame: pl.DataFrame, pairs: pl.DataFrame, tables: Tables, classes: pl.Series | None = None
    ) -> pl.DataFrame:
        """Lines of these pairs (item, pt or the class of a pt) in the encounters of `frame`.

        Returns:
            order, encounter, day, pt, part.
        """
        points = self.table.frame
        wanted = frame.select("encounter", "pt").unique()
        if classes is not None:
            wanted = wanted.with_columns(classes[wanted["pt"]].alias("class"))
        live = tables.live.join(frame.select("encounter").unique(), on="encounter", how="semi")
        found = live.join(pairs, on="item").join(
            wanted, on=["encounter", "pt" if classes is None else "class"]
        )
        names = [column_of(f) for f in fields_of([self.rule.per])]
        found = gathered(found, tables, [*column_names(names), "r.minute", "r.day", "r.encounter"])
        limits = [points[name][found["pt"]] for name in names if name in points.columns]
        return found.with_columns(limits).with_columns(part_column(self.rule.per))

    def _every_other_line(self, frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
        """All lines of the same parts that are not in the group: order, encounter, gid, part."""
        names = column_names([column_of(f) for f in fields_of([self.rule.per])])
        wanted = frame.select("encounter", "gid", "part").unique()
        live = tables.live.join(wanted.select("encounter").unique(), on="encounter", how="semi")
        live = gathered(live, tables, [*names, "r.minute"]).with_columns(part_column(self.rule.per))
        return live.join(wanted, on=["encounter", "part"], nulls_equal=True).join(
            frame.select("encounter", "gid", "order"), on=["encounter", "gid", "order"], how="anti"
        )

    def _suspicious(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows of groups with a line under audit whose screen is not false, or that lack a needed fact."""
        wanted = pl.col("audited").any()
        if self.screened:
            wanted = wanted & _suspected(self.rule)
        groups = frame.group_by(self.keys).agg(wanted.alias("wanted")).filter("wanted")
        return frame.join(groups, on=self.keys, how="semi", nulls_equal=True)

    def _bodies(
        self,
        frame: pl.DataFrame,
        companions: pl.DataFrame | None,
        tables: Tables,
        audited: Audited,
        out: Outcome,
    ) -> None:
        rows = tables.rows(frame["order"])
        points = [self.table.points[pt] for pt in frame["pt"].to_list()]
        beside = _Companions(companions, tables, by_class=isinstance(self.rule.companions, EveryLine))
        marks = frame.select("encounter", "pt", "gid", "part").rows()
        live, views = audited.live, tables.views(frame["encounter"])
        for start, end in boundaries(frame, self.keys):
            lines = rows[start:end]
            of_item: dict[Any, Any] = {}
            point = points[start]
            if self.check.joined_by:
                of_item = {line.item: p for line, p in zip(lines, points[start:end], strict=True)}
                point = min(points[start:end], key=lambda p: p.point_id)
            encounter, pt, gid, part = marks[start]
            group = Group(
                point,
                lines,
                encounter=None if self.rule.grain is Grain.PERSON else views.of(encounter),
                companions=beside.of(encounter, gid if beside.by_class else pt, part),
                points=of_item,
                facts=tables.fact_of_line,
            )
            deliver(self.check, group, of_item, live, out)


class _Lacking:
    """Which items are what a rule finds lacking, by class of points that name the same."""

    def __init__(self, table: PointTable, items: Items, field: str) -> None:
        self.classes, prefixes = table.alike(field)
        of_codes = prefixes.of(items.frame["code"])
        numbers = items.frame.select(pl.col("code").alias("item"), pl.col("item").alias("number"))
        self.items = of_codes.join(numbers, on="item").select(pl.col("number").alias("item"), "class")


def judge_lines(check: Check, frame: pl.DataFrame, tables: Tables, out: Outcome) -> None:
    """Run the body of a rule without knowledge on single lines (order, encounter)."""
    live, views = [True] * tables.encounters.height, tables.views(frame["encounter"])
    for line in tables.rows(frame["order"]):
        view = views.of(line.encounter)
        group: Group[Any] = Group(None, [line], encounter=view, facts=tables.fact_of_line)
        deliver(check, group, {}, live, out)


def judge_bills(check: Check, tables: Tables, audited: Audited, out: Outcome, *, screened: bool) -> None:
    """Run the body of a rule without knowledge on the bills under audit: what refunds left of their lines."""
    rule = check.rule
    frame = _of_bills(check, tables, audited, out)
    keys = ["encounter", "part"]
    if screened:
        asked = fields_of([rule.only_if, *rule.needs])
        looked_at = gathered(frame, tables, column_names([column_of(field) for field in asked])).lazy()
        if rule.per is None:
            frame = frame.join(_suspects(rule, looked_at, "encounter"), on="encounter", how="semi")
        else:
            suspects = (
                looked_at.group_by(keys).agg(_suspected(rule).alias("wanted")).filter("wanted").collect()
            )
            frame = frame.join(suspects, on=keys, how="semi", nulls_equal=True)
    frame = frame.sort(*keys, "order")
    rows = tables.rows(frame["order"])
    live, views = [True] * tables.encounters.height, tables.views(frame["encounter"])
    for start, end in boundaries(frame, keys):
        lines = rows[start:end]
        view = views.of(lines[0].encounter)
        group: Group[Any] = Group(None, lines, encounter=view, facts=tables.fact_of_line, codes=tables.codes)
        deliver(check, group, {}, live, out)


def _of_bills(check: Check, tables: Tables, audited: Audited, out: Outcome) -> pl.DataFrame:
    """Lines under audit that a rule over bills looks at: order, encounter, part."""
    rule = check.rule
    wanted = audited.of(tables.lines["encounter"]) & tables.left
    if rule.when is None:
        frame = tables.lines.select("order", "encounter").filter(wanted)
    else:
        names = column_names([column_of(field) for field in fields_of([rule.when])])
        holds = Columns(rule.values).of(rule.when)
        frame = tables.with_facts(names).filter(wanted & holds.fill_null(value=True))
        frame = frame.with_columns(holds.alias("when"))
        unknown = frame.filter(pl.col("when").is_null())
        out.cannot(check, unknown, always(check.rule_code), first_null(names))
        frame = frame.filter("when").select("order", "encounter")
    cut = gathered(frame, tables, column_names([column_of(field) for field in fields_of([rule.per])]))
    return cut.select("order", "encounter", part_column(rule.per))


def judge_visits(check: Check, tables: Tables, audited: Audited, out: Outcome, *, screened: bool) -> None:
    """Run the body of a rule over visits on each person (or piece) with an encounter under audit, history included."""
    rule = check.rule
    names = column_names([column_of(field) for field in fields_of([rule.when])])
    frame = tables.visits.with_columns(audited.of(tables.visits["encounter"]).alias("audited"))
    frame = gathered(frame, tables, names)
    if rule.when is not None:
        frame = frame.with_columns(Columns(rule.values).of(rule.when).alias("when"))
        unknown = frame.filter(pl.col("when").is_null() & pl.col("audited"))
        out.cannot(check, unknown, always(check.rule_code), first_null(names))
        frame = frame.filter(pl.col("when"))
    frame = _pieces(frame, rule, tables)
    if not audited.whole:
        frame = frame.join(frame.filter("audited").select("piece").unique(), on="piece", how="semi")
    if screened and rule.only_if is not None:
        asked = column_names([column_of(field) for field in fields_of([rule.only_if])])
        looked_at = gathered(frame, tables, [*asked, "e.first_day", "e.last_day"])
        suspects = _suspects(rule, looked_at.lazy(), "piece")
        frame = frame.join(suspects, on="piece", how="semi", maintain_order="left")
    live, views = audited.live, tables.views(frame["encounter"])
    numbers, started = frame["encounter"].to_list(), frame["r.minute"].to_list()
    for start, end in boundaries(frame, ["piece"]):
        chosen = numbers[start:end]
        lines = [visit_line(number, began) for number, began in zip(chosen, started[start:end], strict=True)]
        visits = {number: views.of(number) for number in chosen}
        deliver(check, Group[Any](None, lines, visits=visits), {}, live, out)


def _pieces(frame: pl.DataFrame, rule: Rule[Any], tables: Tables) -> pl.DataFrame:
    """The visits with the number of their `piece`, the visits of one piece together and in the order of time."""
    if rule.per is None:
        return frame.with_columns(pl.col("person").alias("piece"))
    frame = gathered(frame, tables, column_names([column_of(field) for field in fields_of([rule.per])]))
    frame = frame.with_columns(part_column(rule.per)).sort("person", "part", maintain_order=True)
    return frame.with_columns(pl.struct("person", "part").rle_id().alias("piece"))


def first_null(columns: Sequence[str]) -> Named:
    """The first of these fact columns that is null in a row; the last where none of them is."""
    earlier = [pl.when(pl.col(name).is_null()).then(pl.lit(place)) for place, name in enumerate(columns[:-1])]
    which = pl.coalesce(*earlier, pl.lit(len(columns) - 1)) if earlier else pl.lit(0)
    return Named([name.partition(".")[2] for name in columns], which)


def _suspects(rule: Rule[Any], frame: pl.LazyFrame, key: str) -> pl.DataFrame:
    """The keys of the suspicious groups of rows that are sorted by key and time."""
    marks = Columns(rule.values).marks(rule.only_if, key)
    if marks is None:
        groups = frame.group_by(key).agg(_suspected(rule).alias("wanted"))
        return groups.filter("wanted").select(key).collect()
    lacking = [pl.col(column_of(needed)).is_null() for needed in _lacked(rule)]
    return frame.filter(pl.any_horizontal(marks, *lacking)).select(key).unique().collect()


def _lacked(rule: Rule[Any]) -> Sequence[Field[Any]]:
    """Needed facts whose absence brings a group before its body; a body over visits looks after that itself."""
    return () if isinstance(rule, VisitRule) else rule.needs


def _suspected(rule: Rule[Any]) -> pl.Expr:
    """Over groups of rows: the screen is not false, or a needed fact is missing on any row."""
    if rule.only_if is None:
        return pl.lit(value=True)
    screen = Columns(rule.values).of(rule.only_if, grouped=True).fill_null(value=True)
    for needed in _lacked(rule):
        screen = screen | pl.col(column_of(needed)).is_null().any()
    return screen


def deliver(
    check: Check, group: Group[Any], of_item: Mapping[Any, Any], live: Sequence[bool], out: Outcome
) -> None:
    """Run a body and keep its hits and its rows that could not be judged, as far as they are under audit."""
    point, lines = group.point, group.lines

    def point_of(line: LineFacts) -> Any:
        return of_item.get(line.item, point)

    for result in check.rule.judge(group, point):
        if isinstance(result, CannotJudge):
            named = [result.line] if result.line is not None else lines
            for line in named:
                if live[line.encounter]:
                    out.cannot_line(check, check.code_of(point_of(line)), line, result.fact)
        else:
            hits: Iterator[Hit] = spread(check, point_of, result, lines)
            out.hits += [hit for hit in hits if live[hit.encounter]]


def boundaries(frame: pl.DataFrame, keys: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Start and end of each run of rows with the same keys, in a frame sorted by them."""
    lengths = frame.select(pl.struct(keys).rle().struct.field("len")).to_series().to_list()
    start = 0
    for length in lengths:
        yield start, start + length
        start += length


class _Companions:
    """Companion lines by encounter, point (or class) and part, in time order."""

    def __init__(self, frame: pl.DataFrame | None, tables: Tables, *, by_class: bool) -> None:
        self.by_class = by_class
        self._found: dict[tuple[Any, ...], list[LineFacts]] = {}
        if frame is None:
            return
        keys = ["encounter", "gid" if by_class else "pt", "part"]
        ordered = frame.sort(*keys, "r.minute", "order")
        rows = tables.rows(ordered["order"])
        marks = ordered.select(keys).rows()
        for start, end in boundaries(ordered, keys):
            self._found[marks[start]] = rows[start:end]

    def of(self, *key: Any) -> list[LineFacts]:
        return self._found.get(key, [])
