"""Changes in a draft: proposing one, undoing it, and all that a draft proposes together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Invalid, missing
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.access.trail import Action, record
from mingcha.knowledge.changes import Address, Change, ChangePart, net, same
from mingcha.library import bulk
from mingcha.library.bases import base
from mingcha.library.drafts import editable, row_of
from mingcha.library.reach import check_office, check_regions, regions_of
from mingcha.library.readable import check_readable
from mingcha.library.stored import as_json, change_of
from mingcha.library.telling import Told, told
from mingcha.store.database.drafts import Draft, DraftChange

# Points are knowledge; settings, rule sets, exemptions and rules without code are rules.
EDIT = {**dict.fromkeys(ChangePart, Permission.RULES_EDIT), ChangePart.POINT: Permission.KNOWLEDGE_EDIT}


@dataclass(frozen=True)
class Proposed:
    """What a part is to be; `after` as `knowledge.changes.ChangePart` says, None to take it away."""

    part: ChangePart
    key: str
    after: Any
    note: str = ""


@dataclass(frozen=True)
class ChangeView:
    """A change as people see it.

    Args:
        part: a `ChangePart`, or `import` for many points from files.
        told: what it changes, in words.
        after: the value that it sets, as it is kept.
        last: whether it is the newest of its part and so can be undone.
    """

    id: UUID
    number: int
    part: str
    key: str
    told: Told
    after: Any
    note: str
    author: str
    at: datetime
    undone_at: datetime | None
    last: bool


_SORTS = {
    "number": DraftChange.number,
    "part": DraftChange.part,
    "key": DraftChange.key,
    "at": DraftChange.at,
    "author": DraftChange.author,
}


def changes_of(
    access: Access,
    actor: Actor,
    draft_id: UUID,
    listing: Listing,
    *,
    part: str | None = None,
    undone: bool = False,
) -> Page[ChangeView]:
    """The changes of a draft, in the order they were made.

    Args:
        undone: those that were undone too.
    """
    check_office(actor, Permission.KNOWLEDGE_VIEW)
    query = select(DraftChange).where(DraftChange.draft_id == draft_id)
    if part is not None:
        query = query.where(DraftChange.part == part)
    if not undone:
        query = query.where(DraftChange.undone_at.is_(None))
    with access.database.reading() as session:
        row_of(session, draft_id)
        found = page_of(session, query, listing, _SORTS, default="number", tie=DraftChange.id)
        last = _last_numbers(session, draft_id)
        views = [
            _view(row[0], last=last.get((row[0].part, row[0].key)) == row[0].number) for row in found.items
        ]
        return Page(views, found.total)


def propose(access: Access, actor: Actor, draft_id: UUID, wanted: Proposed) -> ChangeView:
    """Change a part in a draft.

    Raises:
        Denied: it holds where the actor's right does not reach.
        Conflict: the draft is not being edited.
        Invalid: nothing would change.
        KnowledgeError, InputError: a value that cannot be read, or that its rule does not take.
    """
    return propose_all(access, actor, draft_id, [wanted])[0]


def propose_all(access: Access, actor: Actor, draft_id: UUID, wanted: Sequence[Proposed]) -> list[ChangeView]:
    """Change several parts in a draft, all or none; what would change nothing is left out, but not all of it."""
    for one in wanted:
        check_office(actor, EDIT[one.part])
    with access.database.writing() as session:
        row = editable(session, access, draft_id)
        standing = dict(base(access, row.base).content)
        for held in changes_in(session, access, row):
            standing[held.address] = held.after
        made = []
        for one in wanted:
            change = Change(one.part, one.key, standing.get((one.part, one.key)), one.after)
            if same(change.before, change.after):
                continue
            check_readable(change, standing)
            check_regions(access, actor, EDIT[one.part], regions_of(change))
            standing[change.address] = change.after
            made.append(add(session, access, actor, row, change, note=one.note))
        if not made:
            raise Invalid("没有改变任何内容", remedy="请先改动再保存")
        return [_view(one, last=True) for one in made]


def add(
    session: Session, access: Access, actor: Actor, row: Draft, change: Change, *, note: str = ""
) -> DraftChange:
    """Keep a change that was checked, and say so in the trail."""
    return keep(
        session,
        access,
        actor,
        row,
        DraftChange(
            id=uuid4(),
            part=change.part.value,
            key=change.key,
            before=as_json(change.before),
            after=as_json(change.after),
            decided=change.decided,
            note=note,
        ),
    )


def keep(session: Session, access: Access, actor: Actor, row: Draft, made: DraftChange) -> DraftChange:
    """Keep a change under the next number of its draft."""
    last = session.scalar(select(func.max(DraftChange.number)).where(DraftChange.draft_id == row.id)) or 0
    made.draft_id, made.number = row.id, last + 1
    made.author_id, made.author, made.at = actor.user_id, actor.login, access.now()
    session.add(made)
    session.flush()
    details = {"part": made.part, "key": made.key, "number": made.number}
    record(session, access, actor, Action.DRAFT_CHANGED, about=("draft", row.id), details=details)
    return made


def undo(access: Access, actor: Actor, draft_id: UUID, change_id: UUID) -> None:
    """Take a change back; it stays to be read.

    Raises:
        Conflict: a later change of the same part stands on it.
    """
    check_office(actor, Permission.KNOWLEDGE_EDIT)
    with access.database.writing() as session:
        row = editable(session, access, draft_id)
        found = session.get(DraftChange, change_id)
        if found is None or found.draft_id != row.id or found.undone_at is not None:
            raise missing("这处改动")
        made = _addresses(access, found)
        later = [one for one in rows_in(session, row.id) if one.number > found.number]
        if any(not made.isdisjoint(_addresses(access, one)) for one in later):
            raise Conflict("之后又改过同一内容", where=found.key, remedy="请先撤销后面的那一次")
        undo_row(session, access, actor, row, found)


def undo_row(session: Session, access: Access, actor: Actor, row: Draft, found: DraftChange) -> None:
    """Let a change count no more."""
    changes = changes_of_row(access, found)
    regions = {region for change in changes for region in regions_of(change)}
    # What one row changes is all of one part: a file holds points alone.
    check_regions(access, actor, EDIT[changes[0].part], regions)
    found.undone_at, found.undone_by_id = access.now(), actor.user_id
    session.flush()
    details = {"part": found.part, "key": found.key, "number": found.number}
    record(session, access, actor, Action.DRAFT_CHANGE_UNDONE, about=("draft", row.id), details=details)


def rows_in(session: Session, draft_id: UUID) -> list[DraftChange]:
    """The changes of a draft that count, in their order."""
    query = select(DraftChange).where(DraftChange.draft_id == draft_id, DraftChange.undone_at.is_(None))
    return list(session.scalars(query.order_by(DraftChange.number)))


def changes_in(session: Session, access: Access, row: Draft) -> Iterator[Change]:
    """All that a draft proposes, step by step; files of points as one change a point."""
    for one in rows_in(session, row.id):
        yield from changes_of_row(access, one)


def changes_of_row(access: Access, row: DraftChange) -> Sequence[Change]:
    """What one kept change changes; of files, every point."""
    if row.part == bulk.PART:
        return bulk.read(access, row.draft_id, row.id)
    return [change_of(row)]


def _addresses(access: Access, row: DraftChange) -> set[Address]:
    return {change.address for change in changes_of_row(access, row)}


def changes_together(session: Session, access: Access, row: Draft) -> list[Change]:
    """All that a draft proposes, one change a part."""
    return net(changes_in(session, access, row))


def _last_numbers(session: Session, draft_id: UUID) -> dict[tuple[str, str], int]:
    return {(one.part, one.key): one.number for one in rows_in(session, draft_id)}


def _view(row: DraftChange, *, last: bool) -> ChangeView:
    words = bulk.told(row) if row.part == bulk.PART else told(change_of(row))
    return ChangeView(
        id=row.id,
        number=row.number,
        part=row.part,
        key=row.key,
        told=words,
        after=row.after,
        note=row.note,
        author=row.author,
        at=row.at,
        undone_at=row.undone_at,
        last=last and row.undone_at is None,
    )
