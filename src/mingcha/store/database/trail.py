"""The trail: what was done, by whom, when; appended freely, then sealed in blocks that hang together."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, Moment

# SQLite counts rows only in a column of its own integer type.
_COUNTED = BigInteger().with_variant(Integer, "sqlite")


class TrailBlock(Base):
    """A sealed run of entries: the seal covers them all and the seal before."""

    __tablename__ = "trail_blocks"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed_at: Mapped[datetime] = mapped_column(Moment)
    entries: Mapped[int]
    previous: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))


class TrailEntry(Base):
    """One thing that was done; the database itself refuses to change or remove it."""

    __tablename__ = "trail_entries"
    __table_args__ = (
        UniqueConstraint("block", "place", name="uq_trail_entries_block"),
        Index("ix_trail_entries_at", "at"),
        Index("ix_trail_entries_actor", "actor_id", "at"),
        Index("ix_trail_entries_object", "object_id", "at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_COUNTED, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor_id: Mapped[UUID | None]
    actor: Mapped[str] = mapped_column(String(80))
    via: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(48))
    object_kind: Mapped[str | None] = mapped_column(String(32))
    object_id: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    block: Mapped[int | None] = mapped_column(ForeignKey("trail_blocks.number"))
    place: Mapped[int | None]
