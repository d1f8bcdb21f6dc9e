"""Budgets as rows: of every department and period the one with the highest number holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import missing
from mingcha.access.scope import Scope, within
from mingcha.hospital.departments import at_department
from mingcha.hospital.periods import Period
from mingcha.store.database.hospital import BudgetRow


def held(
    session: Session, institution_id: str, department_id: str, periods: Iterable[Period]
) -> dict[Period, int]:
    """The budgets of a department that hold, in fen, by period."""
    asked = {str(period): period for period in periods}
    mine = (
        BudgetRow.institution_id == institution_id,
        BudgetRow.department_id == department_id,
        BudgetRow.period.in_(asked),
    )
    rows = session.scalars(select(BudgetRow).where(*mine).order_by(BudgetRow.number))
    amounts = {asked[one.period]: one.amount_fen for one in rows}  # the last number of a period stands
    return {period: fen for period, fen in amounts.items() if fen is not None}


def held_by_department(session: Session, institution_id: str) -> dict[tuple[str, str], int]:
    """What holds in an institution, in fen, by department and period."""
    return {
        (one.department_id, one.period): one.amount_fen
        for one in newest(session, institution_id)
        if one.amount_fen is not None
    }


def newest(session: Session, institution_id: str) -> Sequence[BudgetRow]:
    """The last row of every department and period of an institution, taken away ones included."""
    return session.scalars(_last(BudgetRow.institution_id == institution_id)).all()


def _last(condition: ColumnElement[bool]) -> Select[BudgetRow]:
    """Of every department and period the row with the highest number."""
    key = (BudgetRow.institution_id, BudgetRow.department_id, BudgetRow.period)
    place = func.row_number().over(partition_by=key, order_by=BudgetRow.number.desc())
    ranked = select(BudgetRow.id, place.label("place")).where(condition).subquery()
    return select(BudgetRow).join(ranked, ranked.c.id == BudgetRow.id).where(ranked.c.place == 1)


def in_force(condition: ColumnElement[bool]) -> Select[BudgetRow]:
    """The budgets that hold."""
    return _last(condition).where(BudgetRow.amount_fen.is_not(None))


def reached(scope: Scope) -> ColumnElement[bool]:
    """Rows in a scope."""
    return within(scope, at_department(BudgetRow.institution_id, BudgetRow.department_id))


def row_of(session: Session, budget_id: UUID, scope: Scope) -> BudgetRow:
    """A row of a scope.

    Raises:
        Missing: there is none.
    """
    row = session.scalar(select(BudgetRow).where(BudgetRow.id == budget_id, reached(scope)))
    if row is None:
        raise missing("这条预算")
    return row


def same_budget(row: BudgetRow) -> Select[BudgetRow]:
    """All rows of the department and period of this one."""
    return select(BudgetRow).where(
        BudgetRow.institution_id == row.institution_id,
        BudgetRow.department_id == row.department_id,
        BudgetRow.period == row.period,
    )


def next_row(
    access: Access,
    actor: Actor,
    institution_id: str,
    key: tuple[str, str],
    before: BudgetRow | None,
    amount_fen: int | None,
    remark: str,
) -> BudgetRow:
    """The row that holds from now on; two at the same time would bear one number, and the second is refused."""
    return BudgetRow(
        id=uuid4(),
        institution_id=institution_id,
        department_id=key[0],
        period=key[1],
        number=1 if before is None else before.number + 1,
        amount_fen=amount_fen,
        remark=remark,
        set_at=access.now(),
        set_by_id=actor.user_id,
        set_by=actor.login,
    )
