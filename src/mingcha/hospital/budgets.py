"""Budgets of departments: set by a hospital's 医保办, never written over, and beside each how far it is spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Invalid, missing
from mingcha.access.listing import Listing, Page, page_of_rows
from mingcha.access.permissions import Permission
from mingcha.access.scope import Scope
from mingcha.access.trail import Action, record
from mingcha.hospital.budget_rows import in_force, newest, next_row, reached, row_of, same_budget
from mingcha.hospital.departments import DepartmentView, KnownDepartments, known_departments
from mingcha.hospital.periods import Period
from mingcha.hospital.spent import Department, Spending, Spent, share
from mingcha.store.database.hospital import BudgetRow

MOST_FEN = 10_000_000_000 * 100
MOST_ROWS = 5000


@dataclass(frozen=True)
class NewBudget:
    """What a department is to have in a period, in fen; the period as it was written."""

    department_id: str
    period: str
    amount_fen: int


@dataclass(frozen=True)
class BudgetView:
    """A budget that holds, and how far it is spent; amounts in fen.

    Args:
        used: in per cent; none of nothing.
        days_left: after today, until the period ends.
        changes: how often it was set; the first time is one.
    """

    id: UUID
    institution_id: str
    institution_name: str
    department_id: str
    department_name: str
    period: str
    period_label: str
    amount_fen: int
    settled_fen: int
    open_fen: int
    used: str | None
    over: bool
    days_left: int
    changes: int
    remark: str
    set_at: datetime
    set_by: str


@dataclass(frozen=True)
class BudgetChange:
    """One time that a budget was set; without an amount it was taken away."""

    number: int
    amount_fen: int | None
    remark: str
    set_at: datetime
    set_by: str


@dataclass(frozen=True)
class BudgetFilter:
    """Which budgets; what is left out limits nothing.

    Args:
        period: a year with its months, or a month.
        department: a part of its code or name.
        used_from: used to at least so many per cent.
    """

    institution_id: str | None = None
    period: str | None = None
    department: str | None = None
    used_from: int | None = None


def budgets(access: Access, actor: Actor, wanted: BudgetFilter, listing: Listing) -> Page[BudgetView]:
    """The budgets in the actor's scope; the most used first by default."""
    scope = actor.scope(Permission.BUDGETS_VIEW)
    query = in_force(reached(scope))
    if wanted.institution_id is not None:
        query = query.where(BudgetRow.institution_id == wanted.institution_id)
    if wanted.period is not None:
        query = query.where(BudgetRow.period.startswith(str(Period.of(wanted.period)), autoescape=True))
    with access.database.reading() as session:
        views = _views(session, access, scope, session.scalars(query).all())
    shown = [view for view in views if _wanted(view, wanted)]
    return page_of_rows(shown, listing, _SORTS, default="-period,-used")


def departments(access: Access, actor: Actor) -> list[DepartmentView]:
    """The departments in the actor's scope that a budget may be set for."""
    scope = actor.scope(Permission.BUDGETS_VIEW)
    with access.database.reading() as session:
        return known_departments(session, scope, access.today()).views()


def history(access: Access, actor: Actor, budget_id: UUID) -> list[BudgetChange]:
    """Each time that a budget was set, the newest first.

    Raises:
        Missing: no such budget in the scope.
    """
    with access.database.reading() as session:
        row = row_of(session, budget_id, actor.scope(Permission.BUDGETS_VIEW))
        return [
            BudgetChange(one.number, one.amount_fen, one.remark, one.set_at, one.set_by)
            for one in session.scalars(same_budget(row).order_by(BudgetRow.number.desc()))
        ]


def set_budgets(
    access: Access, actor: Actor, institution_id: str, wanted: Sequence[NewBudget], remark: str
) -> int:
    """Set budgets of departments of an institution; what stays as it was is left; returns how many changed.

    Raises:
        Missing: an institution or a department that is not in the scope, or does not exist.
        Invalid: an amount that cannot be meant, a period that is none, one named twice, nothing new.
    """
    scope = actor.scope(Permission.BUDGETS_EDIT)
    if not 1 <= len(wanted) <= MOST_ROWS:
        raise Invalid("没有要设的预算，或太多", where="rows", remedy=f"一次 1 到 {MOST_ROWS} 条")
    meant: dict[tuple[str, str], int] = {}
    for one in wanted:
        key = (one.department_id, str(Period.of(one.period)))
        if key in meant:
            raise Invalid(f"科室 {key[0]} 的 {key[1]} 出现了两次", where="rows", remedy="请只留一条")
        meant[key] = checked(one.amount_fen)
    with access.database.writing() as session:
        known = known_departments(session, scope, access.today(), institution_id)
        if not known.institutions:
            raise missing("这家机构")
        for department, _ in meant:
            if (institution_id, department) not in known:
                raise missing(f"科室 {department}")
        held = {(one.department_id, one.period): one for one in newest(session, institution_id)}
        new = [
            next_row(access, actor, institution_id, key, held.get(key), amount, remark)
            for key, amount in meant.items()
            if (before := held.get(key)) is None or before.amount_fen != amount
        ]
        if not new:
            raise Invalid("和现在的一样，没有变化", where="rows", remedy="请核对金额")
        session.add_all(new)
        details = {"institution": institution_id, "rows": len(new)}
        if len(new) == 1:
            details |= {"code": new[0].department_id, "period": new[0].period}
        record(
            session,
            access,
            actor,
            Action.BUDGET_SET,
            about=("budget", new[0].id if len(new) == 1 else institution_id),
            reason=remark or None,
            details=details,
        )
        return len(new)


def undo(access: Access, actor: Actor, budget_id: UUID, reason: str) -> None:
    """Let what held before the last change hold again; where there was nothing, there is no budget any more.

    Raises:
        Missing: no such budget in the scope.
        Conflict: it was changed since.
    """
    with access.database.writing() as session:
        row = row_of(session, budget_id, actor.scope(Permission.BUDGETS_EDIT))
        rows = session.scalars(same_budget(row).order_by(BudgetRow.number.desc()).limit(2)).all()
        if rows[0].id != row.id or row.amount_fen is None:
            raise Conflict("这条预算刚刚又改过", remedy="请刷新后再看")
        before = rows[1].amount_fen if len(rows) > 1 else None
        key = (row.department_id, row.period)
        made = next_row(access, actor, row.institution_id, key, row, before, f"撤销：{reason}")
        session.add(made)
        details = {"institution": row.institution_id, "code": row.department_id, "period": row.period}
        record(
            session,
            access,
            actor,
            Action.BUDGET_UNDONE,
            about=("budget", made.id),
            reason=reason,
            details=details,
        )


def checked(amount_fen: int) -> int:
    """An amount that can be meant.

    Raises:
        Invalid: none, or beyond any department.
    """
    if not 0 < amount_fen <= MOST_FEN:
        raise Invalid("预算金额须大于 0", where="amount", remedy=f"以元填写，至多 {MOST_FEN // 100:,} 元")
    return amount_fen


def _views(session: Session, access: Access, scope: Scope, rows: Sequence[BudgetRow]) -> list[BudgetView]:
    periods = {row.id: Period.of(row.period) for row in rows}
    spending = Spending.of(
        session, {row.institution_id for row in rows}, {period.year for period in periods.values()}
    )
    known = known_departments(session, scope, access.today())
    return [_view(row, periods[row.id], spending, known, access) for row in rows]


def _view(
    row: BudgetRow, period: Period, spending: Spending, known: KnownDepartments, access: Access
) -> BudgetView:
    assert row.amount_fen is not None
    department: Department = (row.institution_id, row.department_id)
    spent: Spent = spending(department, period)
    return BudgetView(
        id=row.id,
        institution_id=row.institution_id,
        institution_name=known.institutions.get(row.institution_id, row.institution_id),
        department_id=row.department_id,
        department_name=known.name(department),
        period=row.period,
        period_label=period.label,
        amount_fen=row.amount_fen,
        settled_fen=spent.settled,
        open_fen=spent.open,
        used=share(spent.total, row.amount_fen),
        over=spent.total > row.amount_fen,
        days_left=period.days_left(access.today()),
        changes=row.number,
        remark=row.remark,
        set_at=row.set_at,
        set_by=row.set_by,
    )


def _used(view: BudgetView) -> int:
    """In ten-thousandths."""
    return (view.settled_fen + view.open_fen) * 10_000 // view.amount_fen


def _wanted(view: BudgetView, wanted: BudgetFilter) -> bool:
    if wanted.used_from is not None and _used(view) < wanted.used_from * 100:
        return False
    text = wanted.department
    return text is None or text in view.department_id or text in view.department_name


_SORTS = {
    "department": lambda view: (view.institution_id, view.department_id),
    "period": lambda view: view.period,
    "amount_fen": lambda view: view.amount_fen,
    "used": _used,
    "days_left": lambda view: view.days_left,
}
