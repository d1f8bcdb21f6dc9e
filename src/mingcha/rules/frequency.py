"""How often within any so many days: what the rules over frequent visits share."""

from __future__ import annotations

from collections.abc import Iterable

from mingcha.domain.claims import Encounter
from mingcha.knowledge.point import KnowledgePoint
from mingcha.rules.base import Group, LineFacts, Verdicts


def beyond(
    group: Group[KnowledgePoint],
    visits: Iterable[LineFacts],
    *,
    allowed: int,
    days: int,
    exempt: tuple[str, ...] = (),
) -> Verdicts:
    """A violation for each visit beyond `allowed` within any `days` days that end with it.

    A visit found beyond the limit uses up none of it, so a later visit never makes an earlier one violate.

    Args:
        visits: lines of the group, in time order.
        exempt: prefixes of care types that are not counted; an unknown care type may be one of them.
    """
    within: list[int] = []
    doubtful: list[int] = []
    seen: list[int] = []
    for line in visits:
        care_type = group.visit(line).care_type
        if (care_type or "").startswith(exempt):
            continue
        first = line.day - days + 1
        used = sum(day >= first for day in within)
        unknown = sum(day >= first for day in doubtful)
        seen.append(line.day)
        if exempt and care_type is None:
            doubtful.append(line.day)
            if used + unknown >= allowed:
                yield group.cannot_judge(Encounter.care_type, line)
        elif used >= allowed:
            value = sum(day >= first for day in seen)
            yield group.violates(line, value=value, limit=f"{days} 天内至多 {allowed} 次")
        else:
            within.append(line.day)
            if used + unknown >= allowed:
                yield group.cannot_judge(Encounter.care_type, line)
