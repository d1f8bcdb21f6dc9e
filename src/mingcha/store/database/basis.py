"""Documents that rules and points cite, by article; tasks when one ends; what hospitals said of drafts."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, Moment

# SQLite's full-text index points at rows by a number of its own.
_COUNTED = BigInteger().with_variant(Integer, "sqlite")


class BasisDocument(Base):
    """A document; one with a `source_id` stands in knowledge/sources.yaml and is not edited here."""

    __tablename__ = "basis_documents"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="order"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    source_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(300))
    number: Mapped[str] = mapped_column(String(120))
    issuer: Mapped[str] = mapped_column(String(200))
    region: Mapped[str] = mapped_column(String(6))
    draft: Mapped[bool]
    published: Mapped[date | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    replaced_by: Mapped[UUID | None] = mapped_column(ForeignKey("basis_documents.id"))
    file_name: Mapped[str | None] = mapped_column(String(200))
    file_digest: Mapped[str | None] = mapped_column(String(64))
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[str] = mapped_column(String(80))


class BasisArticle(Base):
    """An article of a document, in its place."""

    __tablename__ = "basis_articles"
    __table_args__ = (UniqueConstraint("document_id", "place"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(_COUNTED, primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("basis_documents.id"))
    place: Mapped[int]
    label: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)


class BasisCitation(Base):
    """A rule or point that rests on a document, or on one article of it, because somebody said so."""

    __tablename__ = "basis_citations"
    __table_args__ = (UniqueConstraint("document_id", "kind", "key", "article"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("basis_documents.id"))
    article: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(200))


class BasisTask(Base):
    """A rule or some points to look at, because a document that they rest on ends."""

    __tablename__ = "basis_tasks"
    __table_args__ = (
        UniqueConstraint("document_id", "kind", "key"),
        Index("ix_basis_tasks_owner", "owner", "done_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("basis_documents.id"))
    kind: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(200))
    owner: Mapped[str] = mapped_column(String(64))
    deadline: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    done_by: Mapped[str | None] = mapped_column(String(80))
    remark: Mapped[str | None] = mapped_column(Text)


class Consultation(Base):
    """A draft that hospitals are asked about until a day."""

    __tablename__ = "consultations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("basis_documents.id"), index=True)
    question: Mapped[str] = mapped_column(Text)
    deadline: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[str] = mapped_column(String(80))
    closed_at: Mapped[datetime | None] = mapped_column(Moment)


class Consulted(Base):
    """An institution that was asked, and what it answered; one row each."""

    __tablename__ = "consulted"

    consultation_id: Mapped[UUID] = mapped_column(ForeignKey("consultations.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    stance: Mapped[str | None] = mapped_column(String(16))
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_by: Mapped[str | None] = mapped_column(String(80))
