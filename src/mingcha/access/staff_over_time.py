"""All periods of organisations and of their rights, for who lays them beside bills."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.permissions import Permission
from mingcha.access.scope import within
from mingcha.access.standing import PLACE_OF_PERIOD
from mingcha.store.database.organisations import Organisation, OrganisationPeriod, StaffRight

Periods = list[tuple[Organisation, OrganisationPeriod]]


def over_time(access: Access, actor: Actor) -> tuple[Periods, dict[UUID, list[StaffRight]]]:
    """Every period of every organisation in the actor's scope, and the rights of each, the oldest first."""
    query = (
        select(Organisation, OrganisationPeriod)
        .join(OrganisationPeriod, OrganisationPeriod.organisation_id == Organisation.id)
        .where(within(actor.scope(Permission.ORGANISATIONS_VIEW), PLACE_OF_PERIOD))
        .order_by(Organisation.code, OrganisationPeriod.valid_from)
    )
    with access.database.reading() as session:
        periods: Periods = [(one, period) for one, period in session.execute(query)]
        rights: dict[UUID, list[StaffRight]] = {one.id: [] for one, _ in periods}
        for row in session.scalars(select(StaffRight).order_by(StaffRight.valid_from)):
            if row.organisation_id in rights:
                rights[row.organisation_id].append(row)
    return periods, rights
