"""Every example case of every rule, judged by the engine: what it says is found, and nothing else."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from mingcha.catalogue.example import Example
from mingcha.catalogue.examples import examples_of
from mingcha.catalogue.messages import sentence
from mingcha.rules.period import PeriodRule
from mingcha.rules.registry import RULES
from tests.support.example_cases import all_examples, case_of, place_of, plan_of_example, say

EXAMPLES = all_examples()
OF_BILLS = [slug for slug, rule in RULES.items() if not issubclass(rule, PeriodRule)]
NAMES = [f"{example.rule}: {example.name}" for example in EXAMPLES]


def compared(example: Example, finding: dict[str, Any]) -> tuple[Any, ...]:
    """A finding as far as its case says anything of it."""
    expected = [found for found in example.finds if found.at == place_of(finding)]
    told = next((e for e in expected if e.point in {None, finding["knowledge_point"]}), None)
    shows = {
        "excess": finding["excess_quantity"],
        "amount": finding["amount_fen"],
        "value": finding["value"],
        "limit": finding["limit"],
        "point": finding["knowledge_point"],
    }
    silent = {name for name in shows if told is None or getattr(told, name) is None}
    return (place_of(finding), *(None if name in silent else value for name, value in shows.items()))


@pytest.mark.parametrize("screened", [True, False], ids=["screened", "unscreened"])
@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_a_case_finds_exactly_what_it_says(example: Example, screened: bool) -> None:
    said = say(plan_of_example(example), case_of(example.encounters), screened=screened)
    wanted = [(e.at, e.excess, e.amount, e.value, e.limit, e.point) for e in example.finds]
    assert sorted(map(repr, (compared(example, finding) for finding in said.findings))) == sorted(
        map(repr, wanted)
    )
    assert said.unjudged == sorted(example.cannot)


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_the_order_in_which_lines_arrive_changes_nothing(example: Example) -> None:
    plan = plan_of_example(example)
    said = say(plan, case_of(example.encounters))
    for seed in range(3):
        shuffled = [
            replace(enc, lines=random.Random(seed).sample(list(enc.lines), len(enc.lines)))
            for enc in example.encounters
        ]
        again = say(plan, case_of(shuffled))
        assert again.unjudged == said.unjudged
        assert [_told(row) for row in again.findings] == [_told(row) for row in said.findings]


def _told(finding: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(repr(value) for value in finding.values())


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.finds], ids=lambda e: f"{e.rule}: {e.name}")
def test_a_finding_reads_as_one_whole_sentence(example: Example) -> None:
    points = {point.point_id: point for point in example.points}
    for finding in say(plan_of_example(example), case_of(example.encounters)).findings:
        text = sentence(finding, points.get(finding["knowledge_point"]))
        assert text
        assert not set("{}") & set(text)
        assert "None" not in text
        assert "未知" not in text


@pytest.mark.parametrize("slug", OF_BILLS)
def test_a_rule_has_a_case_that_fires_one_that_is_silent_and_one_that_lacks_a_fact(slug: str) -> None:
    examples = examples_of(slug)
    assert any(example.fires for example in examples)
    assert any(example.silent for example in examples)
    # What is never paid needs no fact beyond the code; the living have no date of death.
    assert any(example.cannot for example in examples) or slug in {"herb-never-paid", "charged-after-death"}


@pytest.mark.parametrize("slug", OF_BILLS)
def test_names_of_cases_are_sentences_and_differ(slug: str) -> None:
    names = [example.name for example in examples_of(slug)]
    assert len(set(names)) == len(names)
    assert all(len(name) >= 5 for name in names)
