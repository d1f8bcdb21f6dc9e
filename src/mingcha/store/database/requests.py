"""Accounts that somebody asks for: by an institution's invitation or through its staff, until somebody decides."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, Moment, SealedText
from mingcha.store.keys import Sealed


class InstitutionInvitation(Base):
    """A link of an institution by which its people may ask for accounts; only its hash is kept."""

    __tablename__ = "institution_invitations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    uses_left: Mapped[int]


class AccountRequest(Base):
    """What somebody asked for, and what was decided."""

    __tablename__ = "account_requests"
    __table_args__ = (CheckConstraint("status IN ('waiting', 'granted', 'refused')", name="status"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    login: Mapped[str] = mapped_column(String(64))
    full_name: Mapped[Sealed] = mapped_column(SealedText)
    phone: Mapped[Sealed | None] = mapped_column(SealedText)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    staff_code: Mapped[str | None] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16), default="waiting", index=True)
    invitation_id: Mapped[UUID | None] = mapped_column(ForeignKey("institution_invitations.id"))
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decision: Mapped[str | None] = mapped_column(Text)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class AccountLink(Base):
    """A link by which the owner of a new account chooses the first password, once."""

    __tablename__ = "account_links"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
