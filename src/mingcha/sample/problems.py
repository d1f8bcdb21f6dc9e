"""Which items of the published lists of typical problems a planted violation is an instance of."""

from __future__ import annotations

from functools import cache

from mingcha.knowledge.packaged import packaged
from mingcha.sample.script import VIOLATION, Truth

PHARMACIES = "2025-pharmacies/"


@cache
def problems_of_mechanisms() -> dict[str, tuple[str, ...]]:
    """Mechanism → list/number."""
    written: dict[str, list[str]] = packaged("mingcha.sample", "typical_problems.yaml")
    return {mechanism: tuple(problems) for mechanism, problems in written.items()}


def problems_of(truth: Truth, *, at_pharmacy: bool) -> list[str]:
    """What a truth is an instance of where it was planted: only violations are."""
    if truth.planted != VIOLATION:
        return []
    return _known(truth.problems, truth.mechanism, at_pharmacy=at_pharmacy)


@cache
def _known(of_point: tuple[str, ...], mechanism: str, *, at_pharmacy: bool) -> list[str]:
    known = {*of_point, *problems_of_mechanisms().get(mechanism, ())}
    return sorted(one for one in known if one.startswith(PHARMACIES) == at_pharmacy)
