"""Things that belong to a place: set to their maker's, and seen by whose scope holds it, and by their maker."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor, console
from mingcha.access.context import Access
from mingcha.access.permissions import WITHHELD, Permission
from mingcha.access.scope import Place, PlaceColumns, within
from mingcha.access.standing import held_by, place_today
from mingcha.store.database.people import User
from mingcha.store.database.placed import Placed


def do_place(session: Session, access: Access, actor: Actor, row: Placed) -> None:
    """Let a new row belong to the actor, at the place where the actor stands today."""
    place = _place_of_actor(session, access, actor)
    row.created_by = actor.user_id
    row.region_code = place.region
    row.institution_code = place.institution
    row.department_code = place.department
    row.doctor_code = place.doctor


def _place_of_actor(session: Session, access: Access, actor: Actor) -> Place:
    at = session.scalar(select(User.organisation_id).where(User.id == actor.user_id))
    place = None if at is None else place_today(session, at, access.today())
    return place or Place()


def belongs(actor: Actor, permission: Permission, table: type[Placed]) -> ColumnElement[bool]:
    """The condition that keeps a query to what the actor may reach by a permission, and what is the actor's own.

    Raises:
        Denied: the actor does not have the permission.
    """
    columns = PlaceColumns(
        table.region_code, table.institution_code, table.department_code, table.doctor_code
    )
    reached = within(actor.scope(permission), columns)
    return reached if actor.user_id is None else or_(reached, table.created_by == actor.user_id)


def maker(session: Session, access: Access, row: Placed, via: str) -> Actor:
    """Whoever made a row, with what they may do today: what is done later in their name is done by their rights."""
    if row.created_by is None:
        return replace(console("后台"), via=via)
    user = session.get_one(User, row.created_by)
    held = held_by(session, user, access.today()) if user.status == "active" else ()
    withheld = WITHHELD if user.restricted else frozenset[Permission]()
    return Actor(user.id, user.login, held, via=via, withheld=withheld)
