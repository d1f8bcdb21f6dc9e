"""Example cases tried: what a rule says of an example, and where it says something else than it should."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from mingcha.catalogue.defined import all_rules
from mingcha.catalogue.entries import entries_of
from mingcha.catalogue.example import SENT_OF_LINE, Example, ExampleEncounter, facts_of_example
from mingcha.domain.findings import Finding
from mingcha.domain.schema import OPTIONAL_TABLES
from mingcha.engine.case import EncounterFacts
from mingcha.engine.frames import case_findings
from mingcha.engine.indicators import indicators_of
from mingcha.engine.judge import CaseJudge
from mingcha.engine.plan import Plan
from mingcha.engine.stock import Stock
from mingcha.engine.sums import PeriodSums, added
from mingcha.engine.tables import Tables
from mingcha.knowledge.definition.model import RuleDefinition
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.point import Subject
from mingcha.knowledge.release import release_of
from mingcha.store import columns as c

_COLUMNS = tuple(Finding.fields())


def trial_plan(
    example: Example, entry: Entry | None = None, definitions: Sequence[RuleDefinition] = ()
) -> Plan:
    """The plan of an example: the rule alone, with the points and settings of the case.

    Args:
        entry: under which the rule stands; one of its mechanism's in the catalogue by default.
        definitions: rules without code, of which the rule may be one.
    """
    settings = {name: tuple(v) if isinstance(v, list) else v for name, v in example.settings.items()}
    release = release_of(1, example.points, {example.rule: {"": settings}}, with_demonstration=True)
    if entry is None:
        code = example.points[0].rule_code if example.points else ""
        naming = entries_of(example.rule)
        named = next((one for one in naming if one.code == code), naming[0])
        entry = Entry(named.code, named.name, (example.rule,), named.certainty)
    return Plan(release, [entry], all_rules(definitions))


def faults(example: Example, plan: Plan) -> list[str]:
    """What the rule says of an example that it should not, in sentences; empty where it passes."""
    over_periods = plan.variant("").period_checks
    places, cannot = (_periods if over_periods else _findings)(example, plan)
    told = []
    wanted = sorted((one.at, one.excess, one.amount) for one in example.finds)
    if [one[0] for one in wanted] != [one[0] for one in places]:
        told.append(f"应报在 {_listed(wanted)}，实报在 {_listed(places)}")
    elif wanted != places:
        told.append(f"超出的数量或金额应为 {wanted}，实为 {places}")
    if cannot != sorted(example.cannot):
        told.append(f"无法判断应为 {sorted(example.cannot)}，实为 {cannot}")
    return told


_Said = tuple[list[tuple[Any, ...]], list[tuple[str, str]]]


def _findings(example: Example, plan: Plan) -> _Said:
    case = [EncounterFacts(**facts) for facts in map(facts_of_example, example.encounters)]
    judgement = CaseJudge(plan)(case)
    rows = [
        dict(zip(_COLUMNS, row, strict=True))
        for found in case_findings(plan, case, judgement)
        for row in found
    ]
    cannot = sorted({(_place(case, found), found.fact) for found in judgement.unjudged})
    return sorted(_as_told(row, example) for row in rows), cannot


def _as_told(row: Mapping[str, Any], example: Example) -> tuple[Any, ...]:
    """A finding as far as its example says anything of it."""
    at = str(row["line_id"] or row["code"] or row["encounter_id"])
    told = next((one for one in example.finds if one.at == at), None)
    excess = row["excess_quantity"] if told and told.excess is not None else None
    amount = row["amount_fen"] if told and told.amount is not None else None
    return (at, excess, amount)


def _place(case: Sequence[EncounterFacts], found: Any) -> str:
    encounter = case[found.encounter]
    if found.row is None or found.check.subject is Subject.VISIT:
        return str(encounter.encounter_id)
    if found.check.subject is not Subject.ITEM:
        return str(found.row[3])
    return str(encounter.lines["line_id"][found.row[1]])


def _periods(example: Example, plan: Plan) -> _Said:
    """Institutions (and items or points) that stand out, and those that could not be judged."""
    codes = sorted({line["item_code"] for one in example.encounters for line in one.lines})
    tables = _tables(example.encounters, codes)
    audited = pl.repeat(value=True, n=tables.encounters.height, eager=True)
    stock = Stock(
        {
            slug: pl.DataFrame(list(rows), schema=c.columns_of(OPTIONAL_TABLES[slug]))
            for slug, rows in example.tables.items()
        }
    )
    found = indicators_of(plan, added([PeriodSums(plan, codes, stock)(tables, audited)]), stock)
    named = ("institution_id", "item_code", "knowledge_point")
    place = pl.concat_str(named, separator="/", ignore_nulls=True)
    out = found.filter(pl.col("flagged")).select(place).to_series().to_list()
    open_ = found.filter(pl.col("flagged").is_null()).select(place, "reason").rows()
    return sorted((str(at), None, None) for at in out), sorted({(str(at), str(why)) for at, why in open_})


def _tables(encounters: Sequence[ExampleEncounter], codes: Sequence[str]) -> Tables:
    """The bills of an example as a partition."""
    persons = {name: n for n, name in enumerate(dict.fromkeys(e.facts["person_id"] for e in encounters))}
    facts = [{**one.facts, "person": persons[one.facts["person_id"]]} for one in encounters]
    lines = [
        {
            **{name: line.get(name) for name in SENT_OF_LINE},
            "enc": number,
            "item": codes.index(line["item_code"]),
        }
        for number, one in enumerate(encounters)
        for line in one.lines
    ]
    diagnoses = [
        {"enc": n, "diagnosis_code": code} for n, one in enumerate(encounters) for code in one.diagnoses
    ]
    procedures = [
        {"enc": n, "procedure_code": code} for n, one in enumerate(encounters) for code in one.procedures
    ]
    return Tables(
        _frame(facts, c.ENCOUNTERS),
        _frame(lines, c.LINES),
        _frame(diagnoses, c.DIAGNOSES),
        _frame(procedures, c.PROCEDURES),
    )


def _frame(rows: Sequence[Mapping[str, Any]], columns: c.Columns) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in rows], schema=columns)


def _listed(told: Sequence[tuple[Any, ...]]) -> str:
    return "、".join(str(one[0]) for one in told) or "（无）"
