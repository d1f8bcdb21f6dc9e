"""The truths of a script as a table, each told once, with the typical problems that it is an instance of."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from mingcha.sample.problems import problems_of
from mingcha.sample.script import Truth


class Truths:
    """Numbers truths; one that is planted at pharmacies and elsewhere is two."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Truth, bool], int] = {}

    def numbers(self, borne: Iterable[Truth | None], at_pharmacy: Iterable[bool]) -> pl.Series:
        """The number of the truth of each row, none where it bears none."""
        held = self._numbers
        return pl.Series(
            [
                None if truth is None else held.setdefault((truth, there), len(held))
                for truth, there in zip(borne, at_pharmacy, strict=True)
            ],
            dtype=pl.Int32,
        )

    def table(self) -> pl.DataFrame:
        """All of them, in the order of their numbers."""
        truths = [truth for truth, _ in self._numbers]
        return pl.DataFrame(
            {
                **{name: [getattr(truth, name) for truth in truths] for name in _AS_DECLARED},
                "excess": pl.Series([truth.excess_quantity for truth in truths], dtype=pl.Int64),
                "amount": pl.Series([truth.amount for truth in truths], dtype=pl.Int64),
                "part": pl.Series([truth.part or None for truth in truths], dtype=pl.String),
                "problems": pl.Series(
                    [problems_of(truth, at_pharmacy=there) for truth, there in self._numbers],
                    dtype=pl.List(pl.String),
                ),
            }
        )


_AS_DECLARED = ("rule_code", "mechanism", "certain", "planted", "note", "of_institution")
