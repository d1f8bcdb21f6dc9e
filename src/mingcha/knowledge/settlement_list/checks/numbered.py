"""All checks, and each by its number."""

from __future__ import annotations

from mingcha.knowledge.settlement_list.checks import care, diagnoses, head, money, operations
from mingcha.knowledge.settlement_list.checks.check import Check
from mingcha.knowledge.settlement_list.checks.fields import of_fields

CHECKS: tuple[Check, ...] = (
    *of_fields(),
    *head.CHECKS,
    *money.CHECKS,
    *care.CHECKS,
    *diagnoses.CHECKS,
    *operations.CHECKS,
)
BY_NUMBER: dict[str, Check] = {check.number: check for check in CHECKS}
