"""What departments charged month by month, and what they may; by what a stay is paid."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mingcha.store.database.base import Base, ForeignText, Moment


class DepartmentSpending(Base):
    """What the orders of a department in a month come to; follows the histories, row by row in their transactions."""

    __tablename__ = "department_spending"

    institution_id: Mapped[str] = mapped_column(ForeignText(64), primary_key=True)
    department_id: Mapped[str] = mapped_column(ForeignText(64), primary_key=True)
    # Its first day.
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    settled_fen: Mapped[int] = mapped_column(BigInteger)
    open_fen: Mapped[int] = mapped_column(BigInteger)


class BudgetRow(Base):
    """What a department may spend in a period, as somebody set it; of one period the highest number holds."""

    __tablename__ = "department_budgets"
    __table_args__ = (UniqueConstraint("institution_id", "department_id", "period", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    institution_id: Mapped[str] = mapped_column(String(64))
    department_id: Mapped[str] = mapped_column(String(64))
    # 2026 or 2026-03.
    period: Mapped[str] = mapped_column(String(7))
    number: Mapped[int]
    # None where there is no budget any more.
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    remark: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(Moment)
    set_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    set_by: Mapped[str] = mapped_column(String(80))


class PaymentStandardRow(Base):
    """What a stay of a group is paid, from a day to a day, by a document; never changed, at most withdrawn."""

    __tablename__ = "payment_standards"
    __table_args__ = (Index("ix_payment_standards_group", "scheme", "code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    scheme: Mapped[str] = mapped_column(String(16))
    region: Mapped[str] = mapped_column("region_code", String(6))
    institution_rank: Mapped[int | None]
    # Empty where it is for every one of them: null would not count as equal.
    institution_id: Mapped[str] = mapped_column(String(64))
    insurance_type: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    diagnoses: Mapped[list[str]] = mapped_column(JSON)
    procedures: Mapped[list[str]] = mapped_column(JSON)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    # Where it is points times a rate: ten-thousandths, and millionths of a yuan.
    points: Mapped[int | None] = mapped_column(BigInteger)
    rate: Mapped[int | None] = mapped_column(BigInteger)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(Moment)
    set_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    set_by: Mapped[str] = mapped_column(String(80))
    # When it was withdrawn or put back last.
    changed_at: Mapped[datetime] = mapped_column(Moment)
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))
    withdrawn_why: Mapped[str | None] = mapped_column(Text)
