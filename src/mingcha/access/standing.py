"""Where users and organisations stand today, and what a user may do from there."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Held
from mingcha.access.roles import Role
from mingcha.access.scope import Place, PlaceColumns, Reach
from mingcha.store.database.organisations import OrganisationPeriod
from mingcha.store.database.people import Grant, User

Periods = type[OrganisationPeriod]


def place_columns(periods: Periods = OrganisationPeriod) -> PlaceColumns:
    """Where rows of periods keep their place."""
    return PlaceColumns(
        region=periods.region_code,
        institution=periods.institution_code,
        department=periods.department_code,
        doctor=periods.doctor_code,
    )


PLACE_OF_PERIOD = place_columns()


def current_period(day: date, periods: Periods = OrganisationPeriod) -> ColumnElement[bool]:
    """The period that holds on a day."""
    return and_(periods.valid_from <= day, or_(periods.valid_to.is_(None), periods.valid_to >= day))


def place_of(period: OrganisationPeriod) -> Place:
    """The codes of a place in the tree."""
    return Place(period.region_code, period.institution_code, period.department_code, period.doctor_code)


def place_today(session: Session, organisation_id: UUID, day: date) -> Place | None:
    """Where an organisation stands on a day; nowhere where it does not exist then."""
    found = session.scalar(
        select(OrganisationPeriod).where(
            OrganisationPeriod.organisation_id == organisation_id, current_period(day)
        )
    )
    return None if found is None else place_of(found)


def held_by(session: Session, user: User, day: date) -> tuple[Held, ...]:
    """What a user holds on a day; a grant on an organisation that no longer exists reaches nothing."""
    held = []
    for grant in session.scalars(select(Grant).where(Grant.user_id == user.id)):
        place = granted_place(session, user, grant, day)
        if place is not None:
            types = None if grant.insurance_types is None else frozenset(grant.insurance_types)
            held.append(Held(Role(grant.role), Reach.below(place, types)))
    return tuple(held)


def granted_place(session: Session, user: User, grant: Grant, day: date) -> Place | None:
    """The place that a grant is for: a node of the tree, the user's own, or the root of everything."""
    if grant.own:
        own = None if user.organisation_id is None else place_today(session, user.organisation_id, day)
        return own if own is not None and own.doctor is not None else None
    if grant.organisation_id is None:
        return Place()
    return place_today(session, grant.organisation_id, day)
