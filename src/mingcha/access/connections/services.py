"""The services that hospitals' systems can be given: the catalogue, and how much each is used."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.connections.reached import institutions_in
from mingcha.access.connections.states import ConnectionState
from mingcha.access.context import Access
from mingcha.access.labelled import Labelled
from mingcha.access.permissions import Permission
from mingcha.access.scope import EVERYTHING
from mingcha.store.database.calls import CallTally
from mingcha.store.database.connections import ConnectionRow

USED_OVER = timedelta(days=7)


class Service(Labelled):
    """What can be subscribed to. Feedback, signing in and out come with each of them."""

    BEFORE = "before", "事前审核"
    DURING = "during", "事中审核"
    RECORDS = "records", "病历与检查"


@dataclass(frozen=True)
class Offer:
    """A line of the catalogue.

    Args:
        version: of what is sent and answered; a connection keeps working within its first number.
        since: the first day on which it was offered.
        calls_as: how it is called.
    """

    service: Service
    version: str
    since: date
    calls_as: str
    about: str


OFFERS = (
    Offer(
        Service.BEFORE,
        "1.0",
        date(2026, 11, 27),
        "POST /fsi/api，infno 3101",
        "开方、下医嘱、收费登记时审核，结果用 3103 反馈",
    ),
    Offer(
        Service.DURING,
        "1.0",
        date(2026, 11, 27),
        "POST /fsi/api，infno 3102",
        "结算前审核，结果用 3103 反馈",
    ),
    Offer(
        Service.RECORDS,
        "1.0",
        date(2026, 11, 28),
        "POST /fsi/api，infno 4301、4302、4401、4402、4501 至 4505",
        "病历、手术、医嘱、检查检验报告，成为健康档案里有日期和来源的事实",
    ),
)

AUDITS = frozenset({"3101", "3102"})
# 4402A is the form of 4402 in which some provinces ask for orders.
CARE = frozenset({"4301", "4302", "4401", "4402", "4402A", "4501", "4502", "4503", "4504", "4505"})
OF_TRANSACTION = {"3101": Service.BEFORE, "3102": Service.DURING, **dict.fromkeys(CARE, Service.RECORDS)}
_AUDITING = [OF_TRANSACTION[one].value for one in AUDITS]


@dataclass(frozen=True)
class OfferView:
    """A line of the catalogue with who uses it, among the institutions in the actor's scope.

    Args:
        trying, live: institutions that are connected with it and try it, or use it.
        calls, not_audited, refused: over the last seven days, today among them.
    """

    code: str
    name: str
    version: str
    since: date
    calls_as: str
    about: str
    trying: int
    live: int
    calls: int
    not_audited: int
    refused: int


def used_on(session: Session, day: date) -> Mapping[str, int]:
    """Bills that each institution had audited on a day, before and during."""
    query = (
        select(CallTally.institution_id, func.sum(CallTally.calls))
        .where(CallTally.day == day, CallTally.service.in_(_AUDITING))
        .group_by(CallTally.institution_id)
    )
    return {institution: int(calls) for institution, calls in session.execute(query)}


@dataclass(frozen=True)
class Used:
    """How much a service was called."""

    calls: int
    not_audited: int
    refused: int


def used_since(session: Session, day: date, institutions: Collection[str]) -> Mapping[str, Used]:
    """Calls of some institutions after a day, by service."""
    query = (
        select(
            CallTally.service,
            func.sum(CallTally.calls),
            func.sum(CallTally.not_audited),
            func.sum(CallTally.refused),
        )
        .where(CallTally.day > day, CallTally.institution_id.in_(institutions))
        .group_by(CallTally.service)
    )
    return {service: Used(*map(int, counts)) for service, *counts in session.execute(query)}


def catalogue(access: Access, actor: Actor) -> list[OfferView]:
    """The services that can be subscribed to, and how much they are used in the actor's scope."""
    scope = actor.scope(Permission.CONNECTIONS_EDIT)
    reached = (
        true() if scope == EVERYTHING else ConnectionRow.institution_id.in_(institutions_in(access, scope))
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
