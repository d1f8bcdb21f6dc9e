"""What is known of a person's health beside the bills: one packed row each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, Moment


class HealthRow(Base):
    """One person, by blind index; `packed` holds no name and no number of a person."""

    __tablename__ = "health_facts"

    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    packed: Mapped[bytes] = mapped_column(LargeBinary)
    updated_at: Mapped[datetime] = mapped_column(Moment)
