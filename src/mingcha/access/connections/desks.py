"""Where orders may be tried: institutions in whose name the simulator sends."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select

from mingcha.access.actor import Actor
from mingcha.access.connections.states import ConnectionState
from mingcha.access.context import Access
from mingcha.access.errors import missing
from mingcha.access.permissions import Permission
from mingcha.access.scope import within
from mingcha.access.standing import PLACE_OF_PERIOD, current_period
from mingcha.store.database.connections import ConnectionRow
from mingcha.store.database.organisations import OrganisationPeriod


@dataclass(frozen=True)
class Desk:
    """An institution in whose name the simulator may send.

    Args:
        region: where it is, empty where it is not said.
        demonstration: what is settled becomes history; otherwise it is only tried.
    """

    institution_id: str
    name: str
    region: str
    demonstration: bool


def desks(access: Access, actor: Actor) -> list[Desk]:
    """Where the actor may try orders: never in the name of an institution whose connection is live."""
    scope = actor.scope(Permission.SIMULATOR_USE)
    period = OrganisationPeriod
    own = [reach.institution for reach in scope.reaches if reach.institution is not None]
    query = (
        select(ConnectionRow, period.name, period.region_code)
        .join(period, period.institution_code == ConnectionRow.institution_id)
        .where(current_period(access.today()), period.department_code.is_(None))
        .where(or_(within(scope, PLACE_OF_PERIOD), period.institution_code.in_(own)))
        .where(ConnectionRow.state.in_((ConnectionState.TRIAL, ConnectionState.DEMONSTRATION)))
        .order_by(ConnectionRow.institution_id)
    )
    with access.database.reading() as session:
        return [
            Desk(row.institution_id, name, region or "", row.state == ConnectionState.DEMONSTRATION)
            for row, name, region in session.execute(query)
        ]


def desk(access: Access, actor: Actor, institution_id: str) -> Desk:
    """One of them.

    Raises:
        Missing: it is none of them.
    """
    for one in desks(access, actor):
        if one.institution_id == institution_id:
            return one
    raise missing("可以模拟的机构")
