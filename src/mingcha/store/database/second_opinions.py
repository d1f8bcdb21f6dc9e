"""人工审核: what a doctor asks a person of the same institution before signing, what was said, and how it ended."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, ForeignText, Moment, SealedText
from mingcha.store.keys import Sealed


class SecondOpinion(Base):
    """A question about one result of one call; it is asked once, and ends once."""

    __tablename__ = "second_opinions"
    __table_args__ = (
        UniqueConstraint("call_id", "result_id"),
        CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="end"),
        Index("ix_second_opinions_open", "outcome", "ends_at"),
        Index("ix_second_opinions_institution", "institution_id", "asked_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    # The call may not have been read into the database yet: nothing refers to its row.
    call_id: Mapped[str] = mapped_column(String(32))
    result_id: Mapped[str] = mapped_column(ForeignText(50))
    journal: Mapped[str] = mapped_column(String(200))
    offset: Mapped[int] = mapped_column(BigInteger)
    institution_id: Mapped[str] = mapped_column(ForeignText(64))
    message_id: Mapped[str] = mapped_column(ForeignText(64))
    region_code: Mapped[str | None] = mapped_column(ForeignText(6))
    department_id: Mapped[str | None] = mapped_column(ForeignText(64))
    doctor_id: Mapped[str | None] = mapped_column(ForeignText(64))
    insurance_type: Mapped[str | None] = mapped_column(ForeignText(8))
    encounter_id: Mapped[str | None] = mapped_column(ForeignText(64))
    scene: Mapped[str] = mapped_column(ForeignText(8))
    rule_code: Mapped[str] = mapped_column(String(32))
    rule_name: Mapped[str] = mapped_column(String(200))
    trial: Mapped[bool] = mapped_column(Boolean)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    # What holds where nobody decides in time, as it was set when it was asked.
    on_time_out: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str | None] = mapped_column(String(16))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    # What somebody thought of it afterwards, where it was let pass by time.
    review: Mapped[str | None] = mapped_column(String(16))


class SecondOpinionWord(Base):
    """What one side said, in its place; sealed, because it may speak of the patient."""

    __tablename__ = "second_opinion_words"
    __table_args__ = (UniqueConstraint("opinion_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    opinion_id: Mapped[UUID] = mapped_column(ForeignKey("second_opinions.id"))
    number: Mapped[int]
    side: Mapped[str] = mapped_column(String(16))
    author: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Moment)
    text: Mapped[Sealed] = mapped_column(SealedText)
    # The verdict that these words give the reason for.
    decides: Mapped[str | None] = mapped_column(String(16))
