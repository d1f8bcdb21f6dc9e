"""How institutions' systems are connected."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, Moment, SealedText
from mingcha.store.keys import Sealed


class ConnectionRow(Base):
    """One institution's connection; its secret is sealed like a personal text."""

    __tablename__ = "connections"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    institution_id: Mapped[str] = mapped_column(String(64), unique=True)
    access_key: Mapped[str] = mapped_column(String(64), unique=True)
    secret: Mapped[Sealed | None] = mapped_column(SealedText)
    networks: Mapped[list[str]] = mapped_column(JSON)
    a_second: Mapped[int] = mapped_column(Integer)
    # None where there is no limit to the calls of a day.
    a_day: Mapped[int | None] = mapped_column(Integer)
    services: Mapped[list[str]] = mapped_column(JSON)
    # Whose pages may stand around the embedded pages; anybody's where there is none.
    framed_by: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(Moment)
