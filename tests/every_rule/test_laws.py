"""What holds for every rule on its own cases: no fact, no finding; both evaluations; nobody else's bill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from mingcha.catalogue.example import Example, ExampleEncounter
from mingcha.domain.claims import Diagnosis, Encounter, Line
from mingcha.domain.findings import Finding
from mingcha.engine.case import EncounterFacts
from mingcha.engine.finding_columns import findings_of_partition
from mingcha.engine.frames import unjudged_of_partition
from mingcha.engine.layout import fields_of, is_encounter, is_line, may_be_unknown
from mingcha.engine.partition import PartitionJudge
from mingcha.rules.base import VisitRule
from mingcha.rules.registry import RULES
from tests.support.example_cases import all_examples, case_of, plan_of_example, say
from tests.support.random_cases import partition_of

EXAMPLES = all_examples()
FIRING = [example for example in EXAMPLES if example.finds]
PLACE = ("encounter_id", "line_id", "code", "rule_code", "slug", "knowledge_point")
TOLD = ("excess_quantity", "amount_fen", "claimed_fen", "value", "limit", "certainty")

# What is sent for a fact that is derived, or netted of refunds.
SENT = {
    "institution_rank": ("institution_level",),
    "coverage": ("insurance_type",),
    "inpatient": ("visit_type", "care_type"),
    "purchase": ("visit_type", "care_type"),
    "last_day": ("ended_at",),
    "nights": ("ended_at",),
    "price_step": ("unit_price",),
    **dict.fromkeys(("dose_mass", "dose_units", "dose_volume", "dose_pieces"), ("single_dose",)),
    "times_a_day": ("frequency",),
    "route": ("administration",),
    "course_days": ("supply_days", "single_dose"),
    "critical_paid": ("serious_illness_paid", "large_expense_paid"),
    **dict.fromkeys(("burden_after_critical", "burden_after_subsidy"), ("in_scope_amount",)),
}
# Facts that a rule reads and can do without, and why.
NOT_REQUIRED = {
    ("charge-outside-stay", "last_day"): "a charge before admission needs no day of discharge",
    ("charge-outside-stay", "settlement_id"): "only tells a person still in hospital",
    ("level-too-low", "institution_type"): "only for points that exempt a type",
    ("dispense-over-limit", "supply_days"): "only for points that limit days",
    ("take-home-over-days", "take_home"): "where no flag is sent nothing was taken home",
    ("dose-over-limit", "birth_date"): "only for points that speak of an age",
    ("dose-over-limit", "route"): "only for points that speak of a way of giving",
    ("dose-over-limit", "weight"): "only for points that speak of weight",
    ("dose-over-limit", "times_a_day"): "a single dose may be too much by itself",
    ("unit-price-over-ceiling", "institution_rank"): "only for points that differ by level",
    ("pregnancy-unsafe", "maternity_state"): "a diagnosis tells as well",
    ("pregnancy-unsafe", "diagnoses"): "the state tells as well",
    ("antibiotic-beyond-right", "doctor_title"): "the right that was granted tells as well",
    ("antibiotic-beyond-right", "antibiotic_right"): "the title tells as well",
    ("herb-prescription-too-large", "quantity"): "number and price of the herbs tell as well",
    ("herb-prescription-too-large", "amount"): "number and weight of the herbs tell as well",
    ("herb-prescription-too-large", "supply_days"): "only for the weight of a dose",
    ("perioperative-prophylaxis", "procedures"): "without an operation nothing is prophylaxis",
    ("herb-alone", "prescription_id"): "a line sent as 单方 needs no number",
    ("interacting-drugs", "prescription_id"): "only for points that look at one prescription",
    ("stay-length-unusual", "discharge_way"): "only tells why a stay was short",
    ("notice-due", "unit_price"): "only for points that speak of a price",
    ("notice-due", "approved"): "only for points that speak of approval",
    ("approval-missing", "unit_price"): "only for points that speak of a price",
    ("approval-exceeded", "unit_price"): "only for points that speak of a price",
    ("own-share-high", "institution_rank"): "only which share is allowed",
    ("charged-after-death", "death_date"): "the living have none",
    ("charged-after-order", "order_id"): "an order to leave ends every charge of a stay",
    ("charged-after-order", "inpatient"): "a charge that has an order is judged whatever the visit",
    ("outside-directory", "directory_class"): "the class that was sent stands in for it",
    ("outside-directory", "payment_class"): "the directory tells as well",
    **{
        (slug, fact): "a bill that is not settled yet has neither"
        for slug in (
            "not-insured",
            "not-entitled",
            "institution-not-contracted",
            "identity-not-confirmed",
            "disease-not-registered",
        )
        for fact in ("settlement_id", "fund_paid")
    },
    ("diagnosis-without-charge", "last_day"): "who is in hospital still may yet be charged",
    ("line-record-fault", "unit_price"): "that it is missing is the fault",
    ("line-record-fault", "department_id"): "that it is missing is the fault",
    ("line-record-fault", "doctor_id"): "that it is missing is the fault",
    ("line-record-fault", "purchase"): "only for a line without a doctor",
    ("settlement-list-fault", "inpatient"): "a list with faults is one whatever the visit",
    ("diagnosis-list-fault", "inpatient"): "a list with faults is one whatever the visit",
    ("procedure-list-fault", "inpatient"): "a list with faults is one whatever the visit",
}


def required_of(slug: str) -> list[Any]:
    """The facts without which a rule cannot judge: what it compares and what it says it needs."""
    rule = RULES[slug]
    read = fields_of([rule.when, rule.forbids, rule.only_if, *rule.needs])
    return [
        field
        for field in read
        if (is_line(field) or is_encounter(field))
        and may_be_unknown(field)
        and field.name != "first_day"
        and (slug, field.name) not in NOT_REQUIRED
    ]


WITHOUT = [(example, field) for example in FIRING for field in required_of(example.rule)]


@pytest.mark.parametrize(
    ("example", "field"), WITHOUT, ids=[f"{e.rule} without {f!r}: {e.name}" for e, f in WITHOUT]
)
def test_without_a_required_fact_there_is_no_finding(example: Example, field: Any) -> None:
    plan = plan_of_example(example)
    blind = [_without(encounter, field) for encounter in example.encounters]
    said = say(plan, case_of(blind))
    assert said.findings == []
    assert said.unjudged


def _without(encounter: ExampleEncounter, field: Any) -> ExampleEncounter:
    names = SENT.get(field.name, (field.name,))
    if field is Encounter.diagnoses:
        return replace(encounter, diagnoses=())
    if field is Encounter.procedures:
        return replace(encounter, procedures=(), operated_at=())
    if field.owner is Line:
        blank = dict.fromkeys(names)
        return replace(encounter, lines=[{**line, **blank} for line in encounter.lines])
    return replace(encounter, facts={**encounter.facts, **dict.fromkeys(names)})


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.rule}: {e.name}")
def test_a_partition_with_another_persons_bills_says_the_same(example: Example) -> None:
    plan = plan_of_example(example)
    own = case_of(example.encounters)
    other = case_of(_of_another(example.encounters))
    tables, items = partition_of([own, other])
    judge = PartitionJudge(plan, items["item_code"].to_list())
    outcome = judge(tables, [encounter.audited for encounter in (*own, *other)])
    found = findings_of_partition(plan, tables, outcome.hits, items).to_dicts()
    alone = say(plan, own)
    for person in ("P1", "P2"):
        here = [row for row in found if row["person_id"] == person]
        assert _told(here) == _told(alone.findings)
    assert unjudged_of_partition(tables, outcome).is_empty() is not bool(alone.unjudged)


def _of_another(encounters: Iterable[ExampleEncounter]) -> list[ExampleEncounter]:
    """The same bills of another person."""
    return [
        replace(
            encounter,
            facts={
                **encounter.facts,
                "person_id": "P2",
                "encounter_id": f"X{encounter.facts['encounter_id']}",
            },
        )
        for encounter in encounters
    ]


def _told(findings: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    rows = [tuple(str(row[name]).removeprefix("X") for name in (*PLACE, *TOLD)) for row in findings]
    return sorted(rows)


def test_a_case_without_any_line_or_fact_is_judged_in_silence() -> None:
    for example in EXAMPLES:
        if example.rule not in {"total-mismatch"}:
            said = say(plan_of_example(example), [EncounterFacts({"started_at": 0}, {})])
            assert said.findings == []
            # A visit without lines is a visit still, of a kind that nobody knows.
            assert said.unjudged == [] or issubclass(RULES[example.rule], VisitRule)


def test_columns_of_a_finding_and_of_a_diagnosis_are_those_declared() -> None:
    assert set(PLACE) | set(TOLD) <= set(Finding.fields())
    assert "diagnosis_code" in Diagnosis.fields()
