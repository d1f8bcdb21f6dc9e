"""Connections of institutions' systems: given, changed and taken back by administrators, read by the gateways."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, or_, select, true
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Denied, Invalid, missing
from mingcha.access.framing import addresses
from mingcha.access.labelled import Labelled
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.access.scope import EVERYTHING, Scope, within
from mingcha.access.services import OFFERS, USED_OVER, Offer, OfferView, Service, Used, used_on, used_since
from mingcha.access.standing import PLACE_OF_PERIOD, current_period
from mingcha.access.trail import Action, record
from mingcha.store.database.connections import ConnectionRow
from mingcha.store.database.organisations import OrganisationPeriod

MOST_A_SECOND = 10_000
MOST_A_DAY = 100_000_000


class ConnectionState(Labelled):
    """How far a connection is."""

    TRIAL = "trial", "联调"
    LIVE = "live", "上线"
    STOPPED = "stopped", "停用"
    # Of an institution that is not there: what the simulator settles becomes history. Only the demonstration makes one.
    DEMONSTRATION = "demonstration", "演示"


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


_SORTS = {"institution_id": ConnectionRow.institution_id, "state": ConnectionRow.state}


def connections(access: Access, actor: Actor, listing: Listing) -> Page[ConnectionView]:
    """The connections of institutions in the actor's scope."""
    scope = actor.scope(Permission.CONNECTIONS_EDIT)
    query = select(ConnectionRow)
    if scope != EVERYTHING:
        query = query.where(ConnectionRow.institution_id.in_(_institutions(access, scope)))
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
    for network in networks:
        try:
            ip_network(network)
        except ValueError:
            raise Invalid(f"“{network}”不是网络地址", where="networks", remedy="例如 10.1.0.0/16") from None
    if not (signed or networks):
        raise Invalid("不签名的接入须限定来源地址", where="networks", remedy="请填写医院接口服务器的地址")
    if not services:
        raise Invalid("没有选择服务", where="services", remedy="请至少选择一项；不用时请停用")
    if not 0 < a_second <= MOST_A_SECOND:
        raise Invalid("每秒次数超出范围", where="a_second", remedy=f"1 到 {MOST_A_SECOND}")
    secret = None
    with access.database.writing() as session:
        _check_reached(session, access, scope, institution_id)
        row = _row(session, institution_id)
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
            row.secret = access.keys.seal(secret, _about(row.id))
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
        record(
            session,
            access,
            actor,
            Action.CONNECTION_CHANGED,
            about=("connection", institution_id),
            details=details,
        )
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


def _change(access: Access, actor: Actor, institution_id: str, **changed: Any) -> ConnectionView:
    """Change what does not touch the secret."""
    scope = actor.scope(Permission.CONNECTIONS_EDIT)
    with access.database.writing() as session:
        _check_reached(session, access, scope, institution_id)
        row = _row(session, institution_id)
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


def catalogue(access: Access, actor: Actor) -> list[OfferView]:
    """The services that can be subscribed to, and how much they are used in the actor's scope."""
    scope = actor.scope(Permission.CONNECTIONS_EDIT)
    reached = (
        true() if scope == EVERYTHING else ConnectionRow.institution_id.in_(_institutions(access, scope))
    )
    with access.database.reading() as session:
        rows = list(session.scalars(select(ConnectionRow).where(reached)))
        used = used_since(session, access.today() - USED_OVER, {row.institution_id for row in rows})
    return [_offered(offer, rows, used.get(offer.service, Used(0, 0, 0))) for offer in OFFERS]


def _offered(offer: Offer, rows: Sequence[ConnectionRow], used: Used) -> OfferView:
    states = [row.state for row in rows if offer.service in row.services]
    return OfferView(
        code=offer.service.value,
        name=offer.service.label,
        version=offer.version,
        since=offer.since,
        calls_as=offer.calls_as,
        about=offer.about,
        trying=states.count(ConnectionState.TRIAL),
        live=states.count(ConnectionState.LIVE),
        **vars(used),
    )


def check_may_ask(access: Access, actor: Actor, institution_id: str) -> None:
    """Refuse who may not ask for audits in the name of an institution.

    Raises:
        Missing: it is not in the actor's scope.
        Denied: its connection is stopped, whichever way one asks.
    """
    scope = actor.scope(Permission.AUDITS_ASK)
    with access.database.reading() as session:
        _check_reached(session, access, scope, institution_id)
        row = _row(session, institution_id)
        if row is not None and row.state == ConnectionState.STOPPED:
            raise Denied("这家机构的接入已停用", where="institution_id", remedy="请系统管理员上线后再请求")


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


def region_of(access: Access, scope: Scope, institution_id: str) -> str:
    """Where an institution of a scope is, empty where it is not said.

    Raises:
        Missing: it is not in the scope.
    """
    with access.database.reading() as session:
        _check_reached(session, access, scope, institution_id)
        found = session.scalar(
            select(OrganisationPeriod.region_code).where(
                current_period(access.today()),
                OrganisationPeriod.institution_code == institution_id,
                OrganisationPeriod.department_code.is_(None),
            )
        )
    return found or ""


def known_connections(access: Access) -> list[KnownConnection]:
    """The connections that may call, for the gateway."""
    with access.database.reading() as session:
        rows = session.scalars(select(ConnectionRow).where(ConnectionRow.state != ConnectionState.STOPPED))
        used = used_on(session, access.today())
        return [
            KnownConnection(
                row.institution_id,
                row.access_key,
                None if row.secret is None else access.keys.open(row.secret, _about(row.id)),
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


def _institutions(access: Access, scope: Scope) -> Select[str | None]:
    """The codes of the institutions that a scope reaches today."""
    return select(OrganisationPeriod.institution_code).where(
        current_period(access.today()),
        OrganisationPeriod.institution_code.is_not(None),
        OrganisationPeriod.department_code.is_(None),
        within(scope, PLACE_OF_PERIOD),
    )


def _check_reached(session: Session, access: Access, scope: Scope, institution_id: str) -> None:
    """Refuse an institution that is not there, or outside the scope; who may do everything may connect before that."""
    if scope == EVERYTHING:
        return
    reached = _institutions(access, scope).where(OrganisationPeriod.institution_code == institution_id)
    if session.scalar(reached.limit(1)) is None:
        raise missing("这家机构")


def _row(session: Session, institution_id: str) -> ConnectionRow | None:
    return session.scalar(select(ConnectionRow).where(ConnectionRow.institution_id == institution_id))


def _about(row_id: UUID) -> str:
    # `keys rotate` names the row in the same way: table, column, key.
    return f"connections.secret:{row_id}"
