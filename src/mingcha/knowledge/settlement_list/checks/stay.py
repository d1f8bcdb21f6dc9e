"""What the checks of several nodes ask of moments and of the stay."""

from __future__ import annotations

from mingcha.domain.fields import Field
from mingcha.domain.settlement_list import SettlementList
from mingcha.domain.values import MINUTES_A_DAY
from mingcha.knowledge.settlement_list.sent import Row, SentList


def before(row: Row, later: Field[str], earlier: Field[str]) -> bool:
    """Whether what should come later stands before what should come earlier, where both can be read."""
    last, first = row.value(later), row.value(earlier)
    return last is not None and first is not None and last < first


def stay_of(row: Row) -> tuple[int, int] | None:
    """Minutes of admission and discharge, where both can be read and stand in order."""
    admitted, discharged = row.value(SettlementList.admitted_at), row.value(SettlementList.discharged_at)
    if admitted is None or discharged is None or discharged < admitted:
        return None
    return admitted, discharged


def day_of(minute: int) -> int:
    """The day of a minute."""
    return minute // MINUTES_A_DAY


def whole_days(stay: tuple[int, int]) -> int:
    """The minutes of all days that a stay touches: the hour may not have been written."""
    return (day_of(stay[1]) - day_of(stay[0]) + 1) * MINUTES_A_DAY


def outside(minute: int | None, sent: SentList) -> bool:
    """Whether a moment lies on a day before admission or after discharge."""
    stay = stay_of(sent.head)
    return (
        minute is not None and stay is not None and not day_of(stay[0]) <= day_of(minute) <= day_of(stay[1])
    )
