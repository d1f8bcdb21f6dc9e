"""Connections as administrators see, give, change and take them back."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from mingcha.access.actor import Actor
from mingcha.access.connections.framing import addresses
from mingcha.access.connections.known import about_secret
from mingcha.access.connections.reached import check_reached, connection_of, institutions_in
from mingcha.access.connections.services import Service, used_on
from mingcha.access.connections.states import ConnectionState
from mingcha.access.context import Access
from mingcha.access.errors import Invalid, missing
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.access.scope import EVERYTHING
from mingcha.access.trail import Action, record
from mingcha.store.database.connections import ConnectionRow

MOST_A_SECOND = 10_000
MOST_A_DAY = 100_000_000
_SORTS = {"institution_id": ConnectionRow.institution_id, "state": ConnectionRow.state}


@dataclass(frozen=True)
class ConnectionView:
    """A connection as administrators see it."""

    institution_id: str
    access_key: str
    signed: bool
    networks: list[str]
    a_second: int
    a_day: int | None
    used_today: int
    services: list[Service]
    framed_by: list[str]
    state: str


def connections(access: Access, actor: Actor, listing: Listing) -> Page[ConnectionView]:
    """The connections of institutions in the actor's scope."""
    scope = actor.scope(Permission.CONNECTIONS_EDIT)
    query = select(ConnectionRow)
    if scope != EVERYTHING:
        query = query.where(ConnectionRow.institution_id.in_(institutions_in(access, scope)))
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="institution_id", tie=ConnectionRow.id)
        used = used_on(session, access.today())
        return Page([_view(row[0], used) for row in found.items], found.total)


def connect(
    access: Access,
    actor: Actor,
    institution_id: str,
    *,
    signed: bool = True,
    networks: Sequence[str] = (),
    a_second: int = 200,
    a_day: int | None = None,
    services: Collection[Service] = tuple(Service),
    state: ConnectionState = ConnectionState.TRIAL,
    new_secret: bool = False,
) -> tuple[ConnectionView, str | None]:
    """Connect an institution, or change how it is; returns its new secret too, which is shown once, None without one.

    Args:
        new_secret: in the place of the one that an institution signs by already; otherwise that one stays.

    Raises:
        Invalid: an address that is none, or unsigned messages from anywhere.
        Missing: no such institution in the scope.
    """
    _check_no_demonstration(actor, state)
    scope = actor.scope(Permission.CONNECTIONS_EDIT)
    _check_callers(networks, signed=signed)
    if not services:
        raise Invalid("没有选择服务", where="services", remedy="请至少选择一项；不用时请停用")
    if not 0 < a_second <= MOST_A_SECOND:
        raise Invalid("每秒次数超出范围", where="a_second", remedy=f"1 到 {MOST_A_SECOND}")
    secret = None
    with access.database.writing() as session:
        check_reached(session, access, scope, institution_id)
        row = connection_of(session, institution_id)
        if row is None:
            row = ConnectionRow(
                id=uuid4(),
                institution_id=institution_id,
                access_key=secrets.token_hex(10),
                created_at=access.now(),
                framed_by=[],
            )
            session.add(row)
        if not signed:
            row.secret = None
        elif row.secret is None or new_secret:
            secret = secrets.token_hex(20)
            row.secret = access.keys.seal(secret, about_secret(row.id))
        row.networks, row.a_second, row.a_day, row.state = list(networks), a_second, a_day, state
        row.services = [one.value for one in Service if one in services]
        session.flush()
        details = {
            "signed": signed,
            "new_secret": secret is not None,
            "networks": list(networks),
            "a_second": a_second,
            "a_day": a_day,
            "services": row.services,
            "state": state,
        }
        about = ("connection", institution_id)
        record(session, access, actor, Action.CONNECTION_CHANGED, about=about, details=details)
        return _view(row, used_on(session, access.today())), secret


def change_state(access: Access, actor: Actor, institution_id: str, state: ConnectionState) -> ConnectionView:
    """Take a connection live, back to trial, or stop it; its secret stays.

    Raises:
        Missing: there is none.
    """
    _check_no_demonstration(actor, state)
    return _change(access, actor, institution_id, state=state)


def frame_by(access: Access, actor: Actor, institution_id: str, written: Sequence[str]) -> ConnectionView:
    """Name the addresses whose pages may frame the embedded pages of an institution; anybody's where none is named.

    Raises:
        Invalid: one of them is no address of pages.
        Missing: there is no such connection.
    """
    return _change(access, actor, institution_id, framed_by=addresses(written))


def _check_callers(networks: Sequence[str], *, signed: bool) -> None:
    """Refuse what would let anybody call."""
    for network in networks:
        try:
            ip_network(network)
        except ValueError:
            raise Invalid(f"“{network}”不是网络地址", where="networks", remedy="例如 10.1.0.0/16") from None
    if not (signed or networks):
        raise Invalid("不签名的接入须限定来源地址", where="networks", remedy="请填写医院接口服务器的地址")


def _change(access: Access, actor: Actor, institution_id: str, **changed: Any) -> ConnectionView:
    """Change what does not touch the secret."""
    scope = actor.scope(Permission.CONNECTIONS_EDIT)
    with access.database.writing() as session:
        check_reached(session, access, scope, institution_id)
        row = connection_of(session, institution_id)
        if row is None:
            raise missing("这个接入")
        for name, value in changed.items():
            setattr(row, name, value)
        about = ("connection", institution_id)
        record(session, access, actor, Action.CONNECTION_CHANGED, about=about, details=changed)
        return _view(row, used_on(session, access.today()))


def _check_no_demonstration(actor: Actor, state: ConnectionState) -> None:
    """Refuse to let history be invented, but by whoever made the whole installation for a demonstration."""
    if state is ConnectionState.DEMONSTRATION and not actor.console:
        raise Invalid("演示的接入只由 mingcha demo 建立", where="state", remedy="试用请选“联调”")


def _view(row: ConnectionRow, used: Mapping[str, int]) -> ConnectionView:
    return ConnectionView(
        row.institution_id,
        row.access_key,
        row.secret is not None,
        list(row.networks),
        row.a_second,
        row.a_day,
        used.get(row.institution_id, 0),
        [Service(one) for one in row.services],
        list(row.framed_by),
        row.state,
    )
