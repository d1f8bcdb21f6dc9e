"""What the orders of departments come to, month by month: follows the histories, in the transactions that change them.

A line counts in the month of its charge, for the department that ordered it; of an open stay each line once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import repeat
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mingcha.access.context import Access
from mingcha.audit.past import PastEncounter, rows_that_stand, standing, unpack
from mingcha.domain.values import MINUTES_A_DAY, date_of
from mingcha.store.database.histories import History
from mingcha.store.database.hospital import DepartmentSpending

Key = tuple[str, str, date]
"""institution, department, first day of a month"""
_AT_ONCE = 200


class Sums:
    """What is to be added to the sums of departments, in fen."""

    def __init__(self) -> None:
        self._settled: dict[Key, int] = defaultdict(int)
        self._open: dict[Key, int] = defaultdict(int)

    def moved(self, before: Sequence[PastEncounter], after: Sequence[PastEncounter]) -> None:
        """Add what changes when a person's past becomes another; what is in both as it was costs nothing."""
        before, after = standing(before), standing(after)
        known, left = {id(one) for one in before}, {id(one) for one in after}
        touched = {one.encounter_id for one in before if id(one) not in left}
        touched |= {one.encounter_id for one in after if id(one) not in known}
        for sign, past in ((-1, before), (1, after)):
            told: dict[str, list[PastEncounter]] = defaultdict(list)
            for one in past:
                if one.encounter_id in touched:
                    told[one.encounter_id].append(one)
            for of_one in told.values():
                sums = self._settled if of_one[0].settled else self._open
                for key, fen in _charges(of_one):
                    sums[key] += sign * fen

    def write(self, session: Session) -> None:
        """Add them to what stands in the database; in one order, so that no two wait for each other."""
        rows = [
            {
                "institution_id": institution,
                "department_id": department,
                "month": month,
                "settled_fen": self._settled.get(key, 0),
                "open_fen": self._open.get(key, 0),
            }
            for key in sorted(self._settled.keys() | self._open.keys())
            if self._settled.get(key) or self._open.get(key)
            for institution, department, month in [key]
        ]
        if not rows:
            return
        table = DepartmentSpending
        is_postgres = session.get_bind().dialect.name == "postgresql"
        insert: Any = postgresql.insert if is_postgres else sqlite.insert
        new = insert(table)
        added = new.on_conflict_do_update(
            index_elements=["institution_id", "department_id", "month"],
            set_={
                "settled_fen": table.settled_fen + new.excluded.settled_fen,
                "open_fen": table.open_fen + new.excluded.open_fen,
            },
        )
        session.connection().execute(added, rows)


def _charges(told: Sequence[PastEncounter]) -> Iterator[tuple[Key, int]]:
    """The lines of one encounter that are some department's: where and when, and the amount net of refunds."""
    for one, lines, rows in rows_that_stand(told):
        facts = one.facts
        amounts: Sequence[int | None] = lines.get("amount") or ()
        departments = lines.get("department_id") or repeat(None)
        moments = lines.get("charged_at") or repeat(None)
        wanted = set(rows)
        for row, (amount, department, at) in enumerate(zip(amounts, departments, moments, strict=False)):
            department = department or facts.get("department_id")
            if amount and department and row in wanted:
                day = (at or facts["started_at"]) // MINUTES_A_DAY
                yield (facts["institution_id"], department, _month(day)), amount


@lru_cache(maxsize=4096)
def _month(day: int) -> date:
    return date_of(day).replace(day=1)


def count_waiting(access: Access, stopped: Callable[[], bool] = lambda: False) -> int:
    """Count the histories that are not in the sums yet, as an earlier version left them; returns how many.

    Done again, it finds nothing: a history says of itself that it was counted, in the same transaction.
    """
    last, counted = "", 0
    while not stopped():
        with access.database.writing() as session:
            query = select(History).where(History.person > last, History.counted.is_(None))
            rows = session.scalars(query.order_by(History.person).limit(_AT_ONCE).with_for_update()).all()
            if not rows:
                break
            sums = Sums()
            for row in rows:
                sums.moved([], unpack(row.packed))
                row.counted = True
            sums.write(session)
        last, counted = rows[-1].person, counted + len(rows)
    return counted
