"""Which encounters of a partition are under audit by a variant of the plan; all others are history."""

from __future__ import annotations

from functools import cached_property

import polars as pl


class Audited:
    """Encounters under audit, by encounter; what is asked of them often is worked out once.

    Args:
        mask: one flag an encounter, in their order.
    """

    def __init__(self, mask: pl.Series) -> None:
        self.mask = mask

    @cached_property
    def whole(self) -> bool:
        """Whether there is no history at all: the usual audit of a month without its past."""
        return self.mask.all()

    @cached_property
    def live(self) -> list[bool]:
        """The flags for Python, by number of encounter."""
        return self.mask.to_list()

    def of(self, encounters: pl.Series) -> pl.Series:
        """For each of these numbers of encounters, whether it is under audit."""
        if self.whole:
            return pl.repeat(value=True, n=len(encounters), eager=True)
        return self.mask[encounters]
