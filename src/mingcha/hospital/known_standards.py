"""The standards of today, kept ready beside the calls: read anew only when one of them, or the day, has changed."""

from __future__ import annotations

from datetime import date, datetime

from mingcha.access.context import Access
from mingcha.hospital.matching import StandardBook
from mingcha.hospital.standards import in_force, revision


class KnownStandards:
    """Follows the standards of an installation; for one thread that looks, and any that ask."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._book = StandardBook()
        self._known: tuple[date, int, int, datetime | None] | None = None

    def __call__(self) -> StandardBook:
        """The standards as they were last seen."""
        return self._book

    def look(self) -> None:
        """Take up what has changed.

        Raises:
            Unavailable: the database does not answer; those before go on.
        """
        today = self._access.today()
        with self._access.database.reading() as session:
            now = (today, *revision(session))
            if now != self._known:
                self._book, self._known = StandardBook(in_force(session, today)), now
