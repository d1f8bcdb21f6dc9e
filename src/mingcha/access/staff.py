"""Who works where, and what each may do on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.organisations import STAFF, Kind
from mingcha.access.permissions import Permission
from mingcha.access.scope import within
from mingcha.access.staff_rights import Right, RightView, held_on, view
from mingcha.access.standing import PLACE_OF_PERIOD, current_period
from mingcha.store.database.organisations import Organisation, OrganisationPeriod, StaffRight


@dataclass(frozen=True)
class StaffView:
    """Somebody on one day: where, as what, with which rights."""

    id: UUID
    kind: Kind
    kind_label: str
    code: str
    local_code: str | None
    name: str
    title: str | None
    unit_id: UUID | None
    unit_name: str | None
    institution_code: str
    valid_from: date
    valid_to: date | None
    rights: list[RightView]


@dataclass(frozen=True)
class StaffFilter:
    """Whom, and on which day; what is left out limits nothing."""

    on: date | None = None
    kind: Kind | None = None
    name: str | None = None
    code: str | None = None
    institution_code: str | None = None
    unit_id: UUID | None = None
    right: Right | None = None


_SORTS = {
    "code": Organisation.code,
    "name": OrganisationPeriod.name,
    "kind": Organisation.kind,
    "local_code": OrganisationPeriod.local_code,
    "valid_from": OrganisationPeriod.valid_from,
}


def staff(access: Access, actor: Actor, wanted: StaffFilter, listing: Listing) -> Page[StaffView]:
    """Who works in the actor's scope on a day, today by default, with the rights of that day."""
    day = wanted.on or access.today()
    query = _filtered(actor, wanted, day)
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="code", tie=Organisation.id)
        held = _rights(session, [row[0].id for row in found.items], day)
        items = [_view(row[0], row[1], row[2], held.get(row[0].id, [])) for row in found.items]
        return Page(items, found.total)


def _filtered(actor: Actor, wanted: StaffFilter, day: date) -> Select[*tuple[Any, ...]]:
    unit = aliased(OrganisationPeriod)
    query = (
        select(Organisation, OrganisationPeriod, unit.name)
        .join(OrganisationPeriod, OrganisationPeriod.organisation_id == Organisation.id)
        .outerjoin(unit, (unit.organisation_id == OrganisationPeriod.parent_id) & current_period(day, unit))
        .where(current_period(day), within(actor.scope(Permission.ORGANISATIONS_VIEW), PLACE_OF_PERIOD))
        .where(Organisation.kind.in_([kind.value for kind in STAFF if wanted.kind in (None, kind)]))
    )
    if wanted.name is not None:
        query = query.where(OrganisationPeriod.name.contains(wanted.name, autoescape=True))
    if wanted.code is not None:
        query = query.where(
            (Organisation.code == wanted.code) | (OrganisationPeriod.local_code == wanted.code)
        )
    if wanted.institution_code is not None:
        query = query.where(Organisation.institution_code == wanted.institution_code)
    if wanted.unit_id is not None:
        query = query.where(OrganisationPeriod.parent_id == wanted.unit_id)
    if wanted.right is not None:
        held = (StaffRight.organisation_id == Organisation.id) & (StaffRight.right_name == wanted.right.value)
        query = query.where(exists().where(held, held_on(day)))
    return query


def _rights(session: Session, ids: Sequence[UUID], day: date) -> dict[UUID, list[RightView]]:
    rows = session.scalars(
        select(StaffRight)
        .where(StaffRight.organisation_id.in_(ids), held_on(day))
        .order_by(StaffRight.right_name)
    )
    found: dict[UUID, list[RightView]] = {}
    for row in rows:
        found.setdefault(row.organisation_id, []).append(view(row))
    return found


def _view(
    person: Organisation, period: OrganisationPeriod, unit_name: str | None, rights: list[RightView]
) -> StaffView:
    kind = Kind(person.kind)
    return StaffView(
        id=person.id,
        kind=kind,
        kind_label=kind.label,
        code=person.code,
        local_code=period.local_code,
        name=period.name,
        title=period.title,
        unit_id=period.parent_id,
        unit_name=unit_name,
        institution_code=person.institution_code,
        valid_from=period.valid_from,
        valid_to=period.valid_to,
        rights=rights,
    )
