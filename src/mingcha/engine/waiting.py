"""Rules that wait for a table: without it they find nothing, and are counted once instead of asked of every bill."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from mingcha.domain.conditions import Both, Comparison, Condition, Either
from mingcha.domain.fields import Field
from mingcha.engine.compiled import forbidden
from mingcha.engine.plan import Check, Plan
from mingcha.rules.base import Rule


def waits_for(rule: Rule[Any], supplied: Collection[str]) -> Field[Any] | None:
    """The fact without whose table the rule can find nothing, if that table was not supplied.

    Args:
        supplied: the tables of optional facts (see `mingcha.domain.schema`) that a dataset has.
    """
    condition = forbidden(rule)
    return None if condition is None else _lacking(condition, supplied)


def not_waiting(checks: Sequence[Check], supplied: Collection[str]) -> list[Check]:
    """The checks whose rules do not wait for a table."""
    return [check for check in checks if waits_for(check.rule, supplied) is None]


def waiting_rules(plan: Plan, supplied: Collection[str]) -> list[tuple[str, str, str]]:
    """Code and slug of each rule that waits for a table, and the fact that is missing."""
    checks = (*plan.variant("").line_checks, *plan.variant("").bill_checks)
    found = [(check.rule_code, check.slug, waits_for(check.rule, supplied)) for check in checks]
    return [(code, slug, fact.name) for code, slug, fact in found if fact is not None]


def _lacking(condition: Condition, supplied: Collection[str]) -> Field[Any] | None:
    """A fact that keeps this condition from ever being true."""
    match condition:
        case Both(left, right):
            found = _lacking(left, supplied)
            return found if found is not None else _lacking(right, supplied)
        case Either(left, right):
            found = _lacking(left, supplied)
            return None if _lacking(right, supplied) is None else found
        case Comparison(_, left, right):
            read = [part for side in (left, right) for part in side.walk() if isinstance(part, Field)]
            return next((f for f in read if f.derived and f.beside and f.beside not in supplied), None)
        case _:
            return None
