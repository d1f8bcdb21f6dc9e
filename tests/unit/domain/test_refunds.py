"""Refunds take back earlier lines; quantity and money are conserved whatever the bill."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mingcha.domain.refunds import BilledLine, net_refunds


def line(
    quantity: int,
    amount: int,
    *,
    at: int = 0,
    id_: str | None = None,
    of: str | None = None,
    item: str = "A",
    price: int | None = 10,
) -> BilledLine:
    return BilledLine(id_, of, item, at, quantity, amount, price)


def test_a_refund_takes_back_the_line_it_names_and_no_other() -> None:
    netted = net_refunds([line(2, 20, id_="a"), line(2, 20, at=1, id_="b"), line(-2, -20, at=2, of="a")])
    assert netted.quantities == [0, 2, 0]
    assert netted.amounts == [0, 20, 0]
    assert netted.unmatched == []


def test_without_a_name_the_latest_earlier_line_of_the_item_at_the_price_is_taken_back() -> None:
    lines = [
        line(1, 10),
        line(1, 10, at=5),
        line(1, 30, at=6, price=30),
        line(-1, -10, at=7),
        line(1, 10, at=9),
    ]
    assert net_refunds(lines).quantities == [1, 0, 1, 0, 1]


def test_a_refund_larger_than_one_line_goes_on_to_the_one_before() -> None:
    netted = net_refunds([line(2, 20), line(1, 10, at=1), line(-3, -30, at=2)])
    assert netted.quantities == [0, 0, 0]
    assert netted.amounts == [0, 0, 0]


def test_what_finds_nothing_to_take_back_stays_negative_and_is_told() -> None:
    netted = net_refunds([line(1, 10), line(-3, -30, at=1)])
    assert netted.quantities == [0, -2]
    assert netted.amounts == [0, -20]
    assert netted.unmatched == [1]


def test_a_refund_never_takes_back_what_was_charged_after_it() -> None:
    assert net_refunds([line(-1, -10), line(1, 10, at=1)]).unmatched == [0]


def test_a_refund_that_names_a_line_of_another_bill_takes_nothing_here() -> None:
    assert net_refunds([line(1, 10, id_="a"), line(-1, -10, at=1, of="elsewhere")]).unmatched == [1]


def test_an_unnamed_refund_does_not_eat_the_line_that_another_one_names() -> None:
    lines = [
        line(1, 10, id_="a"),
        line(1, 10, id_="b", at=1),
        line(-1, -10, at=2),
        line(-1, -10, at=3, of="b"),
    ]
    assert net_refunds(lines).quantities == [0, 0, 0, 0]


def test_a_line_of_contrary_signs_is_no_refund() -> None:
    netted = net_refunds([line(1, 10), line(1, -10, at=1)])
    assert netted.quantities == [1, 1]
    assert netted.amounts == [10, -10]


def test_prices_that_are_not_stated_are_compared_by_amount_for_quantity() -> None:
    lines = [line(2, 20, price=None), line(2, 30, at=1, price=None), line(-1, -10, at=2, price=None)]
    assert net_refunds(lines).quantities == [1, 2, 0]


bills = st.lists(
    st.builds(
        BilledLine,
        line_id=st.sampled_from([None, "a", "b", "c"]),
        original_line_id=st.sampled_from([None, None, "a", "b", "x"]),
        item=st.sampled_from(["A", "B"]),
        charged_at=st.integers(0, 5),
        quantity=st.integers(-5, 5),
        amount=st.integers(-500, 500),
        unit_price=st.sampled_from([None, 10, 20]),
    ),
    max_size=12,
)


@given(bills)
def test_the_sum_of_what_is_left_is_the_sum_of_what_was_billed(bill: list[BilledLine]) -> None:
    netted = net_refunds(bill)
    assert sum(netted.quantities) == sum(one.quantity for one in bill)
    assert sum(netted.amounts) == sum(one.amount for one in bill)


@given(bills)
def test_no_line_is_left_with_more_than_was_billed_and_none_is_turned_negative(
    bill: list[BilledLine],
) -> None:
    netted = net_refunds(bill)
    for one, quantity, amount in zip(bill, netted.quantities, netted.amounts, strict=True):
        if one.is_refund:
            assert one.quantity <= quantity <= 0
            assert one.amount <= amount <= 0
        elif one.quantity >= 0 and one.amount >= 0:
            assert 0 <= quantity <= one.quantity
            assert 0 <= amount <= one.amount
