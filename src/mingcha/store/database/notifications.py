"""What somebody is told of in the page."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, Moment


class Notification(Base):
    """One message to one user, with the address of the page that it is about."""

    __tablename__ = "notifications"
    __table_args__ = (Index("ix_notifications_user", "user_id", "read_at", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(250))
    link: Mapped[str | None] = mapped_column(String(250))
    read_at: Mapped[datetime | None] = mapped_column(Moment)
