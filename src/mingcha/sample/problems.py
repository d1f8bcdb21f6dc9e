"""Which items of the published lists of typical problems a planted violation is an instance of."""

from __future__ import annotations

from functools import cache

from mingcha.knowledge.packaged import packaged
from mingcha.sample.places import is_pharmacy
from mingcha.sample.script import VIOLATION, Charge, Coded, Play, Truth, Visit

PHARMACIES = "2025-pharmacies/"


@cache
def problems_of_mechanisms() -> dict[str, tuple[str, ...]]:
    """Mechanism → list/number."""
    written: dict[str, list[str]] = packaged("mingcha.sample", "typical_problems.yaml")
    return {mechanism: tuple(problems) for mechanism, problems in written.items()}


def with_problems(play: Play) -> Play:
    """A play whose truths tell the typical problems that they are instances of; only violations are."""
    if play.planted != VIOLATION:
        return play
    return play._replace(visits=tuple(map(_visit, play.visits)))


def _visit(visit: Visit) -> Visit:
    at_pharmacy = is_pharmacy(visit.venue.type)

    def told(truth: Truth) -> Truth:
        return truth._replace(problems=_problems(truth, at_pharmacy=at_pharmacy))

    def charge(one: Charge) -> Charge:
        return one if one.truth is None else one._replace(truth=told(one.truth))

    def coded(one: Coded) -> Coded:
        return one if one.truth is None else one._replace(truth=told(one.truth))

    if visit.truth is not None:
        visit = visit._replace(truth=told(visit.truth))
    return visit._replace(
        charges=tuple(map(charge, visit.charges)),
        diagnoses=tuple(map(coded, visit.diagnoses)),
        procedures=tuple(map(coded, visit.procedures)),
    )


def _problems(truth: Truth, *, at_pharmacy: bool) -> tuple[str, ...]:
    known = {*truth.problems, *problems_of_mechanisms().get(truth.mechanism, ())}
    return tuple(sorted(one for one in known if one.startswith(PHARMACIES) == at_pharmacy))
