"""Insured persons: whose bills lie in the lake under a key that says nothing, and what is known of them, sealed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, Moment, SealedText
from mingcha.store.keys import Sealed


class InsuredPerson(Base):
    """参保人; one row for each person number that sources write. The id, as 32 digits, is the person's key in datasets.

    Two numbers are two rows even where ID numbers agree: newborns are billed under the ID number of their mother.
    """

    __tablename__ = "persons"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[Sealed] = mapped_column(SealedText)
    number_index: Mapped[str] = mapped_column(String(64), unique=True)
    full_name: Mapped[Sealed | None] = mapped_column(SealedText)
    full_name_index: Mapped[str | None] = mapped_column(String(64), index=True)
    id_number: Mapped[Sealed | None] = mapped_column(SealedText)
    id_number_index: Mapped[str | None] = mapped_column(String(64), index=True)
    phone: Mapped[Sealed | None] = mapped_column(SealedText)
    phone_index: Mapped[str | None] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
