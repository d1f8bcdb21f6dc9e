"""Example cases tried: what a rule says of an example, and where it says something else than it should."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from mingcha.catalogue.defined import all_rules
from mingcha.catalogue.entries import entries_of
from mingcha.catalogue.example import (
    SENT_OF_LINE,
    Example,
    ExampleEncounter,
    Expected,
    facts_of_example,
)
from mingcha.catalogue.messages import indicator_evidence
from mingcha.domain.findings import Finding
from mingcha.domain.schema import OPTIONAL_TABLES
from mingcha.domain.values import QUANTITY_SCALE, decimal_text, yuan
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
    found, cannot = (_periods if over_periods else _findings)(example, plan)
    wanted = sorted(map(_wanted, example.finds))
    told = []
    if [one[0] for one in wanted] != [one[0] for one in found]:
        told.append(f"应报在 {_places(wanted)}，实报在 {_places(found)}")
    else:
        told += [
            f"{should[0]} 应为 {_words(should)}，实为 {_words(does)}"
            for should, does in zip(wanted, found, strict=True)
            if should != does
        ]
    if cannot != sorted(example.cannot):
        told.append(f"无法判断应为 {_open(example.cannot)}，实为 {_open(cannot)}")
    return told


# A place, and what an example may say of a finding there; "" is not said.
_Told = tuple[str, str, str, str, str]
_Said = tuple[list[_Told], list[tuple[str, str]]]
_NAMES = ("超出", "超收", "读到", "限定")


def _wanted(found: Expected) -> _Told:
    return (
        found.at,
        "" if found.excess is None else decimal_text(found.excess, QUANTITY_SCALE),
        "" if found.amount is None else f"{yuan(found.amount)} 元",
        found.value or "",
        found.limit or "",
    )


def _as_asked(told: _Told, example: Example) -> _Told:
    """What is told of a finding as far as its example says anything of it."""
    asked = next((_wanted(one) for one in example.finds if one.at == told[0]), None)
    place, *rest = told
    if asked is None:
        return (place, "", "", "", "")
    excess, amount, value, limit = (text if wish else "" for text, wish in zip(rest, asked[1:], strict=True))
    return (place, excess, amount, value, limit)


def findings_of(example: Example, plan: Plan) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """What the rule finds on the bills of an example, as rows; and place and fact of what it cannot judge."""
    case = [EncounterFacts(**facts) for facts in map(facts_of_example, example.encounters)]
    judgement = CaseJudge(plan)(case)
    rows = [
        dict(zip(_COLUMNS, row, strict=True))
        for found in case_findings(plan, case, judgement)
        for row in found
    ]
    return rows, sorted({(_place(case, found), found.fact) for found in judgement.unjudged})


def place_of(finding: Mapping[str, Any]) -> str:
    """The line, the coded row or else the bill that a finding is about, as examples name it."""
    return str(finding["line_id"] or finding["code"] or finding["encounter_id"])


def _findings(example: Example, plan: Plan) -> _Said:
    rows, cannot = findings_of(example, plan)
    return sorted(_as_asked(_as_told(row), example) for row in rows), cannot


def _as_told(row: Mapping[str, Any]) -> _Told:
    excess = row["excess_quantity"]
    return (
        place_of(row),
        "" if excess is None else decimal_text(excess, QUANTITY_SCALE),
        f"{yuan(row['amount_fen'] or 0)} 元",
        row["value"] or "",
        row["limit"] or "",
    )


def _place(case: Sequence[EncounterFacts], found: Any) -> str:
    encounter = case[found.encounter]
    if found.row is None or found.check.subject is Subject.VISIT:
        return str(encounter.encounter_id)
    if not found.check.subject.on_lines:
        return str(found.row[3])
    return str(encounter.lines["line_id"][found.row[1]])


def indicators_found(example: Example, plan: Plan) -> pl.DataFrame:
    """The indicators of an example, with the `place` (institution, and item or point) that examples name."""
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
    return found.with_columns(place=pl.concat_str(named, separator="/", ignore_nulls=True))


def _periods(example: Example, plan: Plan) -> _Said:
    """Institutions (and items or points) that stand out, and those that could not be judged."""
    found = indicators_found(example, plan)
    out = [
        _as_asked((row["place"], "", "", *(text or "" for text in indicator_evidence(row))), example)
        for row in found.filter(pl.col("flagged")).iter_rows(named=True)
    ]
    open_ = found.filter(pl.col("flagged").is_null()).select("place", "reason").rows()
    return sorted(out), sorted({(str(at), str(why)) for at, why in open_})


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


def _places(told: Sequence[_Told]) -> str:
    return "、".join(one[0] for one in told) or "（无）"


def _words(told: _Told) -> str:
    return (
        "，".join(f"{name} {text}" for name, text in zip(_NAMES, told[1:], strict=True) if text) or "（未写）"
    )


def _open(cannot: Sequence[tuple[str, str]]) -> str:
    return "、".join(f"{at}（{fact}）" for at, fact in sorted(cannot)) or "（无）"
