"""Parameters, code lists and mappings: values that hold from a day on, each from a change that was let pass."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, Moment


class SettingChange(Base):
    """Values that somebody wants to hold from a day on, and what became of it."""

    __tablename__ = "setting_changes"
    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'approved', 'rejected', 'withdrawn')", name="state"),
        CheckConstraint(
            "state NOT IN ('approved', 'rejected') OR decider_id IS NULL OR decider_id <> proposer_id",
            name="second_person",
        ),
        Index("ix_setting_changes_subject", "kind", "subject"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(48))
    effective_from: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    proposed_at: Mapped[datetime] = mapped_column(Moment)
    proposer_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    proposer: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decider_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decider: Mapped[str | None] = mapped_column(String(80))
    remark: Mapped[str | None] = mapped_column(Text)


class SettingValue(Base):
    """One value of a change, for a region (empty: everywhere); a null value ends what held before."""

    __tablename__ = "setting_values"
    __table_args__ = (Index("ix_setting_values_key", "kind", "subject", "key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    change_id: Mapped[UUID] = mapped_column(ForeignKey("setting_changes.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(48))
    key: Mapped[str] = mapped_column(String(64))
    region: Mapped[str] = mapped_column(String(6))
    value: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
