"""Example cases as the engine takes them: a plan for one rule, a case, what comes out in short form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from mingcha.catalogue.entries import entries_of, entry
from mingcha.catalogue.example import Example, ExampleEncounter
from mingcha.catalogue.examples import examples_of
from mingcha.domain.claims import Line
from mingcha.domain.findings import Finding
from mingcha.engine.case import EncounterFacts
from mingcha.engine.facts import LINE_FACTS
from mingcha.engine.frames import case_findings
from mingcha.engine.judge import CaseJudge
from mingcha.engine.plan import Plan
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.point import KnowledgePoint, Subject
from mingcha.knowledge.release import release_of
from mingcha.rules.period import PeriodRule
from mingcha.rules.registry import RULES

LINE_FIELDS = tuple(name for name in Line.fields() if name not in {"day", *LINE_FACTS})
FINDING = tuple(Finding.fields())


class Said(NamedTuple):
    """What a rule says of a case: finding rows by field name, and (place, fact) that could not be judged."""

    findings: list[dict[str, Any]]
    unjudged: list[tuple[str, str]]


@cache
def all_examples() -> tuple[Example, ...]:
    """Every case of every rule that judges bills."""
    return tuple(
        example
        for slug, rule in RULES.items()
        if not issubclass(rule, PeriodRule)
        for example in examples_of(slug)
    )


def plan_of(
    slug: str, points: Sequence[KnowledgePoint], settings: Mapping[str, Any], code: str | None = None
) -> Plan:
    """A plan in which this rule alone judges, by these points and settings."""
    official = entry(code or points[0].rule_code)
    alone = Entry(official.code, official.name, (slug,), official.certainty)
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}
    return Plan(release_of(1, points, {slug: {"": given}}), [alone])


def plan_of_example(example: Example) -> Plan:
    """The plan of an example: the rule alone, with the points and settings of the case."""
    code = None if example.points else entries_of(example.rule)[0].code
    return plan_of(example.rule, example.points, example.settings, code)


def case_of(encounters: Iterable[ExampleEncounter]) -> list[EncounterFacts]:
    """The encounters of an example as a case."""
    return [facts_of(encounter) for encounter in encounters]


def facts_of(encounter: ExampleEncounter) -> EncounterFacts:
    """One encounter of an example as the engine takes it."""
    columns = {name: [line.get(name) for line in encounter.lines] for name in LINE_FIELDS}
    return EncounterFacts(
        encounter.facts,
        columns,
        encounter.diagnoses,
        encounter.procedures,
        operated_at=encounter.operated_at,
        audited=encounter.audited,
    )


def say(plan: Plan, case: Sequence[EncounterFacts], *, screened: bool = True) -> Said:
    """Judge a case by a plan."""
    judgement = CaseJudge(plan, screened=screened)(case)
    rows = [
        dict(zip(FINDING, row, strict=True))
        for found in case_findings(plan, case, judgement)
        for row in found
    ]
    return Said(rows, sorted({(_place(case, found), found.fact) for found in judgement.unjudged}))


def _place(case: Sequence[EncounterFacts], found: Any) -> str:
    encounter = case[found.encounter]
    if found.row is None or found.check.subject is Subject.VISIT:
        return str(encounter.encounter_id)
    if not found.check.subject.on_lines:
        return str(found.row[3])
    return str(encounter.lines["line_id"][found.row[1]])


def place_of(finding: Mapping[str, Any]) -> str:
    """The line, the coded row or else the bill that a finding is about."""
    return str(finding["line_id"] or finding["code"] or finding["encounter_id"])
