"""What whoever runs the installation tells and decides: announcements, modules that are off, help of their own."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, Moment


class Announcement(Base):
    """Something said to those of some roles (none named: to all), from a day to a day, both included."""

    __tablename__ = "announcements"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="order"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    title: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(index=True)
    valid_to: Mapped[date | None]
    roles: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    before_sign_in: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[str] = mapped_column(String(80))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)


class AnnouncementRead(Base):
    """Who has read what; one row each."""

    __tablename__ = "announcement_reads"

    announcement_id: Mapped[UUID] = mapped_column(ForeignKey("announcements.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    read_at: Mapped[datetime] = mapped_column(Moment)


class ModuleOff(Base):
    """A module that this installation does not use; one that has no row is on."""

    __tablename__ = "modules_off"

    module: Mapped[str] = mapped_column(String(32), primary_key=True)
    since: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Text)


class HelpText(Base):
    """What the help of a screen says instead of what is built in: a list of title and text."""

    __tablename__ = "help_texts"

    screen: Mapped[str] = mapped_column(String(48), primary_key=True)
    parts: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[str] = mapped_column(String(80))
