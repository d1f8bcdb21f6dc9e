"""Files that were uploaded, the datasets made of them, and the runs in the background that do it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, Moment
from mingcha.store.database.placed import Placed


class Upload(Placed, Base):
    """A folder of uploaded files; one row each, gone with the folder."""

    __tablename__ = "uploads"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[datetime] = mapped_column(Moment)


class Dataset(Placed, Base):
    """A dataset that was imported whole; its rows lie in the folder of its number."""

    __tablename__ = "datasets"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(Moment)
    upload_id: Mapped[UUID | None]
    lines: Mapped[int] = mapped_column(BigInteger)
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    # What the import said of files, rows and rejects.
    report: Mapped[dict[str, Any]] = mapped_column(JSON)


class Run(Placed, Base):
    """Something long that is done in the background; `attempt` counts how often somebody asked for it."""

    __tablename__ = "runs"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="status"),
        Index("ix_runs_status", "status", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(16), default="waiting")
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    dataset_id: Mapped[UUID | None] = mapped_column(ForeignKey("datasets.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    cancel_asked_at: Mapped[datetime | None] = mapped_column(Moment)
    attempt: Mapped[int] = mapped_column(default=1)
    # How often this attempt was taken up: more than once where the process died.
    begun: Mapped[int] = mapped_column(default=0)
    stage: Mapped[str] = mapped_column(String(200), default="")
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int | None] = mapped_column(BigInteger)
    unit: Mapped[str] = mapped_column(String(8), default="")
    rate: Mapped[int | None] = mapped_column(BigInteger)
    seconds_left: Mapped[int | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    problem: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
