"""Rules over periods: their cases, their laws, and a plain recomputation on random claims."""

from __future__ import annotations

import random
from typing import Any

import polars as pl
import pytest

from mingcha.catalogue.entries import entries, entries_of
from mingcha.catalogue.example import Example
from mingcha.catalogue.examples import examples_of
from mingcha.catalogue.messages import indicator_evidence, indicator_sentence
from mingcha.engine.plan import Plan
from mingcha.knowledge.kinds.capacity import DeviceCapacity, WorkTime
from mingcha.knowledge.kinds.limits import QuantityLimit
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points
from mingcha.rules.period import CapacityRule, PeerRule, PeriodRule
from mingcha.rules.registry import RULES
from tests.support.example_cases import plan_of
from tests.support.period_cases import cases_of, indicators, recomputed, stock_of
from tests.support.random_cases import City

OVER_PERIODS = {slug: rule for slug, rule in RULES.items() if issubclass(rule, PeriodRule)}
EXAMPLES = [example for slug in OVER_PERIODS for example in examples_of(slug)]
NAMES = [f"{example.rule}: {example.name}" for example in EXAMPLES]
LOOSE = {"least_cases": 2, "least_peers": 1, "margin": 3, "times": 1.1}
COMPARED = (
    "cases", "numerator", "unknown", "value", "peers", "peer_median", "threshold", "flagged", "reason",
)  # fmt: skip


def plan_of_example(example: Example) -> Plan:
    return plan_of(example.rule, example.points, example.settings, entries_of(example.rule)[0].code)


def place_of(row: dict[str, Any]) -> str:
    """Institution, and item or point where the rule looks at these."""
    names = ("institution_id", "item_code", "knowledge_point")
    return "/".join(str(row[name]) for name in names if row[name])


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_a_case_finds_exactly_what_it_says(example: Example) -> None:
    rows = indicators(plan_of_example(example), [cases_of(example)], stock_of(example)).to_dicts()
    found = {place_of(row): indicator_evidence(row) for row in rows if row["flagged"]}
    assert found == {
        e.at: (e.value or found[e.at][0], e.limit or found[e.at][1]) for e in example.finds if e.at in found
    }
    assert set(found) == {e.at for e in example.finds}
    assert sorted((place_of(row), row["reason"]) for row in rows if row["reason"]) == sorted(example.cannot)


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_the_order_of_bills_and_the_number_of_buckets_change_nothing(example: Example) -> None:
    plan, cases = plan_of_example(example), cases_of(example)
    stock = stock_of(example)
    whole = indicators(plan, [cases], stock)
    for seed in range(3):
        shuffled = random.Random(seed).sample(cases, len(cases))
        buckets = [shuffled[start :: seed + 2] for start in range(seed + 2)]
        assert indicators(plan, [bucket for bucket in buckets if bucket], stock).equals(whole)


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.finds], ids=lambda e: f"{e.rule}: {e.name}")
def test_what_stands_out_reads_as_one_whole_sentence(example: Example) -> None:
    for row in indicators(plan_of_example(example), [cases_of(example)], stock_of(example)).to_dicts():
        if row["flagged"]:
            text = indicator_sentence(row)
            assert text
            assert not set("{}") & set(text)
            assert "None" not in text
            assert "未知" not in text


@pytest.mark.parametrize("slug", OVER_PERIODS)
def test_a_rule_has_a_case_that_fires_one_that_is_silent_and_one_that_lacks_a_fact(slug: str) -> None:
    examples = examples_of(slug)
    assert any(example.fires for example in examples)
    assert any(example.silent for example in examples)
    assert any(fact.isidentifier() and fact.isascii() for example in examples for _, fact in example.cannot)
    names = [example.name for example in examples]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("span", ["月", "季", "年"])
def test_random_claims_in_any_buckets_say_what_a_plain_recomputation_says(span: str) -> None:
    peers = [slug for slug, rule in OVER_PERIODS.items() if issubclass(rule, PeerRule)]
    settings = {slug: {"": {**LOOSE, "span": span}} for slug in peers}
    points = [*starter_points(), *capacities()]
    release = release_of(1, points, settings, with_demonstration=True)
    plan = Plan(release, entries(), OVER_PERIODS)
    seen, told = set(), set()
    for seed in range(11, 15):  # a year has few institutions in it: one city alone may stand out nowhere
        cases = City(release, 200, seed).cases
        found = indicators(plan, [cases[start::4] for start in range(4)])
        assert found.equals(indicators(plan, [cases]))
        rows = {key_of(row): row for row in found.to_dicts()}
        wanted = recomputed(plan, cases)
        assert rows.keys() == wanted.keys()
        for key, row in wanted.items():
            assert {name: rows[key][name] for name in COMPARED} == {name: row[name] for name in COMPARED}
        seen |= {row["flagged"] for row in rows.values()}
        of_capacity = found.filter(
            pl.col("slug").is_in(["executor-day-over-time", "device-day-over-capacity"])
        )
        told |= set(of_capacity.select("slug", "flagged").iter_rows())
    assert {True, False} <= seen
    assert len(told) == 4


def capacities() -> list[KnowledgePoint]:
    """Points over codes that random persons are often charged for, at the institutions they go to."""
    codes = [point.codes[0] for point in starter_points() if isinstance(point, QuantityLimit | WorkTime)]
    minutes: list[KnowledgePoint] = [
        WorkTime(point_id=f"w{number}", rule_code="MC10000403011000", codes=(code,), minutes=300 + number)
        for number, code in enumerate(codes)
    ]
    devices: list[KnowledgePoint] = [
        DeviceCapacity(
            point_id=f"d{number}",
            rule_code="MC10000403012000",
            codes=tuple(codes[number::6]),
            institution_id=f"H{number % 3 + 1}",
            department_id=("", "F1")[number % 2],
            machines=1,
            hours=number + 1,
            minutes=40,
        )
        for number in range(6)
    ]
    return minutes + devices


def key_of(row: dict[str, Any]) -> tuple[Any, ...]:
    rule = OVER_PERIODS[row["slug"]]
    by = ["doctor_id" if field.name == "executing_doctor_id" else field.name for field in rule.by]
    assert set(by) <= {"institution_id", "inpatient", "doctor_id", "item_code"}
    of_point = (row["knowledge_point"],) if issubclass(rule, CapacityRule) and rule.by_point else ()
    return (row["rule_code"], *(row[name] for name in by), *of_point, row["period_from"])
