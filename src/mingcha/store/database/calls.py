"""Calls of hospitals' systems, what was found in them, what was done about it, and how far journals are read."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, ForeignLongText, ForeignText, Moment


class CallRow(Base):
    """One call; request and answer stand in its journal."""

    __tablename__ = "calls"
    __table_args__ = (Index("ix_calls_institution", "institution_id", "received_at"),)

    # The digest of institution and message id: a call that is read twice is one call.
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignText(64))
    message_id: Mapped[str] = mapped_column(ForeignText(64))
    transaction: Mapped[str] = mapped_column(ForeignText(8))
    scene: Mapped[str] = mapped_column(ForeignText(8))
    outcome: Mapped[str] = mapped_column(String(16))
    received_at: Mapped[datetime] = mapped_column(Moment, index=True)
    took: Mapped[int]
    release: Mapped[int]
    person: Mapped[str | None] = mapped_column(String(64), index=True)
    encounter_id: Mapped[str | None] = mapped_column(ForeignText(64), index=True)
    region_code: Mapped[str | None] = mapped_column(ForeignText(6))
    department_id: Mapped[str | None] = mapped_column(ForeignText(64))
    doctor_id: Mapped[str | None] = mapped_column(ForeignText(64))
    insurance_type: Mapped[str | None] = mapped_column(ForeignText(8))
    findings: Mapped[int]
    # Sent while the connection was being tried: no care that anybody had.
    trial: Mapped[bool] = mapped_column(Boolean)
    journal: Mapped[str] = mapped_column(String(200))
    offset: Mapped[int] = mapped_column(BigInteger)


class CallFinding(Base):
    """A finding that a call was answered with."""

    __tablename__ = "call_findings"
    __table_args__ = (Index("ix_call_findings_result", "result_id"),)

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    # What feedback names: jr_id of the answer.
    result_id: Mapped[str] = mapped_column(ForeignText(50))
    finding_id: Mapped[str] = mapped_column(String(50))
    rule_code: Mapped[str] = mapped_column(String(32), index=True)
    rule_name: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(64))
    certainty: Mapped[str] = mapped_column(String(16))
    knowledge_point: Mapped[str | None] = mapped_column(String(64))
    line_key: Mapped[str | None] = mapped_column(ForeignText(64))
    code: Mapped[str | None] = mapped_column(ForeignText(64))
    name: Mapped[str | None] = mapped_column(ForeignText(200))
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    action: Mapped[str | None] = mapped_column(String(16))


class CallFeedback(Base):
    """What the doctor or the window did about a result."""

    __tablename__ = "call_feedback"
    __table_args__ = (
        Index("ix_call_feedback_result", "result_id"),
        Index("ix_call_feedback_answered", "answered_id"),
        Index(
            "ix_call_feedback_waiting",
            "call_id",
            sqlite_where=text("waiting"),
            postgresql_where=text("waiting"),
        ),
    )

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[str] = mapped_column(ForeignText(50))
    stage: Mapped[str] = mapped_column(String(2))
    way: Mapped[str] = mapped_column(String(2))
    reason: Mapped[str] = mapped_column(ForeignLongText)
    at: Mapped[datetime] = mapped_column(Moment)
    # The call that this answers: the last one before it that told the result. Null while it waits, or nobody was told.
    answered_id: Mapped[str | None] = mapped_column(ForeignKey("calls.id"))
    # Until every journal has been read that could hold that call.
    waiting: Mapped[bool] = mapped_column(Boolean)


class CallTally(Base):
    """Calls of one institution and service on one day."""

    __tablename__ = "call_tallies"

    institution_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    service: Mapped[str] = mapped_column(String(16), primary_key=True)
    calls: Mapped[int]
    not_audited: Mapped[int]
    refused: Mapped[int]


class JournalRead(Base):
    """How far a journal has been read into the database; one row a file."""

    __tablename__ = "journals_read"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    offset: Mapped[int] = mapped_column(BigInteger)
    records: Mapped[int] = mapped_column(Integer)
