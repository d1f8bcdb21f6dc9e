"""A rule waits for a table without which it could find nothing, and for no other."""

from __future__ import annotations

import pytest

from mingcha.engine.waiting import waits_for
from mingcha.rules.registry import RULES


@pytest.mark.parametrize(
    ("slug", "supplied", "fact"),
    [
        ("not-insured", (), "insured"),
        ("not-insured", ("insured-periods",), None),
        ("identity-not-confirmed", (), "identity_result"),
        ("disease-not-registered", ("referrals",), "disease_registered"),
        ("doctor-not-insured", (), "doctor_insured"),
        ("charged-after-order", (), "order_until"),
        ("charged-after-order", ("orders",), None),
        ("fee-category-changed", (), "fee_category_changes"),
        # The class that was sent may tell as well, and what needs no table waits for none.
        ("outside-directory", (), None),
        ("total-mismatch", (), None),
    ],
)
def test_a_rule_waits_for_the_table_of_a_fact_it_cannot_do_without(
    slug: str, supplied: tuple[str, ...], fact: str | None
) -> None:
    found = waits_for(RULES[slug](), supplied)
    assert (None if found is None else found.name) == fact
