"""Money of findings: nothing is claimed twice, nothing beyond what was billed, nothing beyond what the fund paid."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mingcha.engine.amounts import Claim, claim_alone, excess_of, share_bill, share_fund, share_line
from mingcha.rules.base import Excess

MONEY = st.integers(0, 10_000_000_000)
CLAIMS = st.lists(st.tuples(st.sampled_from((Excess.LINES, Excess.PRICE)), MONEY), max_size=6)


@given(MONEY, CLAIMS)
def test_what_is_claimed_of_a_line_never_exceeds_what_was_billed_for_it(
    amount: int, found: list[tuple[Excess, int]]
) -> None:
    claims = [Claim(kind, min(excess, amount)) for kind, excess in found]
    share_line(amount, claims)
    assert 0 <= sum(claim.claimed for claim in claims) <= amount
    assert all(0 <= claim.claimed <= claim.excess for claim in claims)


@given(st.integers(1, 10_000_000_000), CLAIMS.filter(bool))
def test_at_least_the_largest_single_excess_is_claimed(amount: int, found: list[tuple[Excess, int]]) -> None:
    claims = [Claim(kind, min(excess, amount)) for kind, excess in found]
    share_line(amount, claims)
    assert sum(claim.claimed for claim in claims) >= max(claim.excess for claim in claims) - 1


def test_two_rules_that_take_the_same_units_claim_them_once() -> None:
    claims = [Claim(Excess.LINES, 4_000), Claim(Excess.LINES, 2_000)]
    share_line(6_000, claims)
    assert [claim.claimed for claim in claims] == [4_000, 0]


def test_a_price_finding_takes_only_the_units_that_a_quantity_finding_leaves() -> None:
    claims = [Claim(Excess.LINES, 4_000), Claim(Excess.PRICE, 1_500)]  # 2 of 3 units; 5.00 of 20.00 each
    share_line(6_000, claims)
    assert [claim.claimed for claim in claims] == [4_000, 500]


@given(st.lists(MONEY, min_size=1, max_size=8), MONEY, MONEY)
def test_the_fund_gets_back_its_share_to_the_fen(claimed: list[int], paid: int, unclaimed: int) -> None:
    total = sum(claimed) + unclaimed
    claims = [Claim(Excess.LINES, amount, amount) for amount in claimed]
    share_fund(total, min(paid, total), claims)
    if total:
        recovered = sum(claim.recoverable or 0 for claim in claims)
        assert recovered == sum(claimed) * min(paid, total) // total
        assert recovered <= min(paid, total)


@given(st.lists(MONEY, min_size=1, max_size=8), MONEY, MONEY)
def test_where_lines_exceed_the_total_the_fund_gets_back_no_more_than_it_paid(
    claimed: list[int], total: int, paid: int
) -> None:
    claims = [Claim(Excess.LINES, amount, amount) for amount in claimed]
    share_fund(total, paid, claims)
    assert sum(claim.recoverable or 0 for claim in claims) <= min(paid, total)


@given(st.sampled_from(Excess), MONEY, st.none() | MONEY, st.none() | MONEY)
def test_a_claim_that_stands_alone_gets_what_sharing_would_give_it(
    kind: Excess, excess: int, total: int | None, paid: int | None
) -> None:
    excess = {Excess.BILL: total or 0, Excess.NOTHING: 0}.get(kind, excess)
    alone, shared = Claim(kind, excess), Claim(kind, excess)
    claim_alone(alone, total, paid)
    if kind in {Excess.LINES, Excess.PRICE}:
        share_line(excess, [shared])
    share_bill(total, [shared])
    share_fund(total, paid, [shared])
    assert alone == shared


BESIDE = (Excess.BILL, Excess.FUND, Excess.OTHER_FUND)


@given(MONEY, MONEY, st.lists(st.tuples(st.sampled_from(BESIDE), MONEY)), MONEY)
def test_claims_to_the_whole_bill_or_to_fund_money_alone_get_what_the_lines_leave(
    on_lines: int, unclaimed: int, found: list[tuple[Excess, int]], paid: int
) -> None:
    total = on_lines + unclaimed
    claims = [Claim(Excess.LINES, on_lines, on_lines), *(Claim(kind, excess) for kind, excess in found)]
    share_bill(total, claims)
    share_fund(total, min(paid, total), claims)
    assert sum(claim.claimed for claim in claims) <= total
    pooled = [claim for claim in claims if claim.kind is not Excess.OTHER_FUND]
    assert sum(claim.recoverable or 0 for claim in pooled) <= min(paid, total)
    assert all(claim.claimed <= claim.excess for claim in claims)


def test_the_whole_bill_is_claimed_once_and_the_fund_gets_back_all_it_paid() -> None:
    claims = [Claim(Excess.BILL, 1_000), Claim(Excess.BILL, 1_000), Claim(Excess.LINES, 300, 300)]
    share_bill(1_000, claims)
    share_fund(1_000, 600, claims)
    assert [claim.claimed for claim in claims] == [700, 0, 300]
    assert [claim.recoverable for claim in claims] == [420, 0, 180]


def test_fund_money_that_was_paid_too_much_comes_back_to_the_fen() -> None:
    claims = [Claim(Excess.FUND, 123)]
    share_fund(1_000, 600, claims)
    assert (claims[0].claimed, claims[0].recoverable) == (123, 123)


def test_two_rules_that_say_the_fund_paid_too_much_claim_the_larger_excess_once() -> None:
    claims = [Claim(Excess.FUND, 80), Claim(Excess.FUND, 100), Claim(Excess.FUND, 30)]
    share_fund(1_000, 600, claims)
    assert [claim.claimed for claim in claims] == [80, 20, 0]


def test_money_of_another_fund_is_no_share_of_what_the_pooled_fund_paid() -> None:
    claims = [Claim(Excess.OTHER_FUND, 300), Claim(Excess.FUND, 500), Claim(Excess.LINES, 200, 200)]
    share_fund(1_000, 600, claims)
    # Of the pooled fund 120 go with the line and 480 are left; of another fund what nobody else claims.
    assert [claim.claimed for claim in claims] == [300, 480, 200]
    assert [claim.recoverable for claim in claims] == [300, 480, 120]


def test_what_the_fund_paid_is_unknown_so_is_what_it_gets_back() -> None:
    claims = [Claim(Excess.LINES, 100, 100)]
    share_fund(1_000, None, claims)
    assert claims[0].recoverable is None


@given(MONEY, st.integers(1, 10**11), st.integers(0, 10**11))
def test_part_of_a_line_is_rounded_down_and_the_whole_line_is_the_whole_amount(
    amount: int, quantity: int, excess: int
) -> None:
    part = excess_of(amount, quantity, excess, None)
    assert 0 <= part <= amount
    assert excess_of(amount, quantity, quantity, None) == amount
    assert excess_of(amount, quantity, None, None) == amount
