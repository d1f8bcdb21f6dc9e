"""Facts read from what doctors write on a line: the same for a case and for columns."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.domain.claims import Line
from mingcha.engine.facts import LINE_FACTS, course_days, line_fact
from mingcha.store.columns import LINES

WRITINGS: dict[str, Any] = {
    "single_dose": st.sampled_from(("0.5g", "2片", "10ml", "100万单位", "适量", "半片", None)),
    "frequency": st.sampled_from(("qd", "一日三次", "qod", "q5h", "prn", "不详", None)),
    "specification": st.sampled_from(("0.25g*24片/盒", "10ml:50mg", "复方", "100ml/瓶", None)),
    "unit": st.sampled_from(("盒", "片", "瓶", None)),
    "administration": st.sampled_from(("口服", "静脉滴注", "不详", None)),
    "supply_days": st.one_of(st.none(), st.integers(0, 90)),
    "quantity": st.one_of(st.none(), st.integers(0, 10**11)),
    "billed_quantity": st.one_of(st.none(), st.integers(1, 10**11)),
    "unit_price": st.one_of(st.none(), st.integers(0, 10**14)),
}


@given(st.lists(st.fixed_dictionaries(WRITINGS), max_size=12))
def test_a_derived_fact_is_the_same_for_a_case_and_for_columns(rows: list[dict[str, Any]]) -> None:
    lines = {name: [row[name] for row in rows] for name in WRITINGS}
    frame = pl.DataFrame(lines, schema={name: LINES[name] for name in WRITINGS})
    for name, fact in LINE_FACTS.items():
        case = [value for _, value in zip(rows, line_fact(name, lines), strict=False)]
        assert fact.column(frame.select(fact.reads)).to_list() == case, name


def test_nothing_sent_is_nothing_known() -> None:
    for name, fact in LINE_FACTS.items():
        assert next(iter(line_fact(name, {}))) is None, name
        empty = pl.DataFrame(
            {read: [None, None] for read in fact.reads}, schema={r: LINES[r] for r in fact.reads}
        )
        assert fact.column(empty).to_list() == [None, None], name


def test_every_derived_fact_is_declared_as_one() -> None:
    assert all(Line.fields()[name].derived for name in LINE_FACTS)


@pytest.mark.parametrize(
    ("sent", "quantity", "written", "days"),
    [
        (30, 10_000, (None, None, None, None), 30),
        (None, 20_000, ("2片", "bid", "0.25g*24片/盒", "盒"), 12),
        (0, 10_000, ("0.25g", "qod", "0.25g*7片/盒", "盒"), 14),
        (None, 140_000, ("1片", "bid", "0.25g*24片/盒", "片"), 7),
        (None, 10_000, ("1片", "prn", "0.25g*24片/盒", "盒"), None),
        (None, 10_000, ("1片", "qd", None, "盒"), None),
        (None, None, ("1片", "qd", "0.25g*24片/盒", "盒"), None),
        (None, 10_000, ("0.001片", "qd", "0.25g*24片/盒", "盒"), None),
    ],
)
def test_how_long_a_dispensing_lasts(
    sent: int | None, quantity: int | None, written: Any, days: int | None
) -> None:
    assert course_days(sent, quantity, quantity, *written) == days


def test_what_was_given_back_lasts_nobody() -> None:
    untold = (None, None, None, None)
    assert course_days(30, 20_000, 30_000, *untold) == 20
    assert course_days(30, 1, 30_000, *untold) == 1
    assert course_days(30, 30_000, None, *untold) == 30
