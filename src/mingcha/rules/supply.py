"""How long a dispensed drug lasts: what the rules over repeated and left-over medication share."""

from __future__ import annotations

from mingcha.domain.claims import Encounter, Line
from mingcha.domain.conditions import Condition, stocked
from mingcha.domain.fields import Field
from mingcha.rules.base import LineFacts

# Within a stay drugs are charged day by day and given on the ward: nothing is taken home to be left over.
dispensed: Condition = (Encounter.inpatient == False) & (Line.course_days > 0)


def more_than(allowed: Field[int]) -> Condition:
    """Whether supplies may ever lie together for more than so many days; no overlap is longer than the supply left."""
    return stocked(Line.course_days, allowed)


def part_of(whole: int | None, days: int, course: int) -> int:
    """The part of a quantity or an amount that so many days of a course are, rounded down."""
    return (whole or 0) * days // course


def same_prescription(one: LineFacts, other: LineFacts) -> bool:
    """Whether two lines were dispensed together; without a number, whatever was dispensed at one visit."""
    return one.encounter == other.encounter and one.prescription_id == other.prescription_id
