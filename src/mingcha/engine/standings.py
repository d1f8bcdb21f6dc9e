"""By which region and rule sets the figures of institutions are judged.

A figure of an institution has no insurance, care type or department of its own: a rule set whose scope asks for one
does not speak of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import polars as pl

from mingcha.engine.plan import Check, Plan
from mingcha.engine.situations import REGION, Ground
from mingcha.engine.tables import Tables
from mingcha.knowledge.point import FOREVER
from mingcha.knowledge.strategy.model import AFTERWARDS, RuleSet


class Standing(NamedTuple):
    """Where a figure stands: the region, sets whose settings hold, the set that decides, the fact that leaves open."""

    region: str = ""
    sets: tuple[str, ...] = ()
    rule_set: str = ""
    open: str = ""

    @property
    def text(self) -> str:
        """The standing as sums carry it."""
        return json.dumps(self, ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Standing:
        """The standing that a text says."""
        region, sets, rule_set, open_ = json.loads(text)
        return cls(region, tuple(sets), rule_set, open_)


class Standings:
    """The standings of one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.by_sets = bool(plan.release.strategy.sets)
        self.sets = [one for one in plan.release.strategy.sets if one.of_institutions]
        self.facts = sorted({name for one in self.sets for name, _ in one.scope} - {REGION})
        self.turns = sorted({day for one in self.sets for day in (one.starts, one.ends)} - {0, FOREVER})

    def of_tables(self, tables: Tables) -> Iterator[tuple[Ground, pl.Series]]:
        """What holds for institutions, and for which encounters; by the region that care was given in."""
        turn = (
            pl.sum_horizontal(pl.col("first_day") >= day for day in self.turns) if self.turns else pl.lit(0)
        )
        known = tables.encounters.columns
        frame = tables.encounters.select(
            turn.alias("turn"),
            "care_region",
            *(pl.col(name) if name in known else pl.lit(None).alias(name) for name in self.facts),
        )
        values = frame.unique(maintain_order=True)
        numbers = frame.join(values.with_row_index("number"), on=frame.columns, how="left", nulls_equal=True)
        grounds: dict[Any, tuple[Ground, list[int]]] = {}
        for number, row in enumerate(values.iter_rows()):
            ground = self._ground(*row)
            alike = (ground.variant, tuple(one.name for one in ground.sure), str(ground.undecided))
            grounds.setdefault(alike, (ground, []))[1].append(number)
        for alike in sorted(grounds):
            ground, met = grounds[alike]
            yield ground, numbers["number"].is_in(met)

    def checks(self, ground: Ground) -> Iterator[tuple[Standing, Check]]:
        """The rules over periods that judge there, or may."""
        region, sets = ground.variant
        for check in self.plan.variant(region, sets).period_checks:
            decision = ground.decide(self.plan.entries[check.rule_code], check.slug)
            if decision.judges or decision.fact:
                named = decision.rule_set.name if decision.rule_set else ""
                yield Standing(region, sets, named, decision.fact), check

    def _ground(self, turn: int, region: str | None, *values: Any) -> Ground:
        # Any day of the turn stands for all: the first of it, or the last before the first turn.
        day = self.turns[turn - 1] if turn else self.turns[0] - 1 if self.turns else 0
        facts = {REGION: region, **dict(zip(self.facts, values, strict=True))}
        sure: list[RuleSet] = []
        undecided: list[tuple[RuleSet, str]] = []
        for one in self.sets:
            applies = one.applies(facts.get, AFTERWARDS, day)
            if applies is True:
                sure.append(one)
            elif applies:
                undecided.append((one, "care_region" if applies == REGION else str(applies)))
        return Ground(self.plan.region_of(region), sure, undecided, by_sets=self.by_sets)
