"""Budgets as a hospital keeps them in a spreadsheet: each row beside what holds, before anything is set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid, missing
from mingcha.access.permissions import Permission
from mingcha.administration.dictionaries import RowStep
from mingcha.domain.hospital import DepartmentBudget
from mingcha.hospital.budget_rows import held_by_department
from mingcha.hospital.budgets import checked
from mingcha.hospital.departments import KnownDepartments, known_departments
from mingcha.hospital.periods import Period
from mingcha.ingest.small_tables import Row, read_small_table

NEEDED = (
    DepartmentBudget.department_id.name,
    DepartmentBudget.period.name,
    DepartmentBudget.budget_amount.name,
)


@dataclass(frozen=True)
class ComparedBudget:
    """A row of a table beside what holds; amounts in fen.

    Args:
        row: its number in the sheet.
        fault: why it cannot be taken.
    """

    row: int
    department_id: str
    department_name: str
    period: str
    amount_fen: int | None
    before_fen: int | None
    step: RowStep
    fault: str | None = None


def compare_table(
    access: Access, actor: Actor, institution_id: str, file_name: str, content: bytes
) -> list[ComparedBudget]:
    """What a table would change; nothing is kept.

    Raises:
        Missing: no such institution in the scope.
        InputError: it is no such table.
    """
    scope = actor.scope(Permission.BUDGETS_EDIT)
    with access.database.reading() as session:
        known = known_departments(session, scope, access.today(), institution_id)
        if not known.institutions:
            raise missing("这家机构")
        held = held_by_department(session, institution_id)
    rows = read_small_table(file_name, content, DepartmentBudget, NEEDED)
    return _compared(institution_id, rows, known, held)


def _compared(
    institution_id: str, rows: Sequence[Row], known: KnownDepartments, held: dict[tuple[str, str], int]
) -> list[ComparedBudget]:
    seen: set[tuple[str, str]] = set()
    found = []
    for number, cells in rows:
        department, period, amount = (cells.get(name, "") for name in NEEDED)
        fen, fault = None, None
        try:
            if cells.get(DepartmentBudget.institution_id.name) not in (None, "", institution_id):
                raise Invalid("不是这家机构的")
            if (institution_id, department) not in known:
                raise Invalid(f"本机构没有科室 {department}" if department else "没有科室编码")
            period = str(Period.of(period))
            fen = checked(_fen(amount))
            if (department, period) in seen:
                raise Invalid("同一科室、期间出现了两次")
        except Invalid as error:
            fault = error.what
        seen.add((department, period))
        before = held.get((department, period))
        found.append(
            ComparedBudget(
                row=number,
                department_id=department[:64],
                department_name=known.name((institution_id, department))[:200],
                period=period[:20],
                amount_fen=fen,
                before_fen=before,
                step=RowStep.FAULTY if fault else _step(before, fen),
                fault=fault,
            )
        )
    return found


def _step(before: int | None, fen: int | None) -> RowStep:
    if before is None:
        return RowStep.NEW
    return RowStep.SAME if before == fen else RowStep.CHANGED


def _fen(written: str) -> int:
    """An amount in yuan as people write it, thousands set apart or not."""
    try:
        fen = Decimal(written.replace(",", "").replace("，", "").removesuffix("元").strip()) * 100
    except InvalidOperation:
        raise Invalid(f"“{written[:20]}”不是金额" if written else "没有金额") from None
    if not fen.is_finite() or fen != fen.to_integral_value():
        raise Invalid(f"“{written[:20]}”不是金额，须以元填写，至多两位小数")
    return int(fen)
