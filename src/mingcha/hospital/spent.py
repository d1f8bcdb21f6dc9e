"""What departments spent in a period, of what the background process keeps month by month; nothing is computed here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mingcha.domain.values import decimal_text
from mingcha.hospital.periods import Period
from mingcha.store.database.hospital import DepartmentSpending

Department = tuple[str, str]
"""institution and department"""


@dataclass(frozen=True)
class Spent:
    """In fen: of settled bills, and of stays whose bill is not settled yet."""

    settled: int = 0
    open: int = 0

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.settled + other.settled, self.open + other.open)

    @property
    def total(self) -> int:
        """Both together."""
        return self.settled + self.open


class Spending:
    """What some departments spent in the months of some years."""

    def __init__(self, months: dict[tuple[Department, date], Spent]) -> None:
        self._months = months

    @property
    def departments(self) -> set[Department]:
        """Those that spent anything."""
        return {department for department, _ in self._months}

    @classmethod
    def of(
        cls,
        session: Session,
        institutions: Collection[str],
        years: Collection[int],
        department_id: str | None = None,
    ) -> Spending:
        """What is kept of these institutions and years; of one department, where it is named."""
        if not institutions or not years:
            return cls({})
        row = DepartmentSpending
        within = row.month.between(date(min(years), 1, 1), date(max(years), 12, 31))
        query = select(row).where(row.institution_id.in_(institutions), within)
        if department_id is not None:
            query = query.where(row.department_id == department_id)
        found = session.scalars(query)
        return cls(
            {
                ((one.institution_id, one.department_id), one.month): Spent(one.settled_fen, one.open_fen)
                for one in found
            }
        )

    def __call__(self, department: Department, period: Period) -> Spent:
        """What a department spent in a period."""
        months = range(1, 13) if period.month is None else (period.month,)
        total = Spent()
        for month in months:
            total += self._months.get((department, date(period.year, month, 1)), Spent())
        return total


def share(part: int, whole: int) -> str | None:
    """A part in per cent, rounded down to a tenth; of nothing there is none."""
    return None if whole <= 0 else f"{decimal_text(part * 1000 // whole, 10)}%"
