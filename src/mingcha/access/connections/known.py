"""Connections with their secrets, as the gateways know them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from mingcha.access.connections.services import used_on
from mingcha.access.connections.states import ConnectionState
from mingcha.access.context import Access
from mingcha.store.database.connections import ConnectionRow


@dataclass(frozen=True)
class KnownConnection:
    """A connection with its secret, for the gateway that checks signatures."""

    institution_id: str
    access_key: str
    secret: str | None
    networks: tuple[str, ...]
    a_second: int
    a_day: int | None
    used_today: int
    services: frozenset[str]
    trial: bool
    demonstration: bool
    framed_by: tuple[str, ...] = ()


def known_connections(access: Access) -> list[KnownConnection]:
    """The connections that may call, for the gateway."""
    with access.database.reading() as session:
        rows = session.scalars(select(ConnectionRow).where(ConnectionRow.state != ConnectionState.STOPPED))
        used = used_on(session, access.today())
        return [
            KnownConnection(
                row.institution_id,
                row.access_key,
                None if row.secret is None else access.keys.open(row.secret, about_secret(row.id)),
                tuple(row.networks),
                row.a_second,
                row.a_day,
                used.get(row.institution_id, 0),
                frozenset(row.services),
                row.state == ConnectionState.TRIAL,
                row.state == ConnectionState.DEMONSTRATION,
                tuple(row.framed_by),
            )
            for row in rows
        ]


def about_secret(row_id: UUID) -> str:
    """What the secret of a connection is sealed for; `keys rotate` names it alike: table, column, key."""
    return f"connections.secret:{row_id}"
