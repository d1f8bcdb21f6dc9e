"""What a judgement yields before money: a hit, or a line that could not be judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from mingcha.engine.plan import Check
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.strategy.model import Exemption, RuleSet
from mingcha.rules.base import LineFacts, Verdict


class Hit(NamedTuple):
    """A violation on one coded row (or, with row None, on a bill as a whole).

    `excess_quantity` and `excess_amount` are None where the whole line is in excess. `rule_set` is the set by
    which the rule judged, `exemption` what excuses the finding; both are filled in last (`engine.rulings`).
    """

    check: Check
    point: KnowledgePoint | None
    encounter: int
    row: Sequence[Any] | None
    excess_quantity: int | None
    excess_amount: int | None
    value: Any
    limit: Any
    related: tuple[LineFacts, ...]
    rule_set: RuleSet | None = None
    exemption: Exemption | None = None

    @property
    def on_line(self) -> bool:
        """Whether the hit stands on a charge line (and not on a diagnosis, a procedure or the bill)."""
        return self.row is not None and self.check.subject.on_lines


class Unjudged(NamedTuple):
    """A row (or a bill, with row None) on which a rule could not be judged, and the fact that is missing."""

    check: Check
    rule_code: str
    encounter: int
    row: Sequence[Any] | None
    fact: str


def spread(check: Check, point_of: Any, verdict: Verdict, lines: Sequence[LineFacts]) -> Iterator[Hit]:
    """Lay a verdict on lines: a group's excess lies on its latest lines, in time order backwards.

    Args:
        point_of: gives the point by which a line belongs to the group.
    """
    value, limit, related = verdict.value, verdict.limit, verdict.related
    if verdict.line is not None:
        line = verdict.line
        yield Hit(
            check, point_of(line), line.encounter, line,
            verdict.excess_quantity, verdict.excess_amount, value, limit, related,
        )  # fmt: skip
        return
    quantity, amount = verdict.excess_quantity, verdict.excess_amount
    for line in reversed(lines):
        if quantity is not None:
            if quantity <= 0:
                return
            if line.quantity is None:
                continue
            part = min(quantity, line.quantity)
            quantity -= part
            yield Hit(check, point_of(line), line.encounter, line, part, None, value, limit, related)
        elif amount is not None:
            if amount <= 0:
                return
            if not line.amount:
                continue
            part = min(amount, line.amount)
            amount -= part
            yield Hit(check, point_of(line), line.encounter, line, None, part, value, limit, related)
        else:
            yield Hit(check, point_of(line), line.encounter, line, None, None, value, limit, related)
