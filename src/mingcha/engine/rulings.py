"""What rule sets and exemptions say of hits: who judges, who is silent, what is excused; last, and on few rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import polars as pl

from mingcha.engine.case import Case
from mingcha.engine.compiled import DAY, ITEM, Judgement
from mingcha.engine.hits import Hit, Unjudged
from mingcha.engine.outcome import UNJUDGED, Outcome
from mingcha.engine.place import PLACE
from mingcha.engine.plan import Plan
from mingcha.engine.situations import Situation
from mingcha.engine.tables import Tables
from mingcha.knowledge.strategy.model import Exemption
from mingcha.rules.base import LineFacts

OF_LINE = {name: LineFacts._fields.index(name) for name in ("department_id", "doctor_id")}


class Rulings:
    """Applies the strategy of a release; without one it touches nothing."""

    def __init__(self, plan: Plan) -> None:
        self.strategy = plan.release.strategy
        self.entries = plan.entries

    def of_case(self, case: Case, judgement: Judgement, situations: Sequence[Situation]) -> None:
        """Rule on what was found in a case."""
        if not self.strategy:
            return
        judgement.hits, undecided = self._ruled(
            judgement.hits, situations.__getitem__, case.__getitem__, lambda hit: hit.row and hit.row[ITEM]
        )
        kept = [found for found in judgement.unjudged if self._kept(situations[found.encounter], found)]
        judgement.unjudged = kept + undecided

    def of_tables(
        self,
        tables: Tables,
        outcome: Outcome,
        situations: Sequence[Situation],
        numbers: pl.Series,
        codes: Sequence[str],
    ) -> None:
        """Rule on what was found in a partition."""
        if not self.strategy:
            return
        of_encounter = numbers.to_list()

        def code_of(hit: Hit) -> Any:
            return codes[hit.row[ITEM]] if hit.on_line and hit.row else hit.row and hit.row[ITEM]

        outcome.hits, undecided = self._ruled(
            outcome.hits,
            lambda number: situations[of_encounter[number]],
            tables.views(pl.Series([hit.encounter for hit in outcome.hits], dtype=PLACE)).of,
            code_of,
        )
        outcome.keep(self._kept_rows(outcome, situations, numbers))
        outcome.single += [_row(found, outcome) for found in undecided]

    def _ruled(
        self,
        hits: Iterable[Hit],
        situation_of: Callable[[int], Situation],
        view_of: Callable[[int], Any],
        code_of: Callable[[Hit], Any],
    ) -> tuple[list[Hit], list[Unjudged]]:
        """The hits of rules that judge, each with its set and exemption; those that an unknown fact leaves open."""
        kept: list[Hit] = []
        undecided: list[Unjudged] = []
        for hit in hits:
            code = hit.check.code_of(hit.point)
            decision = situation_of(hit.encounter).decide(self.entries[code], hit.check.slug)
            if decision.judges:
                exemption = self._exemption(hit, code, view_of(hit.encounter), code_of)
                kept.append(hit._replace(rule_set=decision.rule_set, exemption=exemption))
            elif decision.fact:
                undecided.append(Unjudged(hit.check, code, hit.encounter, hit.row, decision.fact))
        return kept, undecided

    def _exemption(
        self, hit: Hit, rule_code: str, encounter: Any, code_of: Callable[[Hit], Any]
    ) -> Exemption | None:
        """The first exemption that covers a hit."""
        if not self.strategy.exemptions:
            return None

        def fact(name: str) -> Any:
            if name == "item":
                return code_of(hit)
            own = hit.row[OF_LINE[name]] if hit.on_line and hit.row and name in OF_LINE else None
            return own or getattr(encounter, name)

        day = encounter.first_day if hit.row is None else hit.row[DAY]
        entry = self.entries[rule_code]
        covering = (one for one in self.strategy.exemptions if one.covers(entry, hit.check.slug, fact, day))
        return next(covering, None)

    def _kept(self, situation: Situation, found: Unjudged) -> bool:
        decision = situation.decide(self.entries[found.rule_code], found.check.slug)
        return decision.judges or bool(decision.fact)

    def _kept_rows(
        self, outcome: Outcome, situations: Sequence[Situation], numbers: pl.Series
    ) -> pl.DataFrame:
        """The same over rows: each rule in each situation is asked once."""
        frame, whys = outcome.unjudged, list(outcome.whys)
        met = frame.with_columns(numbers[frame["encounter"]].alias("situation"))
        places = met.select("situation", "why").unique()
        decisions = [
            situations[number].decide(self.entries[whys[why][1]], whys[why][0])
            for number, why in places.iter_rows()
        ]
        kept = pl.Series([one.judges or bool(one.fact) for one in decisions], dtype=pl.Boolean)
        return met.join(places.filter(kept), on=places.columns, how="semi", maintain_order="left").select(
            list(UNJUDGED)
        )


def _row(found: Unjudged, outcome: Outcome) -> tuple[int, int, int | None, str | None]:
    """A row that could not be judged, as a partition keeps it."""
    row, on_item = found.row, found.check.subject.on_lines
    return (
        outcome.why(found.check.slug, found.rule_code, found.fact),
        found.encounter,
        row[1] if row is not None and on_item else None,
        row[ITEM] if row is not None and not on_item else None,
    )
