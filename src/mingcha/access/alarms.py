"""Alarms about abnormal use, for the auditor: seen with what is behind them, answered at once, concluded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mingcha.access.abnormal_use import WATCH_OF, AlarmRule, behind, is_odd
from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Denied, missing
from mingcha.access.labelled import Labelled
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.access.scope import within
from mingcha.access.standing import PLACE_OF_PERIOD, current_period
from mingcha.access.trail import Action, Entry, record, shown
from mingcha.access.users_known import check_not_above, check_not_oneself, user_within
from mingcha.store.database.alarms import Alarm
from mingcha.store.database.organisations import OrganisationPeriod
from mingcha.store.database.people import User
from mingcha.store.database.trail import TrailEntry

_ENTRIES_SHOWN = 200


class Conclusion(Labelled):
    """What an alarm turned out to be."""

    ABUSE = "abuse", "确属违规使用"
    EXPLAINED = "explained", "工作需要，已说明"
    FALSE_ALARM = "false_alarm", "误报"


@dataclass(frozen=True)
class AlarmView:
    """An alarm as the auditor reads it."""

    id: UUID
    rule: AlarmRule
    rule_label: str
    user_id: UUID | None
    subject: str
    user_status: str | None
    user_restricted: bool | None
    since: datetime
    until: datetime
    counted: int
    threshold: int
    raised_at: datetime
    conclusion: Conclusion | None
    conclusion_label: str | None
    note: str | None
    handled_at: datetime | None


@dataclass(frozen=True)
class AlarmDetail:
    """An alarm, and the trail's entries behind it, the newest first."""

    alarm: AlarmView
    entries: list[Entry]


@dataclass(frozen=True)
class AlarmFilter:
    """Which alarms; what is left out limits nothing."""

    handled: bool | None = None
    rule: AlarmRule | None = None
    user_id: UUID | None = None


_SORTS = {
    "raised_at": Alarm.raised_at,
    "rule": Alarm.rule,
    "counted": Alarm.counted,
    "subject": Alarm.subject,
    "handled_at": Alarm.handled_at,
}


def alarms(access: Access, actor: Actor, wanted: AlarmFilter, listing: Listing) -> Page[AlarmView]:
    """Alarms about users in the actor's scope; about nobody known, to whoever sees everything."""
    query = _joined(access, actor, Permission.ALARMS_VIEW)
    if wanted.handled is not None:
        query = query.where(Alarm.handled_at.is_not(None) if wanted.handled else Alarm.handled_at.is_(None))
    if wanted.rule is not None:
        query = query.where(Alarm.rule == wanted.rule.value)
    if wanted.user_id is not None:
        query = query.where(Alarm.user_id == wanted.user_id)
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="-raised_at", tie=Alarm.id)
        return Page([_view(row[0], row[1]) for row in found.items], found.total)


def alarm(access: Access, actor: Actor, alarm_id: UUID) -> AlarmDetail:
    """One alarm with what is behind it."""
    with access.database.reading() as session:
        row, user = _one(session, access, actor, Permission.ALARMS_VIEW, alarm_id)
        watch = WATCH_OF[AlarmRule(row.rule)]
        query = select(TrailEntry).where(behind(watch, row)).order_by(TrailEntry.id.desc())
        found = session.scalars(query.limit(_ENTRIES_SHOWN))
        entries = [shown(entry) for entry in found if not watch.odd or is_odd(access.policy.alarms, entry.at)]
        return AlarmDetail(_view(row, user), entries)


def handle(access: Access, actor: Actor, alarm_id: UUID, conclusion: Conclusion, note: str) -> AlarmView:
    """Say what an alarm turned out to be.

    Raises:
        Denied: it is about the actor.
        Conflict: it was concluded already.
    """
    with access.database.writing() as session:
        row, user = _one(session, access, actor, Permission.ALARMS_HANDLE, alarm_id)
        if row.user_id is not None and row.user_id == actor.user_id:
            raise Denied("不能处理关于本人的报警", remedy="请由另一位审计员处理")
        if row.handled_at is not None:
            raise Conflict("这条报警已经处理过", remedy="请刷新")
        row.conclusion, row.note = conclusion.value, note
        row.handled_by, row.handled_at = actor.user_id, access.now()
        session.flush()
        about, details = ("alarm", row.id), {"conclusion": conclusion.value}
        record(session, access, actor, Action.ALARM_HANDLED, about=about, reason=note, details=details)
        return _view(row, user)


def restrict(access: Access, actor: Actor, user_id: UUID, reason: str) -> None:
    """Take whole personal values and exports from a user at once; everything else goes on."""
    _set_restricted(access, actor, user_id, reason, restricted=True)


def lift(access: Access, actor: Actor, user_id: UUID, reason: str) -> None:
    """Let a user see whole personal values and export again, as far as the roles allow."""
    _set_restricted(access, actor, user_id, reason, restricted=False)


def _set_restricted(access: Access, actor: Actor, user_id: UUID, reason: str, *, restricted: bool) -> None:
    action = Action.USER_RESTRICTED if restricted else Action.USER_UNRESTRICTED
    with access.database.writing() as session:
        found = user_within(session, access, actor, Permission.ALARMS_HANDLE, user_id)
        check_not_oneself(actor, found)
        check_not_above(session, access, actor, Permission.ALARMS_HANDLE, found)
        found.restricted = restricted
        session.flush()
        record(session, access, actor, action, about=("user", found.id), reason=reason)


def _joined(access: Access, actor: Actor, permission: Permission) -> Select[*tuple[Any, ...]]:
    place = (OrganisationPeriod.organisation_id == User.organisation_id) & current_period(access.today())
    return (
        select(Alarm, User)
        .outerjoin(User, User.id == Alarm.user_id)
        .outerjoin(OrganisationPeriod, place)
        .where(within(actor.scope(permission), PLACE_OF_PERIOD))
    )


def _one(
    session: Session, access: Access, actor: Actor, permission: Permission, alarm_id: UUID
) -> tuple[Alarm, User | None]:
    query = _joined(access, actor, permission).where(Alarm.id == alarm_id)
    found = session.execute(query.with_for_update(of=Alarm)).one_or_none()
    if found is None:
        raise missing("这条报警")
    return found[0], found[1]


def _view(row: Alarm, user: User | None) -> AlarmView:
    rule = AlarmRule(row.rule)
    conclusion = None if row.conclusion is None else Conclusion(row.conclusion)
    return AlarmView(
        id=row.id,
        rule=rule,
        rule_label=rule.label,
        user_id=row.user_id,
        subject=row.subject,
        user_status=None if user is None else user.status,
        user_restricted=None if user is None else user.restricted,
        since=row.since,
        until=row.until,
        counted=row.counted,
        threshold=row.threshold,
        raised_at=row.raised_at,
        conclusion=conclusion,
        conclusion_label=None if conclusion is None else conclusion.label,
        note=row.note,
        handled_at=row.handled_at,
    )
