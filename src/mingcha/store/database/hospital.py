"""What departments charged month by month, and what they may; by what a stay is paid."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Date, ForeignKey, String, Text, UniqueConstraint
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
