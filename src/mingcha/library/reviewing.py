"""Review by a second person: handing a draft in, taking it back, returning and approving it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Denied
from mingcha.access.permissions import Permission
from mingcha.access.trail import Action, record
from mingcha.library.drafts import EDITABLE, DraftView, State, involved, row_in, row_of, view
from mingcha.library.proposing import changes_together
from mingcha.library.reach import check_office, check_regions, regions_of
from mingcha.library.readiness import Hindrance, blocking, hindrances_of
from mingcha.library.remarks import Step, remark
from mingcha.store.database.drafts import Draft


def hand_in(access: Access, actor: Actor, draft_id: UUID, text: str = "") -> DraftView:
    """Give a draft to review.

    Raises:
        Conflict: something in it must be mended first.
    """
    check_office(actor, Permission.KNOWLEDGE_EDIT)
    # Looked through before the transaction: a large library takes seconds, and nobody else should wait for it.
    with access.database.reading() as session:
        seen = row_of(session, draft_id).changed_at
    check_ready(hindrances_of(access, actor, draft_id))
    with access.database.writing() as session:
        row = row_in(session, draft_id, EDITABLE)
        check_unchanged(row, seen)
        row.state, row.changed_at = State.IN_REVIEW.value, access.now()
        remark(session, access, actor, row, Step.HANDED_IN, text)
        record(session, access, actor, Action.DRAFT_HANDED_IN, about=("draft", row.id))
        return view(session, access, actor, row)


def take_back(access: Access, actor: Actor, draft_id: UUID, text: str = "") -> DraftView:
    """Edit a draft again that is in review or approved; it has to be handed in anew."""
    check_office(actor, Permission.KNOWLEDGE_EDIT)
    with access.database.writing() as session:
        row = row_in(session, draft_id, (State.IN_REVIEW, State.APPROVED))
        row.state, row.publish_at, row.changed_at = State.EDITING.value, None, access.now()
        remark(session, access, actor, row, Step.TAKEN_BACK, text)
        record(
            session,
            access,
            actor,
            Action.DRAFT_CHANGED,
            about=("draft", row.id),
            details={"state": row.state},
        )
        return view(session, access, actor, row)


def send_back(access: Access, actor: Actor, draft_id: UUID, text: str) -> DraftView:
    """Return a draft to those who made it, saying why."""
    with access.database.writing() as session:
        row = _to_judge(session, access, actor, draft_id, (State.IN_REVIEW, State.APPROVED))
        row.state, row.publish_at, row.changed_at = State.RETURNED.value, None, access.now()
        remark(session, access, actor, row, Step.RETURNED, text)
        record(session, access, actor, Action.DRAFT_RETURNED, about=("draft", row.id), reason=text)
        return view(session, access, actor, row)


def approve(access: Access, actor: Actor, draft_id: UUID, text: str = "") -> DraftView:
    """Say that a draft may be published.

    Raises:
        Denied: the actor made some of it, or is nobody in particular.
    """
    with access.database.writing() as session:
        row = _to_judge(session, access, actor, draft_id, (State.IN_REVIEW,))
        row.state, row.changed_at = State.APPROVED.value, access.now()
        remark(session, access, actor, row, Step.APPROVED, text)
        record(session, access, actor, Action.DRAFT_APPROVED, about=("draft", row.id), reason=text or None)
        return view(session, access, actor, row)


def _to_judge(
    session: Session, access: Access, actor: Actor, draft_id: UUID, states: tuple[State, ...]
) -> Draft:
    """A draft's row, for a second person whose right reaches all that it changes."""
    check_office(actor, Permission.RELEASES_REVIEW)
    row = row_in(session, draft_id, states)
    if actor.user_id is None:
        raise Denied("复核须由登录的人做", remedy="控制台不是某一个人，请用自己的账号登录")
    if actor.user_id in involved(session, row):
        raise Denied("您参与了这个草稿，不能复核它", where=row.title, remedy="请由没有参与编辑的另一人复核")
    regions = {region for change in changes_together(session, access, row) for region in regions_of(change)}
    check_regions(access, actor, Permission.RELEASES_REVIEW, regions)
    return row


def check_ready(found: list[Hindrance]) -> None:
    """Refuse a draft in which something must be mended first.

    Raises:
        Conflict: how much of what sort, and the first.
    """
    if counted := blocking(found):
        first = next(one for one in found if one.blocks)
        sorts = "、".join(f"{check} {number} 处" for check, number in counted.items())
        raise Conflict(f"草稿还不能送审或发布：{sorts}。{first.what}", where=first.where, remedy=first.remedy)


def check_unchanged(row: Draft, seen: object) -> None:
    """Refuse a draft that somebody changed while it was being looked through.

    Raises:
        Conflict: it is not what was looked at.
    """
    if row.changed_at != seen:
        raise Conflict("草稿刚刚被改动过", where=row.title, remedy="请刷新后重新检查")
