"""Alarms about abnormal use, and how far the trail was looked through for them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, Moment


class Alarm(Base):
    """What somebody did too often, or at an odd hour; the trail's entries between two moments are behind it."""

    __tablename__ = "alarms"
    __table_args__ = (CheckConstraint("(handled_at IS NULL) = (conclusion IS NULL)", name="concluded"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    rule: Mapped[str] = mapped_column(String(32))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    # The name that was tried, or the address: of a failed sign-in nobody is known.
    subject: Mapped[str] = mapped_column(String(80), index=True)
    since: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime] = mapped_column(Moment)
    counted: Mapped[int]
    threshold: Mapped[int]
    raised_at: Mapped[datetime] = mapped_column(Moment, index=True)
    conclusion: Mapped[str | None] = mapped_column(String(16))
    note: Mapped[str | None] = mapped_column(Text)
    handled_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    handled_at: Mapped[datetime | None] = mapped_column(Moment)


class AlarmProgress(Base):
    """Up to which entry the trail was looked through; one row."""

    __tablename__ = "alarm_progress"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry: Mapped[int] = mapped_column(BigInteger)
