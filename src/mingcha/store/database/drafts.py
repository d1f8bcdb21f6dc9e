"""Drafts of what is judged by: changes that are proposed, what was said of them, and how far they have come."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, Moment


class Draft(Base):
    """A set of changes on a release, that are reviewed and published together; never removed.

    `base` is the number of the release that it was made on, 0 where there was none.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        CheckConstraint(
            "state IN ('editing', 'in_review', 'returned', 'approved', 'published', 'abandoned')",
            name="state",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    title: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(16), index=True)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    author: Mapped[str] = mapped_column(String(80))
    base: Mapped[int]
    effective_from: Mapped[date | None]
    publish_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    release: Mapped[int | None]


class DraftChange(Base):
    """One change in a draft, in the order they were made; one that is undone stays, and counts no more.

    `part` is a `knowledge.changes.Part`, or `import`: then the points lie in files beside the draft, and `after`
    says how many. Values of points are in stored form; null is: not there. `decided` is of the one that stands where
    the draft and a later release had both changed the same.
    """

    __tablename__ = "draft_changes"
    __table_args__ = (
        UniqueConstraint("draft_id", "number"),
        Index("ix_draft_changes_place", "part", "key"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    draft_id: Mapped[UUID] = mapped_column(ForeignKey("drafts.id"))
    number: Mapped[int]
    part: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(200))
    before: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    decided: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    author: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Moment)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    undone_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class DraftRemark(Base):
    """What somebody said of a draft, alone or with a step that it took."""

    __tablename__ = "draft_remarks"
    __table_args__ = (UniqueConstraint("draft_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    draft_id: Mapped[UUID] = mapped_column(ForeignKey("drafts.id"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    author: Mapped[str] = mapped_column(String(80))
    step: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
