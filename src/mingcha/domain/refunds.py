"""Refunds before limits: a negative line takes back an earlier one, by its original line where named.

Pure and exact: what is taken from one line is added to another, so quantity and money are conserved whatever the input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class BilledLine(NamedTuple):
    """What the netting of one encounter needs to know of a line; quantity, amount and price as scaled integers."""

    line_id: str | None
    original_line_id: str | None
    item: int | str
    charged_at: int
    quantity: int
    amount: int
    unit_price: int | None = None

    @property
    def is_refund(self) -> bool:
        """Takes back quantity or money, or both; a line of contrary signs is a fault of its record, no refund."""
        return (self.quantity < 0 or self.amount < 0) and self.quantity <= 0 and self.amount <= 0


@dataclass(frozen=True)
class Netted:
    """Quantity and amount that are left of each line, and which refund lines found too little to take back."""

    quantities: list[int]
    amounts: list[int]
    unmatched: list[int]


def net_refunds(lines: Sequence[BilledLine]) -> Netted:
    """Net the refunds of one encounter.

    A refund takes from the line it names; without a name, from earlier lines (or of the same minute) of the same item
    at the same price, the latest first. What finds nothing to take stays on the refund line, negative.

    Args:
        lines: the lines of one encounter, in the order of charge.
    """
    quantities = [line.quantity for line in lines]
    amounts = [line.amount for line in lines]
    refunds = [number for number, line in enumerate(lines) if line.is_refund]
    by_id = {line.line_id: number for number, line in enumerate(lines) if line.line_id and not line.is_refund}
    # Named refunds first: an unnamed one must not eat the line that another one names.
    for number in refunds:
        named = by_id.get(lines[number].original_line_id or "")
        if named is not None:
            _take(number, [named], quantities, amounts)
    for number in refunds:
        if quantities[number] < 0 or amounts[number] < 0:
            _take(number, _candidates(number, lines), quantities, amounts)
    unmatched = [number for number in refunds if quantities[number] or amounts[number]]
    return Netted(quantities, amounts, unmatched)


def _candidates(refund: int, lines: Sequence[BilledLine]) -> list[int]:
    """Lines that an unnamed refund may mean: the latest first."""
    wanted = lines[refund]
    if wanted.original_line_id is not None:
        return []
    found = [
        number
        for number, line in enumerate(lines)
        if line.item == wanted.item
        and not line.is_refund
        and line.charged_at <= wanted.charged_at
        and _same_price(line, wanted)
    ]
    return sorted(found, key=lambda number: (lines[number].charged_at, number), reverse=True)


def _same_price(line: BilledLine, refund: BilledLine) -> bool:
    """By the stated prices where both are known, else by amount for quantity, compared without dividing."""
    if line.unit_price is not None and refund.unit_price is not None:
        return abs(line.unit_price) == abs(refund.unit_price)
    if not line.quantity or not refund.quantity:
        return True
    return line.amount * refund.quantity == refund.amount * line.quantity


def _take(refund: int, candidates: Sequence[int], quantities: list[int], amounts: list[int]) -> None:
    for number in candidates:
        wanted_quantity, wanted_amount = -quantities[refund], -amounts[refund]
        if wanted_quantity <= 0 and wanted_amount <= 0:
            return
        left_quantity, left_amount = max(quantities[number], 0), max(amounts[number], 0)
        quantity = min(wanted_quantity, left_quantity)
        if wanted_quantity and not quantity:
            continue
        # The last of the quantity takes the last of the money, so that rounding leaves no fen behind.
        if quantity == wanted_quantity:
            amount = min(wanted_amount, left_amount)
        else:
            amount = min(wanted_amount, left_amount, wanted_amount * quantity // wanted_quantity)
            if quantity == left_quantity:
                amount = min(wanted_amount, left_amount)
        quantities[number] -= quantity
        amounts[number] -= amount
        quantities[refund] += quantity
        amounts[refund] += amount
