"""Which data a right reaches: one value that every query of scoped data takes, and what it means in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlalchemy.orm import InstrumentedAttribute

Column = ColumnElement[Any] | InstrumentedAttribute[Any]
REGION_DIGITS = 6


def region_prefix(code: str) -> str:
    """What the codes of a region and of all below it begin with: 350100 → 3501, 350000 → 35, 000000 → ''."""
    prefix = code
    while prefix.endswith("00"):
        prefix = prefix[:-2]
    return prefix


@dataclass(frozen=True)
class Place:
    """Where something is: the codes that are known of it; in the tree of organisations, or on a bill."""

    region: str | None = None
    institution: str | None = None
    department: str | None = None
    doctor: str | None = None


@dataclass(frozen=True)
class Reach:
    """One part of the data; what is left out limits nothing.

    Args:
        region: what the region's code must begin with.
        insurance_types: only rows of these; a row without a type is none of them.
    """

    region: str | None = None
    institution: str | None = None
    department: str | None = None
    doctor: str | None = None
    insurance_types: frozenset[str] | None = None

    @classmethod
    def below(cls, place: Place, insurance_types: frozenset[str] | None = None) -> Reach:
        """All at and below a place; the institution, where there is one, says more than its region."""
        if place.institution is None:
            # A prefix of nothing is the whole country: no limit, so that what has no region is in it too.
            region = None if place.region is None else region_prefix(place.region) or None
            return cls(region=region, insurance_types=insurance_types)
        return cls(None, place.institution, place.department, place.doctor, insurance_types)

    def covers(self, place: Place) -> bool:
        """Whether what is at a place is reached, insurance apart."""
        return (
            (self.region is None or (place.region is not None and place.region.startswith(self.region)))
            and self.institution in (None, place.institution)
            and self.department in (None, place.department)
            and self.doctor in (None, place.doctor)
        )


@dataclass(frozen=True)
class Scope:
    """All that a right reaches: the parts together; no part, nothing."""

    reaches: tuple[Reach, ...] = ()

    def covers(self, place: Place) -> bool:
        """Whether what is at a place is reached by some part, insurance apart."""
        return any(reach.covers(place) for reach in self.reaches)

    def covers_grant(self, place: Place, insurance_types: frozenset[str] | None) -> bool:
        """Whether a grant at a place reaches nothing that is not reached here."""
        return any(
            reach.covers(place)
            and (
                reach.insurance_types is None
                or (insurance_types is not None and insurance_types <= reach.insurance_types)
            )
            for reach in self.reaches
        )


EVERYTHING = Scope((Reach(),))


@dataclass(frozen=True)
class PlaceColumns:
    """Where a query's rows keep their place; `insurance_type` only where rows have one."""

    region: Column
    institution: Column
    department: Column
    doctor: Column
    insurance_type: Column | None = None


def within(scope: Scope, columns: PlaceColumns) -> ColumnElement[bool]:
    """The condition that keeps a query's rows inside a scope; a row whose place is unknown is inside none but all."""
    return or_(false(), *(_reached(reach, columns) for reach in scope.reaches))


def _reached(reach: Reach, columns: PlaceColumns) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if reach.region is not None:
        conditions.append(columns.region.startswith(reach.region, autoescape=True))
    for wanted, column in (
        (reach.institution, columns.institution),
        (reach.department, columns.department),
        (reach.doctor, columns.doctor),
    ):
        if wanted is not None:
            conditions.append(column == wanted)
    if reach.insurance_types is not None and columns.insurance_type is not None:
        conditions.append(columns.insurance_type.in_(sorted(reach.insurance_types)))
    return and_(true(), *conditions)
