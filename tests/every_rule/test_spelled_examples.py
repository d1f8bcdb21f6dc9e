"""Examples written out for a form: read again they are the same bills, and their rule says the same of them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mingcha.audit.telling import told
from mingcha.catalogue.example import Example
from mingcha.catalogue.examples import examples_of, written_examples
from mingcha.catalogue.spelled import read_spelled, spelled
from mingcha.domain.errors import InputError
from mingcha.rules.period import PeriodRule
from mingcha.rules.registry import RULES

OF_BILLS = [slug for slug, rule in RULES.items() if not issubclass(rule, PeriodRule)]


@pytest.mark.parametrize("slug", OF_BILLS)
def test_an_example_that_was_written_out_is_the_example_itself(slug: str) -> None:
    written = written_examples(slug)
    for example, case in zip(examples_of(slug), written["cases"], strict=True):
        # Through JSON, as a browser holds it.
        held = json.loads(json.dumps(spelled(written, case)))
        again = read_spelled(RULES[slug], written.get("code", ""), held)
        assert plain(again) == plain(example)
        assert told(again) == told(example)


def plain(example: Example) -> Example:
    """An example in which points compare by what they say."""
    points = tuple(sorted(vars(point).items(), key=str) for point in example.points)
    settings = {name: str(value) for name, value in example.settings.items()}
    return replace(example, points=points, settings=settings)  # type: ignore[arg-type]  # only to be compared


@pytest.mark.parametrize(
    ("where", "value"),
    [("unit_price", "abc"), ("unit_price", "1e9"), ("billed_quantity", "9" * 40), ("no_such", "1")],
)
def test_what_cannot_stand_on_a_bill_is_refused_with_the_name_of_the_example(where: str, value: str) -> None:
    written = written_examples("quantity-over-limit")
    case = spelled(written, written["cases"][0])
    case["bills"][0]["lines"][0][where] = value
    with pytest.raises(InputError) as refused:
        read_spelled(RULES["quantity-over-limit"], written["code"], case)
    assert refused.value.where == case["name"]
    assert refused.value.remedy
