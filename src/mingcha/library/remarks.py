"""What people said of a draft, and the steps it took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.labelled import Labelled
from mingcha.access.permissions import Permission
from mingcha.access.trail import Action, record
from mingcha.library.drafts import State, row_in, row_of
from mingcha.library.reach import check_office
from mingcha.store.database.drafts import Draft, DraftRemark


class Step(Labelled):
    """What a draft went through when something was said."""

    REMARKED = "remarked", "意见"
    REBASED = "rebased", "移到最新版"
    HANDED_IN = "handed_in", "送审"
    TAKEN_BACK = "taken_back", "撤回修改"
    RETURNED = "returned", "退回"
    APPROVED = "approved", "批准"
    SCHEDULED = "scheduled", "定时发布"
    UNSCHEDULED = "unscheduled", "取消定时"
    PUBLISHED = "published", "发布"
    HELD_UP = "held_up", "未能发布"


@dataclass(frozen=True)
class RemarkView:
    """What somebody said of a draft."""

    id: UUID
    at: datetime
    author: str
    step: Step
    step_label: str
    text: str


def remarks_of(access: Access, actor: Actor, draft_id: UUID) -> list[RemarkView]:
    """All that was said of a draft, the oldest first."""
    check_office(actor, Permission.KNOWLEDGE_VIEW)
    with access.database.reading() as session:
        row_of(session, draft_id)
        query = select(DraftRemark).where(DraftRemark.draft_id == draft_id)
        rows = session.scalars(query.order_by(DraftRemark.number)).all()
    return [
        RemarkView(one.id, one.at, one.author, Step(one.step), Step(one.step).label, one.text) for one in rows
    ]


def say(access: Access, actor: Actor, draft_id: UUID, text: str) -> None:
    """Say something of a draft, without a step."""
    check_office(actor, Permission.KNOWLEDGE_VIEW)
    with access.database.writing() as session:
        row = row_in(session, draft_id, tuple(State))
        remark(session, access, actor, row, Step.REMARKED, text)
        record(session, access, actor, Action.DRAFT_REMARKED, about=("draft", row.id))


def remark(session: Session, access: Access, actor: Actor, row: Draft, step: Step, text: str) -> None:
    """Keep what was said, within the transaction that it belongs to."""
    last = session.scalar(select(func.max(DraftRemark.number)).where(DraftRemark.draft_id == row.id)) or 0
    session.add(
        DraftRemark(
            id=uuid4(),
            draft_id=row.id,
            number=last + 1,
            at=access.now(),
            author_id=actor.user_id,
            author=actor.login,
            step=step.value,
            text=text,
        )
    )
    session.flush()
