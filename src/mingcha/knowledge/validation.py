"""What is wrong with a library before it is released, and what to do about each.

Seconds for hundreds of thousands of pairs: every check is a pass over codes, never over pairs of points.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mingcha.knowledge.checks.contradictions import contradictions
from mingcha.knowledge.checks.library import KnownCodes, of_codes, of_rules
from mingcha.knowledge.checks.limits import of_limits
from mingcha.knowledge.checks.overlap import overlaps, repeats
from mingcha.knowledge.checks.pairs import of_pairs
from mingcha.knowledge.checks.points import of_points
from mingcha.knowledge.checks.problem import Problem, Severity
from mingcha.knowledge.checks.regions import of_regions
from mingcha.knowledge.checks.standards import of_standards
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.point import KnowledgePoint

__all__ = ["Problem", "Severity", "validate"]


def validate(
    points: Iterable[KnowledgePoint],
    entries: Collection[Entry] = (),
    known: KnownCodes | None = None,
) -> list[Problem]:
    """All problems of these points, the errors first.

    Args:
        entries: the rule catalogue; without it rules are not looked at.
        known: codes by subject as catalogues list them, beside the code lists among the points.
    """
    held = list(points)
    # Versions that were replaced still judge earlier services, but nobody mends them.
    in_use = [point for point in held if point.effective_from < point.effective_to]
    found = [
        *of_points(held),
        *overlaps(held),
        *contradictions(in_use),
        *repeats(in_use),
        *of_limits(in_use),
        *of_pairs(in_use),
        *of_regions(in_use),
        *of_standards(in_use),
        *(of_rules(held, entries) if entries else ()),
        *of_codes(in_use, known or {}),
    ]
    return sorted(found, key=lambda problem: problem.severity is not Severity.ERROR)
