"""Money of findings: one yuan is claimed once, in integer fen, and the fund gets back only what it paid.

A line is a rectangle, quantity × price. Findings about quantity (the whole line included) take away units:
they overlap, so the largest counts. Findings about price lower the price of the units that are left.
Nothing claimed ever exceeds what was billed for the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mingcha.rules.base import Excess

OF_FUNDS = (Excess.FUND, Excess.OTHER_FUND)


@dataclass(slots=True)
class Claim:
    """What one finding says of a line.

    `excess` is what the finding alone would take away; `claimed` its share after overlap with the line's
    other findings; `recoverable` the fund's share of that, None where the fund's payment is unknown. All in
    fen.
    """

    kind: Excess
    excess: int
    claimed: int = 0
    recoverable: int | None = None


def excess_of(
    amount: int | None, quantity: int | None, excess_quantity: int | None, excess_amount: int | None
) -> int:
    """The excess in fen of one finding on a line of this amount and quantity (both after refunds).

    Part of a line counts by quantity, rounded down: the patient's and hospital's doubt.
    """
    if amount is None or amount <= 0:
        return 0
    if excess_amount is not None:
        return min(excess_amount, amount)
    if excess_quantity is None or quantity is None or excess_quantity >= quantity:
        return amount
    return amount * excess_quantity // quantity


def share_line(amount: int | None, claims: Sequence[Claim]) -> None:
    """Fill in `claimed` in the given order, the strongest first; the sum never exceeds the amount."""
    if not amount or amount <= 0:
        return
    units = max((claim.excess for claim in claims if claim.kind is Excess.LINES), default=0)
    price = max((claim.excess for claim in claims if claim.kind is Excess.PRICE), default=0)
    left = min(amount, units + price * (amount - units) // amount)
    for claim in claims:
        claim.claimed = min(claim.excess, left)
        left -= claim.claimed


def share_bill(total: int | None, claims: Sequence[Claim]) -> None:
    """Fill in `claimed` of the claims to the bill as a whole: what its lines leave, in the given order."""
    left = (total or 0) - sum(claim.claimed for claim in claims)
    for claim in claims:
        if claim.kind is Excess.BILL:
            claim.claimed = max(min(claim.excess, left), 0)
            left -= claim.claimed


def share_fund(total: int | None, fund_paid: int | None, claims: Sequence[Claim]) -> None:
    """Fill in `recoverable`: the fund's share of what is claimed, rounded down, the rest on the last claim.

    Claims to fund money alone come last, and get of it what the others leave; those to another fund than the pooled
    one are no share of what that paid.

    Args:
        total: what was charged for the settlement; fund_paid: what the fund paid of it.
        claims: those of one settlement in line order.
    """
    if not total or total <= 0 or fund_paid is None or fund_paid < 0:
        return
    paid = min(fund_paid, total)
    charged = [claim for claim in claims if claim.kind not in OF_FUNDS]
    whole = min(sum(claim.claimed for claim in charged), total) * paid // total
    unclaimed = paid - whole
    last = None
    for claim in charged:
        # Lines may say more than the total that was settled; the fund gets back no more than it paid all the same.
        claim.recoverable = min(claim.claimed * paid // total, whole)
        whole -= claim.recoverable
        if claim.claimed:
            last = claim
    if last is not None and last.recoverable is not None:
        last.recoverable += whole
    # Each says how far below what was paid the due amount lies: the lowest one counts, and once.
    of_fund = [claim for claim in claims if claim.kind is Excess.FUND]
    beyond = min(max((claim.excess for claim in of_fund), default=0), unclaimed)
    for claim in of_fund:
        claim.claimed = claim.recoverable = min(claim.excess, beyond)
        beyond -= claim.claimed
    left = max(total - sum(claim.claimed for claim in claims), 0)
    for claim in claims:
        if claim.kind is Excess.OTHER_FUND:
            claim.claimed = claim.recoverable = min(claim.excess, left)
            left -= claim.claimed


def claim_alone(claim: Claim, total: int | None, fund_paid: int | None) -> None:
    """What the three above come to for the only claim on its bill: nothing is to be shared, most bills are such."""
    claim.claimed = claim.excess if claim.kind not in OF_FUNDS else 0
    if not total or total <= 0 or fund_paid is None or fund_paid < 0:
        return
    paid = min(fund_paid, total)
    if claim.kind in OF_FUNDS:
        claim.claimed = claim.recoverable = min(claim.excess, paid if claim.kind is Excess.FUND else total)
    else:
        claim.recoverable = min(claim.claimed, total) * paid // total
