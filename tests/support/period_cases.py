"""Cases of rules over periods: what the engine says of them, and a plain recomputation to hold it against."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from mingcha.catalogue.example import Example
from mingcha.domain.claims import Line
from mingcha.domain.conditions import Always
from mingcha.domain.schema import OPTIONAL_TABLES
from mingcha.domain.values import date_of, day_of
from mingcha.engine.case import EncounterFacts
from mingcha.engine.closures import Source, define
from mingcha.engine.indicators import TOO_FEW_CASES, TOO_FEW_PEERS, indicators_of
from mingcha.engine.layout import Layout, is_line, row_name
from mingcha.engine.plan import Plan
from mingcha.engine.stock import Stock
from mingcha.engine.sums import PeriodSums, added
from mingcha.knowledge.point import FOREVER
from mingcha.rules.base import LineFacts
from mingcha.rules.period import CapacityRule, PeerRule, StockRule
from mingcha.store.columns import columns_of
from tests.support.example_cases import case_of
from tests.support.random_cases import partition_of

Cases = Sequence[Sequence[EncounterFacts]]
LAYOUT = Layout(tuple(sorted({row_name(f) for f in Line.fields().values()} - set(LineFacts._fields))))


def cases_of(example: Example) -> list[list[EncounterFacts]]:
    """The bills of an example by person."""
    persons: dict[str, list[EncounterFacts]] = defaultdict(list)
    for encounter in case_of(example.encounters):
        persons[str(encounter.person_id)].append(encounter)
    return list(persons.values())


def stock_of(example: Example) -> Stock:
    """What the stock records of an example say."""
    return Stock(
        {
            slug: pl.DataFrame(list(rows), schema=columns_of(OPTIONAL_TABLES[slug]))
            for slug, rows in example.tables.items()
        }
    )


def indicators(plan: Plan, buckets: Iterable[Cases], stock: Stock | None = None) -> pl.DataFrame:
    """The indicators of claims that lie in these buckets."""
    parts, stock = [], stock or Stock({})
    for cases in buckets:
        tables, items = partition_of(cases)
        sums = PeriodSums(plan, items["item_code"].to_list(), stock)
        parts.append(sums(tables, pl.Series([True] * tables.encounters.height, dtype=pl.Boolean)))
    return indicators_of(plan, added(parts), stock)


def recomputed(plan: Plan, cases: Cases) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The same by plain Python: key → cases, numerator, denominator, unknown, value, peers, threshold …"""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for check in plan.variant("").period_checks:
        if isinstance(check.rule, StockRule):
            continue
        rows = _summed(check, cases)
        for key, row in rows.items():
            if isinstance(check.rule, CapacityRule):
                told = {**row, **_bounded(check, key, row)}
            else:
                told = {**row, **_judged(check.rule, key, row, rows)}
            if not check.rule.quiet or (told["flagged"] is not False and not _small(check.rule, row)):
                found[(check.rule_code, *key)] = told
    return found


def _small(rule: Any, row: dict[str, Any]) -> bool:
    """Whether a sum stays within a limit of its rule's own, even if all that is open were counted."""
    limit = rule.values.get("at_most")
    compared = isinstance(rule, PeerRule | CapacityRule)
    return not compared and limit is not None and row["numerator"] + row["unknown"] <= limit


def _summed(check: Any, cases: Cases) -> dict[tuple[Any, ...], dict[str, Any]]:
    rule = check.rule
    by_line = any(
        is_line(f) for e in rule.expressions() if e is not None for f in e.walk() if hasattr(f, "owner")
    )
    source = Source(LAYOUT, rule.values)
    chosen = rule.when if rule.when is not None else Always()
    within = chosen if rule.part is None else chosen & rule.part
    took = {
        name: define(
            name,
            f"def {name}(e, r, p):\n    return {source.shown(e) if e is rule.measure else source.of(e)}\n",
        )
        for name, e in (("chosen", chosen), ("within", within), ("measure", rule.measure))
    }
    lacks = define("lacks", f"def lacks(e, r, p):\n    return {source.first_unknown(within)}\n")
    keys = [define("key", f"def key(e, r):\n    return {source.shown(field)}\n") for field in rule.by]
    day = (
        None
        if rule.dated_by is None
        else define("day", f"def day(e, r):\n    return {source.shown(rule.dated_by)}\n")
    )
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for enc in (enc for case in cases for enc in _with_next_stays(case)):
        for line, point in _spoken_of(check, enc) if rule.knowledge else _all(enc, by_line=by_line):
            at = _settled(enc) if day is None else day(enc, line)
            of_point = (point.point_id,) if rule.knowledge and rule.by_point else ()
            key = (*(read(enc, line) for read in keys), *of_point, _begin(rule.span, at))
            row = rows.setdefault(
                key,
                {"seen": set(), "numerator": 0, "denominator": 0, "unknown": 0, "open": 0, "lacks": set(),
                 "rank": set(), "type": set()},
            )  # fmt: skip
            row["rank"] |= {enc.institution_rank} - {None}
            row["type"] |= {enc.institution_type} - {None}
            c, w, m = (took[name](enc, line, point) for name in ("chosen", "within", "measure"))
            m = m or 0  # of an unknown quantity nothing is counted
            row["denominator"] += m if c is True else 0
            row["open"] += m if c is None else 0
            row["numerator"] += m if w is True else 0
            if c is True:
                row["seen"].add(enc.encounter_id)
            if w is None:
                row["unknown"] += m
                row["lacks"].add(lacks(enc, line, point))
    for row in rows.values():
        row["cases"] = len(row.pop("seen"))
    share = rule.part is not None
    kept = {
        key: row
        for key, row in rows.items()
        if (row["denominator"] > 0 or not share if row["cases"] else row["unknown"] > 0)
    }
    for row in kept.values():
        row["value"] = row["numerator"]
        if share:
            row["value"] = row["numerator"] * 10_000 // row["denominator"] if row["cases"] else None
        row["rank"], row["type"] = (max(row[name], default=None) for name in ("rank", "type"))
    return kept


def _all(enc: Any, *, by_line: bool) -> Iterable[tuple[Any, Any]]:
    """Every line of an encounter, or the encounter itself, without a point."""
    return ((line, None) for line in (_rows(enc) if by_line else [None]))


def _spoken_of(check: Any, enc: Any) -> Iterable[tuple[Any, Any]]:
    """Every line of an encounter with each point in force that speaks of it."""
    for line in _rows(enc):
        item, day = (line[LAYOUT.names.index(name)] for name in ("item", "day"))
        for point in check.points:
            if item in point.codes and point.effective_from <= day < point.effective_to:
                yield line, point


def _bounded(check: Any, key: tuple[Any, ...], row: dict[str, Any]) -> dict[str, Any]:
    """A sum against what can be done: beyond it, perhaps beyond it, or not."""
    points = {point.point_id: point for point in check.points}
    most = check.rule.most(points[key[-2]] if check.rule.by_point else None)
    told = {"peers": 0, "peer_median": None, "threshold": most, "reason": None}
    if row["numerator"] > most:
        return {**told, "flagged": True}
    if row["numerator"] + row["unknown"] > most:
        return {**told, "flagged": None, "reason": max(row["lacks"])}
    return {**told, "flagged": False}


class _Followed:
    """An encounter that knows when its person stayed there again."""

    def __init__(self, enc: EncounterFacts, days: int | None) -> None:
        self.enc = enc
        self.next_stay_after = days

    def __getattr__(self, name: str) -> Any:
        return getattr(self.enc, name)


def _with_next_stays(case: Sequence[EncounterFacts]) -> Iterable[Any]:
    ordered = sorted(case, key=lambda enc: (enc.started_at, enc.encounter_id))
    for number, enc in enumerate(ordered):
        later = [o for o in ordered[number + 1 :] if o.inpatient and o.institution_id == enc.institution_id]
        days = later[0].first_day - enc.last_day if later and enc.last_day is not None else -1
        yield _Followed(enc, None if not enc.inpatient else days if days >= 0 else FOREVER)


def _rows(enc: EncounterFacts) -> Iterable[list[Any]]:
    names = LAYOUT.names
    for number in range(len(enc.lines["item_code"])):
        held = {name: values[number] for name, values in enc.lines.items()}
        held |= {"item": held["item_code"], "minute": held["charged_at"], "day": held["charged_at"] // 1440}
        yield [held.get(name) for name in names]


def _settled(enc: EncounterFacts) -> int:
    known = (enc.settled_at, enc.ended_at, enc.started_at)
    return next(minute for minute in known if minute is not None) // 1440


def _begin(period: str, day: int) -> int:
    then = date_of(day)
    month = {"日": then.month, "月": then.month, "季": (then.month - 1) // 3 * 3 + 1, "年": 1}[period]
    return day if period == "日" else day_of(date(then.year, month, 1))


def _judged(rule: Any, key: tuple[Any, ...], row: dict[str, Any], rows: Mapping[Any, Any]) -> dict[str, Any]:
    alike = {field.name for field in rule.alike}
    facts = [
        name
        for name, of in (("institution_rank", "rank"), ("institution_type", "type"))
        if name in alike and row[of] is None
    ]

    def like(other: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(
            other[of]
            for name, of in (("institution_rank", "rank"), ("institution_type", "type"))
            if name in alike
        )

    inpatient = [number for number, field in enumerate(rule.by) if field.name == "inpatient"]
    peers = [
        other["value"]
        for its, other in rows.items()
        if its != key and its[-1] == key[-1] and [its[n] for n in inpatient] == [key[n] for n in inpatient]
        and like(other) == like(row) and None not in like(other) and other["cases"] >= rule.least_cases
    ]  # fmt: skip
    median = statistics.median_high(peers) if peers else None
    limits = [rule.at_most]
    compared = isinstance(rule, PeerRule) and len(peers) >= rule.least_peers
    if median is not None and compared and not facts:
        limits.append(max(median * rule.times // 10_000, median + rule.margin))
    threshold = min((limit for limit in limits if limit is not None), default=None)
    told = {"peers": len(peers), "peer_median": median, "threshold": threshold}
    if not row["cases"]:
        return told | {"flagged": None, "reason": max(row["lacks"])}
    if row["cases"] < rule.least_cases:
        return told | {"flagged": None, "reason": TOO_FEW_CASES}
    if threshold is None:
        return told | {"flagged": None, "reason": facts[0] if facts else TOO_FEW_PEERS}
    share = rule.part is not None
    whole, most = (row["denominator"], row["denominator"] + row["open"]) if share else (1, 1)
    scale = 10_000 if share else 1
    above = row["numerator"] * scale > threshold * most
    perhaps = (row["numerator"] + row["unknown"]) * scale > threshold * whole
    if perhaps and not above:
        return told | {"flagged": None, "reason": max(row["lacks"])}
    return told | {"flagged": above, "reason": None}
