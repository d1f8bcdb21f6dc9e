"""What somebody is told of in the page: written by whoever has something to tell, read by the one it is for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import missing
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.store.database.notifications import Notification


@dataclass(frozen=True)
class NotificationView:
    """A message as its reader sees it."""

    id: UUID
    at: datetime
    kind: str
    title: str
    link: str | None
    read_at: datetime | None


_SORTS = {"at": Notification.at}


def do_notify(
    session: Session, access: Access, user_id: UUID, kind: str, title: str, link: str | None = None
) -> None:
    """Tell a user something, in the transaction that it is about.

    Args:
        kind: what programs know it by, such as run.done.
        link: the address of the page where it can be looked at.
    """
    session.add(Notification(user_id=user_id, at=access.now(), kind=kind, title=title[:250], link=link))


def own_notifications(
    access: Access, actor: Actor, listing: Listing, *, unread: bool = False
) -> Page[NotificationView]:
    """What the actor was told, the newest first."""
    actor.check(Permission.OWN_ACCOUNT)
    query = select(Notification).where(Notification.user_id == actor.user_id)
    if unread:
        query = query.where(Notification.read_at.is_(None))
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="-at", tie=Notification.id)
        return Page([_view(row[0]) for row in found.items], found.total)


def unread_count(access: Access, actor: Actor) -> int:
    """How much the actor has not read yet."""
    actor.check(Permission.OWN_ACCOUNT)
    query = (
        select(func.count())
        .select_from(Notification)
        .where(Notification.user_id == actor.user_id, Notification.read_at.is_(None))
    )
    with access.database.reading() as session:
        return session.scalar(query) or 0


def mark_read(access: Access, actor: Actor, notification_id: UUID | None = None) -> None:
    """Note that the actor has read one message, or all of them.

    Raises:
        Missing: the actor has no such message.
    """
    actor.check(Permission.OWN_ACCOUNT)
    own = update(Notification).where(Notification.user_id == actor.user_id)
    with access.database.writing() as session:
        if notification_id is not None:
            known = select(Notification.id).where(
                Notification.id == notification_id, Notification.user_id == actor.user_id
            )
            if session.scalar(known) is None:
                raise missing("这条通知")
            own = own.where(Notification.id == notification_id)
        session.execute(own.where(Notification.read_at.is_(None)).values(read_at=access.now()))


def _view(row: Notification) -> NotificationView:
    return NotificationView(row.id, row.at, row.kind, row.title, row.link, row.read_at)
