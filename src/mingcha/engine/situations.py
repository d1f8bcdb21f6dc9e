"""Situations: what decides by which variant and which rule sets an encounter is judged.

Many encounters share a few situations; each is worked out once, for a case and for columns from the same values.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl

from mingcha.engine.case import Case
from mingcha.engine.plan import Key, Plan
from mingcha.engine.tables import Tables
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.point import FOREVER
from mingcha.knowledge.strategy.model import RuleSet

REGION = "region"


class Decision(NamedTuple):
    """Whether a rule judges, by which set, and the fact that leaves it open."""

    judges: bool
    rule_set: RuleSet | None = None
    fact: str = ""


BY_NO_SET = Decision(judges=True)
OFF = Decision(judges=False)


class Situation:
    """One situation: the variant of the plan that judges, and what its rule sets decide of each rule.

    Args:
        sure: the sets whose scope holds, the first to decide first.
        undecided: sets whose scope hangs on an unknown fact, with that fact.
    """

    def __init__(
        self, region: str, sure: Sequence[RuleSet], undecided: Sequence[tuple[RuleSet, str]], *, by_sets: bool
    ) -> None:
        self.key: Key = (region, tuple(one.name for one in sure if one.settings))
        self.sure = sure
        self.undecided = undecided
        self.by_sets = by_sets
        self._decided: dict[tuple[str, str], Decision] = {}

    def decide(self, entry: Entry, mechanism: str) -> Decision:
        """Whether a rule judges here: by the first set that surely names it, else perhaps by an open one."""
        if not self.by_sets:
            return BY_NO_SET
        place = (entry.code, mechanism)
        if place not in self._decided:
            self._decided[place] = self._decide(entry, mechanism)
        return self._decided[place]

    def _decide(self, entry: Entry, mechanism: str) -> Decision:
        for one in self.sure:
            if one.names(entry, mechanism):
                return Decision(judges=True, rule_set=one)
        for one, fact in self.undecided:
            if one.names(entry, mechanism):
                return Decision(judges=False, fact=fact)
        return OFF


class Situations:
    """The situations that encounters of one plan can be in."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.sets = plan.release.strategy.sets
        scoped = {name for one in self.sets for name, _ in one.scope}
        self.facts = sorted(scoped - {REGION})
        days = {day for one in self.sets for day in (one.starts, one.ends)}
        self.turns = sorted(days - {0, FOREVER})
        self._known: dict[tuple[Any, ...], Situation] = {}

    def of_case(self, case: Case, scene: str) -> list[Situation]:
        """The situation of each encounter of a case."""
        return [
            self._situation(
                (
                    scene,
                    bisect_right(self.turns, enc.started_at // 1440) if self.turns else 0,
                    judging_region(enc),
                    *(getattr(enc, name) for name in self.facts),
                )
            )
            for enc in case
        ]

    def of_tables(self, tables: Tables, scene: str) -> tuple[list[Situation], pl.Series]:
        """The situations of a partition, and for each encounter the number of its own."""
        turn = (
            pl.sum_horizontal(pl.col("first_day") >= day for day in self.turns) if self.turns else pl.lit(0)
        )
        known = tables.encounters.columns
        frame = tables.encounters.select(
            turn.alias("turn"),
            pl.coalesce("insured_region", "care_region").alias(REGION),
            *(pl.col(name) if name in known else pl.lit(None).alias(name) for name in self.facts),
        )
        values = frame.unique(maintain_order=True)
        numbers = frame.join(values.with_row_index("number"), on=frame.columns, how="left", nulls_equal=True)
        return [self._situation((scene, *row)) for row in values.iter_rows()], numbers["number"]

    def _situation(self, values: tuple[Any, ...]) -> Situation:
        if values not in self._known:
            self._known[values] = self._worked_out(*values)
        return self._known[values]

    def _worked_out(self, scene: str, turn: int, region: str | None, *values: Any) -> Situation:
        facts = {REGION: region, **dict(zip(self.facts, values, strict=True))}
        # Any day of the turn stands for all: the first of it, or the last before the first turn.
        day = self.turns[turn - 1] if turn else self.turns[0] - 1 if self.turns else 0
        sure: list[RuleSet] = []
        undecided: list[tuple[RuleSet, str]] = []
        for one in self.sets:
            applies = one.applies(facts.get, scene, day)
            if applies is True:
                sure.append(one)
            elif applies:
                undecided.append((one, "insured_region" if applies == REGION else str(applies)))
        return Situation(self.plan.region_of(region), sure, undecided, by_sets=bool(self.sets))


def judging_region(encounter: Any) -> str | None:
    """The region whose knowledge and settings judge an encounter: where the person is insured, else the
    place of care."""
    return encounter.insured_region or encounter.care_region  # type: ignore[no-any-return]
