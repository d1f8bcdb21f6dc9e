"""One period of an organisation follows another, and what stands below moves along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mingcha.access.errors import Conflict
from mingcha.access.scope import Place
from mingcha.access.standing import current_period, place_of
from mingcha.store.database.organisations import Organisation, OrganisationPeriod, StaffRight

_DAY = timedelta(days=1)


def under(above: Place, kind: str, code: str) -> Place:
    """Where an organisation stands that is under a place."""
    match kind:
        case "region":
            return Place(region=code)
        case "institution":
            return replace(above, institution=code)
        case "department":
            return replace(above, department=code)
        case "doctor":
            return replace(above, doctor=code)
        case _:
            return above


def last_period(session: Session, organisation_id: UUID) -> OrganisationPeriod | None:
    """The newest that is known of an organisation."""
    return session.scalar(
        select(OrganisationPeriod)
        .where(OrganisationPeriod.organisation_id == organisation_id)
        .order_by(OrganisationPeriod.valid_from.desc())
        .limit(1)
    )


def do_begin_period(
    session: Session, organisation: Organisation, day: date, place: Place, facts: Mapping[str, Any]
) -> OrganisationPeriod:
    """From a day on, and until further notice, these facts hold; said of the day of an earlier word, they correct it.

    Raises:
        Conflict: something was already said of later days.
    """
    last = last_period(session, organisation.id)
    if last is not None and day < last.valid_from:
        raise Conflict(
            f"已有 {last.valid_from} 起的内容",
            where="valid_from",
            remedy="变更只能接在最后一段之后，或改正最后一段",
        )
    if last is not None and day == last.valid_from:
        period = last
        period.valid_to = None
        for name, value in facts.items():
            setattr(period, name, value)
    else:
        if last is not None and (last.valid_to is None or last.valid_to >= day):
            last.valid_to = day - _DAY
        period = OrganisationPeriod(organisation_id=organisation.id, valid_from=day, valid_to=None, **facts)
        session.add(period)
    _stand(period, place)
    session.flush()
    _move_below(session, organisation.id, day)
    return period


def do_end(session: Session, organisation: Organisation, last_day: date) -> OrganisationPeriod:
    """An organisation exists until a day.

    Raises:
        Conflict: something below it goes on, or it begins later.
    """
    last = last_period(session, organisation.id)
    if last is None or last.valid_from > last_day:
        raise Conflict("停用日期早于最后一段的开始", where="closed_on")
    goes_on = session.scalar(
        select(OrganisationPeriod.id)
        .where(OrganisationPeriod.parent_id == organisation.id)
        .where(or_(OrganisationPeriod.valid_to.is_(None), OrganisationPeriod.valid_to > last_day))
        .limit(1)
    )
    if goes_on is not None:
        raise Conflict("它下面还有在用的机构或人员", remedy=f"请先把它们移走，或停用到 {last_day} 或更早")
    last.valid_to = last_day
    do_end_rights(session, organisation.id, last_day)
    return last


def do_end_rights(
    session: Session, organisation_id: UUID, last_day: date, names: Sequence[str] | None = None
) -> None:
    """Rights end with a day: these, or all of whoever leaves; what would begin later never does."""
    goes_on = or_(StaffRight.valid_to.is_(None), StaffRight.valid_to > last_day)
    query = select(StaffRight).where(StaffRight.organisation_id == organisation_id, goes_on)
    if names is not None:
        query = query.where(StaffRight.right_name.in_(names))
    for row in session.scalars(query):
        if row.valid_from > last_day:
            session.delete(row)
        else:
            row.valid_to = last_day
    session.flush()


def _move_below(session: Session, parent_id: UUID, day: date) -> None:
    """From a day on, what stands under an organisation stands where that one now does."""
    below = session.execute(
        select(OrganisationPeriod, Organisation)
        .join(Organisation, Organisation.id == OrganisationPeriod.organisation_id)
        .where(OrganisationPeriod.parent_id == parent_id)
        .where(or_(OrganisationPeriod.valid_to.is_(None), OrganisationPeriod.valid_to >= day))
    ).all()
    for period, organisation in below:
        above = session.scalar(
            select(OrganisationPeriod).where(
                OrganisationPeriod.organisation_id == parent_id, current_period(max(day, period.valid_from))
            )
        )
        if above is None:
            continue
        place = under(place_of(above), organisation.kind, organisation.code)
        if place == place_of(period):
            continue
        _stand(_from_day(session, period, day), place)
        session.flush()
        _move_below(session, organisation.id, max(day, period.valid_from))


def _from_day(session: Session, period: OrganisationPeriod, day: date) -> OrganisationPeriod:
    """The part of a period from a day on; what was before stays as it was."""
    if period.valid_from >= day:
        return period
    later = OrganisationPeriod(
        organisation_id=period.organisation_id,
        valid_from=day,
        valid_to=period.valid_to,
        parent_id=period.parent_id,
        name=period.name,
        level=period.level,
        category=period.category,
        local_code=period.local_code,
        title=period.title,
    )
    period.valid_to = day - _DAY
    session.add(later)
    return later


def _stand(period: OrganisationPeriod, place: Place) -> None:
    period.region_code = place.region
    period.institution_code = place.institution
    period.department_code = place.department
    period.doctor_code = place.doctor
