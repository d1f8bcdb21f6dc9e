"""Announcements: said to those of some roles, or to all, from a day to a day; who has read them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid, missing
from mingcha.access.labelled import Labelled
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.access.roles import Role
from mingcha.access.trail import Action, record
from mingcha.store.database.administration import Announcement, AnnouncementRead

# Nobody reads more at once; older ones end by themselves.
_SHOWN_AT_MOST = 50


class AnnouncementState(Labelled):
    """Whether it is said."""

    PLANNED = "planned", "未开始"
    CURRENT = "current", "发布中"
    OVER = "over", "已结束"
    WITHDRAWN = "withdrawn", "已撤回"


@dataclass(frozen=True)
class Written:
    """What an announcement says, to whom and when.

    Args:
        roles: only to these; to all where none is named.
        before_sign_in: also on the page where people sign in, for everybody to see.
    """

    title: str
    text: str
    valid_from: date
    valid_to: date | None = None
    roles: frozenset[Role] | None = None
    before_sign_in: bool = False


@dataclass(frozen=True)
class AnnouncementView:
    """An announcement as whoever writes them sees it."""

    id: UUID
    title: str
    text: str
    valid_from: date
    valid_to: date | None
    roles: list[str] | None
    before_sign_in: bool
    created_at: datetime
    created_by: str
    state: AnnouncementState
    readers: int


@dataclass(frozen=True)
class Notice:
    """An announcement as it is read."""

    id: UUID
    title: str
    text: str
    valid_from: date
    read: bool


@dataclass(frozen=True)
class AnnouncementFilter:
    """What to look for; what is left out limits nothing."""

    text: str | None = None
    state: AnnouncementState | None = None


_SORTS = {
    "title": Announcement.title,
    "valid_from": Announcement.valid_from,
    "valid_to": Announcement.valid_to,
    "created_at": Announcement.created_at,
}


def announcements(
    access: Access, actor: Actor, wanted: AnnouncementFilter, listing: Listing
) -> Page[AnnouncementView]:
    """All that was and will be said."""
    actor.check_whole(Permission.ANNOUNCEMENTS_EDIT)
    today = access.today()
    query = select(Announcement)
    if wanted.text is not None:
        said = or_(
            Announcement.title.contains(wanted.text, autoescape=True),
            Announcement.text.contains(wanted.text, autoescape=True),
        )
        query = query.where(said)
    if wanted.state is not None:
        query = query.where(_in_state(wanted.state, today))
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="-created_at", tie=Announcement.id)
        rows = [row[0] for row in found.items]
        readers = _readers(session, [row.id for row in rows])
        return Page([_view(row, readers.get(row.id, 0), today) for row in rows], found.total)


def publish(access: Access, actor: Actor, written: Written) -> AnnouncementView:
    """Say something."""
    actor.check_whole(Permission.ANNOUNCEMENTS_EDIT)
    _check(written)
    with access.database.writing() as session:
        row = Announcement(**_columns(written), created_at=access.now(), created_by=actor.login)
        session.add(row)
        session.flush()
        about = ("announcement", row.id)
        record(
            session, access, actor, Action.ANNOUNCEMENT_MADE, about=about, details={"title": written.title}
        )
        return _view(row, 0, access.today())


def change(access: Access, actor: Actor, announcement_id: UUID, written: Written) -> AnnouncementView:
    """Say it otherwise; who has read it before is asked to read it again.

    Raises:
        Missing: no such announcement.
        Invalid: it was withdrawn, or would end before it begins.
    """
    actor.check_whole(Permission.ANNOUNCEMENTS_EDIT)
    _check(written)
    with access.database.writing() as session:
        row = _living(session, announcement_id)
        changed = {name: value for name, value in _columns(written).items() if getattr(row, name) != value}
        for name, value in changed.items():
            setattr(row, name, value)
        if changed.keys() & {"title", "text"}:
            session.execute(
                delete(AnnouncementRead).where(AnnouncementRead.announcement_id == announcement_id)
            )
        about = ("announcement", row.id)
        details = {"title": row.title, "changed": sorted(changed)}
        record(session, access, actor, Action.ANNOUNCEMENT_CHANGED, about=about, details=details)
        session.flush()
        return _view(row, _readers(session, [row.id]).get(row.id, 0), access.today())


def withdraw(access: Access, actor: Actor, announcement_id: UUID, reason: str) -> AnnouncementView:
    """No longer say it.

    Raises:
        Missing: no such announcement.
        Invalid: it was withdrawn before.
    """
    actor.check_whole(Permission.ANNOUNCEMENTS_EDIT)
    with access.database.writing() as session:
        row = _living(session, announcement_id)
        row.withdrawn_at = access.now()
        about = ("announcement", row.id)
        record(session, access, actor, Action.ANNOUNCEMENT_WITHDRAWN, about=about, reason=reason)
        return _view(row, _readers(session, [row.id]).get(row.id, 0), access.today())


def notices(access: Access, actor: Actor) -> list[Notice]:
    """What is said to the actor today, unread first."""
    actor.check(Permission.OWN_ACCOUNT)
    roles = {held.role.value for held in actor.held}
    with access.database.reading() as session:
        rows = [
            row
            for row in session.scalars(_current(access.today()))
            if row.roles is None or roles & set(row.roles)
        ][:_SHOWN_AT_MOST]
        read = set(
            session.scalars(
                select(AnnouncementRead.announcement_id).where(
                    AnnouncementRead.user_id == actor.user_id,
                    AnnouncementRead.announcement_id.in_([row.id for row in rows]),
                )
            )
        )
    shown = [Notice(row.id, row.title, row.text, row.valid_from, row.id in read) for row in rows]
    return sorted(shown, key=lambda notice: notice.read)


def notices_before_sign_in(access: Access) -> list[Notice]:
    """What is said today to everybody who comes to sign in."""
    query = _current(access.today()).where(Announcement.before_sign_in.is_(True)).limit(3)
    with access.database.reading() as session:
        return [Notice(row.id, row.title, row.text, row.valid_from, False) for row in session.scalars(query)]


def mark_read(access: Access, actor: Actor, announcement_id: UUID) -> None:
    """The actor has read it.

    Raises:
        Missing: nothing of the kind is said to the actor.
    """
    if all(notice.id != announcement_id for notice in notices(access, actor)) or actor.user_id is None:
        raise missing("这条公告")
    with access.database.writing() as session:
        key = {"announcement_id": announcement_id, "user_id": actor.user_id}
        if session.get(AnnouncementRead, key) is None:
            session.add(AnnouncementRead(**key, read_at=access.now()))


def _check(written: Written) -> None:
    if written.valid_to is not None and written.valid_to < written.valid_from:
        raise Invalid("结束日期早于开始日期", where="valid_to", remedy="请改正日期")
    if written.before_sign_in and written.roles is not None:
        raise Invalid(
            "登录页上的公告谁都看得见，不能只给部分角色",
            where="roles",
            remedy="请选“全部角色”，或不在登录页显示",
        )


def _columns(written: Written) -> dict[str, Any]:
    return {**asdict(written), "roles": None if written.roles is None else sorted(written.roles)}


def _living(session: Session, announcement_id: UUID) -> Announcement:
    row = session.get(Announcement, announcement_id, with_for_update=True)
    if row is None:
        raise missing("这条公告")
    if row.withdrawn_at is not None:
        raise Invalid("这条公告已撤回", remedy="需要再说一遍时，请新发一条")
    return row


def _current(day: date) -> Select[Announcement]:
    current = _in_state(AnnouncementState.CURRENT, day)
    return select(Announcement).where(current).order_by(Announcement.valid_from.desc(), Announcement.id)


def _in_state(state: AnnouncementState, day: date) -> ColumnElement[bool]:
    if state is AnnouncementState.WITHDRAWN:
        return Announcement.withdrawn_at.is_not(None)
    begun = Announcement.valid_from <= day
    ended = and_(Announcement.valid_to.is_not(None), Announcement.valid_to < day)
    standing = {
        AnnouncementState.PLANNED: ~begun,
        AnnouncementState.CURRENT: and_(begun, ~ended),
        AnnouncementState.OVER: ended,
    }[state]
    return and_(Announcement.withdrawn_at.is_(None), standing)


def _readers(session: Session, ids: list[UUID]) -> dict[UUID, int]:
    counted = (
        select(AnnouncementRead.announcement_id, func.count())
        .where(AnnouncementRead.announcement_id.in_(ids))
        .group_by(AnnouncementRead.announcement_id)
    )
    return {announcement_id: readers for announcement_id, readers in session.execute(counted)}


def _view(row: Announcement, readers: int, day: date) -> AnnouncementView:
    if row.withdrawn_at is not None:
        state = AnnouncementState.WITHDRAWN
    elif row.valid_from > day:
        state = AnnouncementState.PLANNED
    elif row.valid_to is not None and row.valid_to < day:
        state = AnnouncementState.OVER
    else:
        state = AnnouncementState.CURRENT
    return AnnouncementView(
        id=row.id,
        title=row.title,
        text=row.text,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        roles=row.roles,
        before_sign_in=row.before_sign_in,
        created_at=row.created_at,
        created_by=row.created_by,
        state=state,
        readers=readers,
    )
