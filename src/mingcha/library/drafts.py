"""Drafts: who proposes what on which release, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, missing
from mingcha.access.labelled import Labelled
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.access.trail import Action, record
from mingcha.library.bases import newest_number
from mingcha.library.reach import check_office
from mingcha.store.database.drafts import Draft, DraftChange


class State(Labelled):
    """How far a draft has come."""

    EDITING = "editing", "编辑中"
    IN_REVIEW = "in_review", "待审"
    RETURNED = "returned", "退回"
    APPROVED = "approved", "已批准"
    PUBLISHED = "published", "已发布"
    ABANDONED = "abandoned", "已作废"


EDITABLE = (State.EDITING, State.RETURNED)
OPEN = (*EDITABLE, State.IN_REVIEW, State.APPROVED)


@dataclass(frozen=True)
class DraftView:
    """A draft as people see it.

    Args:
        base: number of the release that it stands on, 0 for none; `moved` is whether a newer one was published since.
        release: the release that it became.
        changes: how many changes count.
        involved: whether the one who looks made any of it, and so may not review it.
    """

    id: UUID
    title: str
    note: str
    state: State
    state_label: str
    author: str
    base: int
    moved: bool
    effective_from: date | None
    publish_at: datetime | None
    created_at: datetime
    changed_at: datetime
    release: int | None
    changes: int
    involved: bool


@dataclass(frozen=True)
class DraftFilter:
    """Which drafts; what is left out limits nothing."""

    state: State | None = None
    title: str | None = None
    author: str | None = None
    open: bool = False


_SORTS = {
    "title": Draft.title,
    "state": Draft.state,
    "author": Draft.author,
    "base": Draft.base,
    "created_at": Draft.created_at,
    "changed_at": Draft.changed_at,
}


def drafts(access: Access, actor: Actor, wanted: DraftFilter, listing: Listing) -> Page[DraftView]:
    """Drafts, those changed last first."""
    check_office(actor, Permission.KNOWLEDGE_VIEW)
    query = select(Draft)
    if wanted.state is not None:
        query = query.where(Draft.state == wanted.state.value)
    if wanted.open:
        query = query.where(Draft.state.in_([state.value for state in OPEN]))
    if wanted.title is not None:
        query = query.where(Draft.title.contains(wanted.title, autoescape=True))
    if wanted.author is not None:
        query = query.where(Draft.author == wanted.author)
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="-changed_at", tie=Draft.id)
        return Page([view(session, access, actor, row[0]) for row in found.items], found.total)


def draft(access: Access, actor: Actor, draft_id: UUID) -> DraftView:
    """One draft."""
    check_office(actor, Permission.KNOWLEDGE_VIEW)
    with access.database.reading() as session:
        return view(session, access, actor, row_of(session, draft_id))


def create(
    access: Access, actor: Actor, title: str, note: str = "", effective_from: date | None = None
) -> DraftView:
    """Begin a draft on the newest release."""
    check_office(actor, Permission.KNOWLEDGE_EDIT)
    now = access.now()
    with access.database.writing() as session:
        made = Draft(
            id=uuid4(),
            title=title,
            note=note,
            state=State.EDITING.value,
            author_id=actor.user_id,
            author=actor.login,
            base=newest_number(access),
            effective_from=effective_from,
            created_at=now,
            changed_at=now,
        )
        session.add(made)
        session.flush()
        details = {"title": title, "base": made.base}
        record(session, access, actor, Action.DRAFT_CREATED, about=("draft", made.id), details=details)
        return view(session, access, actor, made)


def revise(
    access: Access,
    actor: Actor,
    draft_id: UUID,
    *,
    title: str | None = None,
    note: str | None = None,
    effective_from: date | None = None,
    at_once: bool = False,
) -> DraftView:
    """Change what a draft says of itself; what is left out stays.

    Args:
        at_once: it takes effect on the day of its publication, and not on a set day.
    """
    check_office(actor, Permission.KNOWLEDGE_EDIT)
    with access.database.writing() as session:
        found = editable(session, access, draft_id)
        found.title = title or found.title
        found.note = found.note if note is None else note
        found.effective_from = None if at_once else effective_from or found.effective_from
        until = None if found.effective_from is None else found.effective_from.isoformat()
        details = {"title": found.title, "effective_from": until}
        record(session, access, actor, Action.DRAFT_CHANGED, about=("draft", found.id), details=details)
        return view(session, access, actor, found)


def abandon(access: Access, actor: Actor, draft_id: UUID, reason: str) -> DraftView:
    """Give a draft up; it stays to be read.

    Raises:
        Conflict: it was published or given up before.
    """
    check_office(actor, Permission.KNOWLEDGE_EDIT)
    with access.database.writing() as session:
        found = row_in(session, draft_id, OPEN)
        found.state, found.publish_at, found.changed_at = State.ABANDONED.value, None, access.now()
        record(session, access, actor, Action.DRAFT_ABANDONED, about=("draft", found.id), reason=reason)
        return view(session, access, actor, found)


def row_of(session: Session, draft_id: UUID) -> Draft:
    """A draft's row.

    Raises:
        Missing: there is none.
    """
    found = session.get(Draft, draft_id)
    if found is None:
        raise missing("这个草稿")
    return found


def row_in(session: Session, draft_id: UUID, states: tuple[State, ...]) -> Draft:
    """A draft's row, held until the transaction ends.

    Raises:
        Missing: there is none.
        Conflict: it is in none of these states.
    """
    found = session.scalar(select(Draft).where(Draft.id == draft_id).with_for_update())
    if found is None:
        raise missing("这个草稿")
    if State(found.state) not in states:
        needed = "、".join(state.label for state in states)
        raise Conflict(
            f"草稿现在是“{State(found.state).label}”，不能这样做",
            where=found.title,
            remedy=f"须在“{needed}”时进行；请刷新后看它到了哪一步",
        )
    return found


def editable(session: Session, access: Access, draft_id: UUID) -> Draft:
    """A draft's row to change something in, which counts as changed now."""
    found = row_in(session, draft_id, EDITABLE)
    found.changed_at = access.now()
    return found


def view(session: Session, access: Access, actor: Actor, row: Draft) -> DraftView:
    """A draft as this actor sees it."""
    counted = select(func.count()).where(DraftChange.draft_id == row.id, DraftChange.undone_at.is_(None))
    return DraftView(
        id=row.id,
        title=row.title,
        note=row.note,
        state=State(row.state),
        state_label=State(row.state).label,
        author=row.author,
        base=row.base,
        moved=State(row.state) in OPEN and row.base != newest_number(access),
        effective_from=row.effective_from,
        publish_at=row.publish_at,
        created_at=row.created_at,
        changed_at=row.changed_at,
        release=row.release,
        changes=session.scalar(counted) or 0,
        involved=actor.user_id in involved(session, row),
    )


def involved(session: Session, row: Draft) -> set[UUID | None]:
    """Who made any of a draft, what was undone included."""
    query = select(DraftChange.author_id, DraftChange.undone_by_id).where(DraftChange.draft_id == row.id)
    # Nobody in particular (the console) is in no set of people.
    found = {row.author_id, *(one for pair in session.execute(query) for one in pair)}
    return found - {None}
