"""Examples on a rule's page: what the rule really says of each, every line as it was billed, nothing machine-like."""

from __future__ import annotations

import pytest

from mingcha.audit.telling import told
from mingcha.catalogue.example import Example
from mingcha.catalogue.example_tables import examples_text
from mingcha.catalogue.examples import examples_of
from mingcha.catalogue.pages import page
from mingcha.rules.period import PeriodRule
from mingcha.rules.registry import RULES

EXAMPLES = [example for slug in RULES for example in examples_of(slug)]
OF_BILLS = [example for example in EXAMPLES if not issubclass(RULES[example.rule], PeriodRule)]
_NAMES = {"ids": lambda e: f"{e.rule}: {e.name}"}


@pytest.mark.parametrize("example", EXAMPLES, **_NAMES)
def test_what_is_said_of_an_example_is_what_it_expects_and_stands_on_the_page(example: Example) -> None:
    said = told(example)
    found = [place for place, texts in said.items() for text in texts if "无法判断" not in text]
    assert sorted(found) == sorted(one.at for one in example.finds)
    assert {place for place, texts in said.items() if any("无法判断" in text for text in texts)} == {
        place for place, _ in example.cannot
    }
    text = "\n".join(examples_text(RULES[example.rule], [example], told))
    assert all(sentence in text for texts in said.values() for sentence in texts)


@pytest.mark.parametrize("example", OF_BILLS, **_NAMES)
def test_every_line_stands_in_a_table_as_it_was_billed_refunds_with_the_line_they_take_back(
    example: Example,
) -> None:
    text = "\n".join(examples_text(RULES[example.rule], [example], told))
    lines = [line for bill in example.encounters for line in bill.lines]
    tables = sum(bool(bill.lines) for bill in example.encounters)
    assert sum(row.startswith("| ") for row in text.splitlines()) == len(lines) + 2 * tables
    for line in lines:
        refunded = line.get("original_line_id")
        assert not refunded or f"| {line['line_id']}（退 {refunded}） |" in text


@pytest.mark.parametrize("slug", RULES)
def test_a_page_says_nothing_that_only_a_machine_understands(slug: str) -> None:
    text = page(slug, told)
    for word in ("万分之", "百万分之", "None", "True", "False", "{", "}"):
        assert word not in text, word


def test_settings_of_an_example_and_dates_of_its_points_are_told() -> None:
    text = page("quantity-over-limit", told)
    assert "- 参数：容差 0.5 次" in text
    assert "2026-07-01 起失效" in text
    assert "2026-07-01 起生效" in text


def test_peers_and_sums_of_a_period_can_be_followed_by_hand() -> None:
    text = page("drug-share", told)
    assert "| H4 | 2026-03-31 | 60.01 | 39.99 | 1 |" in text
    assert "H4　**指出**：药费占总费用 60.01%，界限为 60%" in text
