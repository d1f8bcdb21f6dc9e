"""Earlier bills of persons in the database: looked up while a call waits, brought up to date when it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from mingcha.access import personal
from mingcha.access.context import Access
from mingcha.access.personal import PersonField
from mingcha.audit.past import PastEncounter, lasting, not_before, pack, past_in, unpack
from mingcha.audit.spending import Sums
from mingcha.domain.values import MINUTES_A_DAY
from mingcha.store.database.histories import History, HistoryReader

# No window of a rule reaches further back.
DAYS_KEPT = 800
# What a doctor or a window thinks of an answer is said within days; so long it is kept what a bill took the place of.
_TAKEN_BACK_WITHIN = 3 * 86_400

Change = Callable[[list[PastEncounter]], list[PastEncounter]]


def index_of(access: Access, person: str) -> str:
    """Where a person's row lies: nobody can read back from it who that is."""
    return personal.index_of(access.keys, PersonField.NUMBER, person)


class PastLookup:
    """What is known of a person, for a call that waits; for one thread."""

    def __init__(self, access: Access) -> None:
        self._keys = access.keys  # what finds a person stays the same when keys are rotated
        self._reader = HistoryReader(access.database)

    def __call__(self, person: str) -> list[PastEncounter]:
        """A person's past.

        Raises:
            Unavailable: the database does not answer.
        """
        index = personal.index_of(self._keys, PersonField.NUMBER, person)
        packed = self._reader.packed(index)
        return [] if packed is None else past_in(packed)

    def close(self) -> None:
        """Let go of the database."""
        self._reader.close()


def change(session: Session, access: Access, changes: Mapping[str, Sequence[Change]]) -> None:
    """Bring the rows of some persons up to date, in one transaction with whatever told of it.

    Args:
        changes: by index of the person, in order.
    """
    if not changes:
        return
    rows = {
        row.person: row
        for row in session.scalars(select(History).where(History.person.in_(list(changes))).with_for_update())
    }
    now = int(access.now().timestamp())
    oldest = now // 60 - DAYS_KEPT * MINUTES_A_DAY
    sums = Sums()
    for person, made in changes.items():
        row = rows.get(person)
        past = unpack(row.packed) if row is not None else []
        # What is too old to be kept stays in the sums that it is in.
        before = not_before(past, oldest) if row is not None and row.counted else []
        for one in made:
            past = one(past)
        past = lasting(not_before(past, oldest), now - _TAKEN_BACK_WITHIN)
        sums.moved(before, past)
        if row is None:
            row = History(person=person)
            session.add(row)
        row.packed, row.updated_at, row.counted = pack(past), access.now(), True
    sums.write(session)


def replace(session: Session, access: Access, pasts: Iterable[tuple[str, Sequence[PastEncounter]]]) -> None:
    """Put whole pasts in the place of what was known of these persons."""
    change(session, access, {index_of(access, person): [partial(_other, past)] for person, past in pasts})


def _other(past: Sequence[PastEncounter], _before: list[PastEncounter]) -> list[PastEncounter]:
    return list(past)
