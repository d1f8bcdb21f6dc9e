"""Situations: what decides by which variant and which rule sets an encounter is judged.

Many encounters share a few situations; each is worked out once, for a case and for columns from the same values.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from mingcha.engine.case import Case
from mingcha.engine.plan import Key, Plan
from mingcha.engine.tables import Tables
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.point import FOREVER
from mingcha.knowledge.strategy.jurisdiction import Jurisdictions, Place
from mingcha.knowledge.strategy.model import Facts, RuleSet, Strategy

REGION = "region"
# The fact that names each place; where it is unknown, the other place stands for it.
REGION_OF = {Place.INSURED: "insured_region", Place.CARE: "care_region"}


class Decision(NamedTuple):
    """Whether a rule judges, by which set, and the fact that leaves it open."""

    judges: bool
    rule_set: RuleSet | None = None
    fact: str = ""


BY_NO_SET = Decision(judges=True)
OFF = Decision(judges=False)


class Ground:
    """What holds in one of the regions of an encounter: its variant of the plan, and what its rule sets decide.

    Args:
        sure: the sets whose scope holds, the first to decide first.
        undecided: sets whose scope hangs on an unknown fact, with that fact.
    """

    def __init__(
        self, region: str, sure: Sequence[RuleSet], undecided: Sequence[tuple[RuleSet, str]], *, by_sets: bool
    ) -> None:
        self.variant = (region, tuple(one.name for one in sure if one.settings))
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


class Situation:
    """One situation: the variants of the plan that judge, and what is decided of each rule.

    Args:
        grounds: by place; both the same where a person is insured where care is given.
        turn: the turn of the jurisdictions.
        place_of: by which place a rule judges in this turn.
    """

    def __init__(
        self, grounds: Mapping[Place, Ground], turn: int, place_of: Callable[[Entry, str], Place]
    ) -> None:
        self.grounds = grounds
        self.place_of = place_of
        variants = {place: ground.variant for place, ground in grounds.items()}
        together = len(set(variants.values())) == 1
        self.keys: tuple[Key, ...] = (
            ((*variants[Place.CARE], "", 0),)
            if together
            else tuple((*variant, str(place), turn) for place, variant in variants.items())
        )

    def decide(self, entry: Entry, mechanism: str) -> Decision:
        """Whether a rule judges, by the rule sets of the place whose rule it is."""
        return self.grounds[self.place_of(entry, mechanism)].decide(entry, mechanism)


class Situations:
    """The situations that encounters of one plan can be in."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.sets = plan.release.strategy.sets
        scoped = {name for one in self.sets for name, _ in one.scope}
        self.facts = sorted(scoped - {REGION})
        days = {day for one in self.sets for day in (one.starts, one.ends)} - {0, FOREVER}
        self.turns = sorted(days.union(plan.jurisdictions.turns))
        self._known: dict[tuple[Any, ...], Situation] = {}

    def of_case(self, case: Case, scene: str) -> list[Situation]:
        """The situation of each encounter of a case."""
        return [
            self._situation(
                (
                    scene,
                    bisect_right(self.turns, enc.started_at // 1440) if self.turns else 0,
                    *regions_of(enc).values(),
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
        insured, care = REGION_OF.values()
        frame = tables.encounters.select(
            turn.alias("turn"),
            pl.coalesce(insured, care).alias(insured),
            pl.coalesce(care, insured).alias(care),
            *(pl.col(name) if name in known else pl.lit(None).alias(name) for name in self.facts),
        )
        values = frame.unique(maintain_order=True)
        numbers = frame.join(values.with_row_index("number"), on=frame.columns, how="left", nulls_equal=True)
        return [self._situation((scene, *row)) for row in values.iter_rows()], numbers["number"]

    def _situation(self, values: tuple[Any, ...]) -> Situation:
        if values not in self._known:
            self._known[values] = self._worked_out(*values)
        return self._known[values]

    def _worked_out(
        self, scene: str, turn: int, insured: str | None, care: str | None, *values: Any
    ) -> Situation:
        # Any day of the turn stands for all: the first of it, or the last before the first turn.
        day = self.turns[turn - 1] if turn else self.turns[0] - 1 if self.turns else 0
        facts = dict(zip(self.facts, values, strict=True))
        regions = {Place.INSURED: insured, Place.CARE: care}
        grounds = {place: self._ground(place, region, facts, scene, day) for place, region in regions.items()}
        jurisdictions = self.plan.jurisdictions
        since = jurisdictions.turn(day)
        return Situation(grounds, since, lambda entry, slug: jurisdictions.place(entry, slug, since))

    def _ground(
        self, place: Place, region: str | None, known: Mapping[str, Any], scene: str, day: int
    ) -> Ground:
        sure, undecided = _laid({REGION: region, **known}.get, self.sets, place, scene, day)
        return Ground(self.plan.region_of(region), sure, undecided, by_sets=bool(self.sets))


def _in_region(facts: Facts, region: str | None) -> Facts:
    """The facts as they would be if the care were in this region."""
    return lambda name: region if name == REGION else facts(name)


def _laid(
    facts: Facts, sets: Sequence[RuleSet], place: Place, scene: str, day: int
) -> tuple[list[RuleSet], list[tuple[RuleSet, str]]]:
    """The sets whose scope holds, and those whose scope hangs on an unknown fact, with that fact."""
    sure: list[RuleSet] = []
    undecided: list[tuple[RuleSet, str]] = []
    for one in sets:
        applies = one.applies(facts, scene, day)
        if applies is True:
            sure.append(one)
        elif applies:
            undecided.append((one, REGION_OF[place] if applies == REGION else str(applies)))
    return sure, undecided


def decided(
    strategy: Strategy, entries: Iterable[Entry], facts: Facts, scene: str, day: int
) -> Iterator[tuple[Entry, str, Place, Decision]]:
    """What a strategy decides of each rule for an encounter with these facts, without any plan or bill."""
    jurisdictions = Jurisdictions(strategy.jurisdictions)
    turn = jurisdictions.turn(day)
    insured, care = (facts(name) or None for name in REGION_OF.values())
    regions = {Place.INSURED: insured or care, Place.CARE: care or insured}
    grounds = {}
    for place, region in regions.items():
        within = _laid(_in_region(facts, region), strategy.sets, place, scene, day)
        grounds[place] = Ground(region or "", *within, by_sets=bool(strategy.sets))
    for entry in entries:
        for slug in entry.mechanisms:
            place = jurisdictions.place(entry, slug, turn)
            yield entry, slug, place, grounds[place].decide(entry, slug)


def regions_of(encounter: Any) -> dict[Place, str | None]:
    """The regions of an encounter by place; where one is unknown, the other stands for it."""
    insured, care = encounter.insured_region, encounter.care_region
    return {Place.INSURED: insured or care, Place.CARE: care or insured}
