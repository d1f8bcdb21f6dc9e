"""How many points there are, of what rule, kind and batch, and what can be done with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mingcha.knowledge.completion import DEFAULTS, Settings, status_of
from mingcha.knowledge.point import KnowledgePoint, Status

DEMONSTRATION = "演示"


@dataclass(frozen=True)
class Row:
    """One group of points and what can be done with them; `codes` counts pairs of point and code."""

    group: str
    points: int
    codes: int
    by_status: Mapping[str, int]


@dataclass(frozen=True)
class Statistics:
    """The account of a set of points; `rows_read` is points and notes together."""

    rows_read: int
    points: int
    notes: int
    distinct_codes: int
    point_codes: int
    by_status: Mapping[str, int]
    by_rule: tuple[Row, ...]
    by_kind: tuple[Row, ...]
    by_batch: tuple[Row, ...]
    waiting_for: Mapping[str, int]
    """reason why points cannot be judged yet → number of points"""

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists."""
        return asdict(self)


def stats(
    points: Iterable[KnowledgePoint], settings: Settings | None = None, *, notes: int = 0
) -> Statistics:
    """The account of these points under these settings (name → value; the national defaults where left out).

    Args:
        notes: published notes that are no points (see `Release.notes`).
    """
    merged = {**DEFAULTS, **(settings or {})}
    held = list(points)
    states = [status_of(point, merged) for point in held]
    spoken = [codes_of_point(point) for point in held]
    judged = list(zip(held, spoken, states, strict=True))
    return Statistics(
        rows_read=len(held) + notes,
        points=len(held),
        notes=notes,
        distinct_codes=len({code for codes in spoken for code in codes}),
        point_codes=sum(map(len, spoken)),
        by_status=_in_order(Counter(status for status, _ in states)),
        by_rule=_rows((point.rule_code, codes, status) for point, codes, (status, _) in judged),
        by_kind=_rows((point.slug, codes, status) for point, codes, (status, _) in judged),
        by_batch=_rows((_batch(point), codes, status) for point, codes, (status, _) in judged),
        waiting_for=dict(
            Counter(
                reason for status, reason in states if status in (Status.NEEDS_SETTING, Status.NEEDS_MAPPING)
            ).most_common()
        ),
    )


def codes_of_point(point: KnowledgePoint) -> tuple[str, ...]:
    """All codes a point names: of a pair both sides."""
    others: tuple[str, ...] = getattr(point, "containing", ()) or getattr(point, "partners", ())
    return point.codes + others if others else point.codes


def _batch(point: KnowledgePoint) -> str:
    if point.demonstration:
        return DEMONSTRATION
    return point.source_id or point.source_document or "无来源"


def _rows(entries: Iterable[tuple[str, tuple[str, ...], Status]]) -> tuple[Row, ...]:
    statuses: dict[str, Counter[Status]] = {}
    codes: Counter[str] = Counter()
    for group, spoken, status in entries:
        statuses.setdefault(group, Counter())[status] += 1
        codes[group] += len(spoken)
    return tuple(
        Row(group, counted.total(), codes[group], _in_order(counted))
        for group, counted in sorted(statuses.items())
    )


def _in_order(counted: Counter[Status]) -> dict[str, int]:
    return {status.value: counted[status] for status in Status if counted[status]}
