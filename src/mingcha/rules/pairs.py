"""What rules over pairs of items share: how the other item of a pair is named to people."""

from __future__ import annotations

from collections.abc import Sequence

FIRST, SECOND = 0, 1


def named_side(name: str, side: int, codes: Sequence[str]) -> str:
    """One side of a pair named A×B, with its codes; the codes alone where the pair has another sort of name."""
    sides, shown = name.split("×"), "、".join(codes)
    return f"{sides[side]}（{shown}）" if len(sides) == len((FIRST, SECOND)) else shown
