"""Organisations: what each is for ever, what is true of it in each period, and what it may do by date."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, Moment


class Organisation(Base):
    """A region, bureau, institution, unit of one, or somebody who works there; one row each, never removed.

    A unit or somebody belongs to one institution for ever; who works in two has two rows with one code.
    """

    __tablename__ = "organisations"
    __table_args__ = (UniqueConstraint("kind", "institution_code", "code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(64))
    # Empty for what belongs to no institution: null would not count as equal.
    institution_code: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)


class OrganisationPeriod(Base):
    """What is true of an organisation from a day to a day, both included; one row a period, periods never overlap.

    The four codes are its place in the tree in that period: what a data scope is compared with.
    """

    __tablename__ = "organisation_periods"
    __table_args__ = (
        UniqueConstraint("organisation_id", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="order"),
        Index("ix_organisation_periods_place", "institution_code", "department_code", "doctor_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    level: Mapped[str | None] = mapped_column(String(16))
    category: Mapped[str | None] = mapped_column(String(16))
    local_code: Mapped[str | None] = mapped_column(String(64))
    title: Mapped[str | None] = mapped_column(String(16))
    region_code: Mapped[str | None] = mapped_column(String(6), index=True)
    institution_code: Mapped[str | None] = mapped_column(String(64))
    department_code: Mapped[str | None] = mapped_column(String(64))
    doctor_code: Mapped[str | None] = mapped_column(String(64))


class StaffRight(Base):
    """What somebody, or an institution, may do from a day to a day; periods of one right never overlap."""

    __tablename__ = "staff_rights"
    __table_args__ = (
        UniqueConstraint("organisation_id", "right_name", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="order"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    # RIGHT is a word of SQL.
    right_name: Mapped[str] = mapped_column(String(32))
    grade: Mapped[int | None]
    number: Mapped[str | None] = mapped_column(String(64))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
