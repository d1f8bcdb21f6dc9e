"""Institutions that a scope reaches, and who may ask in their name."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.connections.states import ConnectionState
from mingcha.access.context import Access
from mingcha.access.errors import Denied, missing
from mingcha.access.permissions import Permission
from mingcha.access.scope import EVERYTHING, Scope, within
from mingcha.access.standing import PLACE_OF_PERIOD, current_period
from mingcha.store.database.connections import ConnectionRow
from mingcha.store.database.organisations import OrganisationPeriod


def check_may_ask(access: Access, actor: Actor, institution_id: str) -> None:
    """Refuse who may not ask for audits in the name of an institution.

    Raises:
        Missing: it is not in the actor's scope.
        Denied: its connection is stopped, whichever way one asks.
    """
    scope = actor.scope(Permission.AUDITS_ASK)
    with access.database.reading() as session:
        check_reached(session, access, scope, institution_id)
        row = connection_of(session, institution_id)
        if row is not None and row.state == ConnectionState.STOPPED:
            raise Denied("这家机构的接入已停用", where="institution_id", remedy="请系统管理员上线后再请求")


def region_of(access: Access, scope: Scope, institution_id: str) -> str:
    """Where an institution of a scope is, empty where it is not said.

    Raises:
        Missing: it is not in the scope.
    """
    with access.database.reading() as session:
        check_reached(session, access, scope, institution_id)
        return known_region_of(session, access, institution_id)


def known_region_of(session: Session, access: Access, institution_id: str) -> str:
    """Where an institution is, as its own entry says today, empty where it is not said."""
    found = session.scalar(
        select(OrganisationPeriod.region_code).where(
            current_period(access.today()),
            OrganisationPeriod.institution_code == institution_id,
            OrganisationPeriod.department_code.is_(None),
        )
    )
    return found or ""


def institutions_in(access: Access, scope: Scope) -> Select[str | None]:
    """The codes of the institutions that a scope reaches today."""
    return select(OrganisationPeriod.institution_code).where(
        current_period(access.today()),
        OrganisationPeriod.institution_code.is_not(None),
        OrganisationPeriod.department_code.is_(None),
        within(scope, PLACE_OF_PERIOD),
    )


def check_reached(session: Session, access: Access, scope: Scope, institution_id: str) -> None:
    """Refuse an institution that is not there, or outside the scope; who may do everything may connect before that.

    Raises:
        Missing: it is not in the scope.
    """
    if scope == EVERYTHING:
        return
    reached = institutions_in(access, scope).where(OrganisationPeriod.institution_code == institution_id)
    if session.scalar(reached.limit(1)) is None:
        raise missing("这家机构")


def connection_of(session: Session, institution_id: str) -> ConnectionRow | None:
    """The row of an institution's connection, None where it has none."""
    return session.scalar(select(ConnectionRow).where(ConnectionRow.institution_id == institution_id))
