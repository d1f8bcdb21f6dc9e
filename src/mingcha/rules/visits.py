"""What rules over visits share: which kinds of care they pass over."""

from __future__ import annotations

from typing import Any


def is_exempt(visit: Any, prefixes: tuple[str, ...]) -> bool:
    """Whether a visit is of a care type that a rule passes over; an unknown care type is not known to be."""
    return (visit.care_type or "").startswith(prefixes)


def may_be_exempt(visit: Any, prefixes: tuple[str, ...]) -> bool:
    """Whether a visit might be of such a care type, since its own is unknown."""
    return bool(prefixes) and visit.care_type is None
