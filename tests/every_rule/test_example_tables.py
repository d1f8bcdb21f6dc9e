"""Examples on a rule's page: every line of a small case stands in a table, with what is said of it."""

from __future__ import annotations

import pytest

from mingcha.catalogue.example import Example
from mingcha.catalogue.example_tables import MANY_BILLS, MANY_LINES, example_text
from mingcha.catalogue.examples import examples_of
from mingcha.domain.values import yuan
from mingcha.rules.registry import RULES

EXAMPLES = [example for slug in RULES for example in examples_of(slug)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.rule}: {e.name}")
def test_a_small_example_tells_every_line_and_every_finding(example: Example) -> None:
    text = example_text(example)
    bills = example.encounters
    lines = sum(len(bill.lines) for bill in bills)
    if len(bills) <= MANY_BILLS and lines <= MANY_LINES:
        tables = sum(bool(bill.lines) for bill in bills)
        assert sum(line.startswith("| ") for line in text.splitlines()) == lines + 2 * tables
        assert text.count("报：") >= len(example.finds)
        assert text.count("无法判断：") >= len(example.cannot)
    for found in example.finds:
        if found.amount is not None:
            assert f"{yuan(found.amount)} 元" in text
