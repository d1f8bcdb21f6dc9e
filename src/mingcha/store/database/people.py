"""Users of the system, what each may do where, and what guards their passwords."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, Moment, SealedText
from mingcha.store.keys import Sealed


class User(Base):
    """Somebody who works with the system; never removed, because the trail names them.

    `duty` is the one of the three separated duties (三员) that this user may hold: a single value, so nobody has two.
    """

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("id", "duty", name="uq_users_id_duty"),
        CheckConstraint("status IN ('active', 'locked')", name="status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    full_name: Mapped[Sealed] = mapped_column(SealedText)
    full_name_index: Mapped[str] = mapped_column(String(64), index=True)
    id_number: Mapped[Sealed | None] = mapped_column(SealedText)
    id_number_index: Mapped[str | None] = mapped_column(String(64), index=True)
    phone: Mapped[Sealed | None] = mapped_column(SealedText)
    phone_index: Mapped[str | None] = mapped_column(String(64), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    duty: Mapped[str | None] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(16), default="active")
    # Sees no whole personal values and exports nothing, whatever the roles allow.
    restricted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment)
    password_hash: Mapped[str] = mapped_column(String(255))
    password_set_at: Mapped[datetime] = mapped_column(Moment)
    must_change_password: Mapped[bool]
    password_ends_at: Mapped[datetime | None] = mapped_column(Moment)
    totp_secret: Mapped[Sealed | None] = mapped_column(SealedText)
    totp_confirmed: Mapped[bool] = mapped_column(default=False)
    totp_last_step: Mapped[int] = mapped_column(BigInteger, default=0)


class Grant(Base):
    """A role held over a part of the data: a place in the tree (none: everything), or the user's own place."""

    __tablename__ = "grants"
    __table_args__ = (
        ForeignKeyConstraint(["user_id", "duty"], ["users.id", "users.duty"], name="fk_grants_duty_users"),
        CheckConstraint(
            "(role IN ('system_admin', 'security_admin', 'auditor')) = (duty IS NOT NULL)", name="duty_set"
        ),
        CheckConstraint("duty IS NULL OR duty = role", name="duty_is_role"),
        CheckConstraint("NOT (own AND organisation_id IS NOT NULL)", name="one_place"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str] = mapped_column(String(32))
    duty: Mapped[str | None] = mapped_column(String(32))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    own: Mapped[bool] = mapped_column(default=False)
    insurance_types: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(Moment)


class FormerPassword(Base):
    """A password that was used before; one row each."""

    __tablename__ = "former_passwords"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    set_at: Mapped[datetime] = mapped_column(Moment)


class RecoveryCode(Base):
    """A code that stands in once for the second factor."""

    __tablename__ = "recovery_codes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class SignInFailures(Base):
    """How often signing in under a name failed in a row, whether or not anybody has that name."""

    __tablename__ = "sign_in_failures"

    login_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(Moment, index=True)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
