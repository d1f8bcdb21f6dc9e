"""Where users and organisations stand today, and what a user may do from there."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Held
from mingcha.access.roles import Role
from mingcha.access.scope import Place, PlaceColumns, Reach
from mingcha.store.database.base import holds_on
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
    return holds_on(day, periods.valid_from, periods.valid_to)


def place_of(period: OrganisationPeriod) -> Place:
    """The codes of a place in the tree."""
    return Place(period.region_code, period.institution_code, period.department_code, period.doctor_code)


def place_today(session: Session, organisation_id: UUID, day: date) -> Place | None:
    """Where an organisation stands on a day; nowhere where it does not exist then."""
    found = _period_of(session, organisation_id, day)
    return None if found is None else place_of(found)


def held_by(session: Session, user: User, day: date) -> tuple[Held, ...]:
    """What a user holds on a day; a grant on an organisation that no longer exists reaches nothing.

    One question to the database however many the grants: it is asked with every request.
    """
    node = case((Grant.own, user.organisation_id), else_=Grant.organisation_id)
    standing = and_(OrganisationPeriod.organisation_id == node, current_period(day))
    grants = select(Grant, OrganisationPeriod).outerjoin(OrganisationPeriod, standing)
    held = []
    for grant, period in session.execute(grants.where(Grant.user_id == user.id)):
        place = _place_for(grant, period)
        if place is not None:
            types = None if grant.insurance_types is None else frozenset(grant.insurance_types)
            held.append(Held(Role(grant.role), Reach.below(place, types)))
    return tuple(held)


def granted_place(session: Session, user: User, grant: Grant, day: date) -> Place | None:
    """The place that a grant is for: a node of the tree, the user's own, or the root of everything."""
    node = user.organisation_id if grant.own else grant.organisation_id
    return _place_for(grant, None if node is None else _period_of(session, node, day))


def _period_of(session: Session, organisation_id: UUID, day: date) -> OrganisationPeriod | None:
    return session.scalar(
        select(OrganisationPeriod).where(
            OrganisationPeriod.organisation_id == organisation_id, current_period(day)
        )
    )


def _place_for(grant: Grant, period: OrganisationPeriod | None) -> Place | None:
    if not grant.own and grant.organisation_id is None:
        return Place()
    place = None if period is None else place_of(period)
    return None if grant.own and (place is None or place.doctor is None) else place
