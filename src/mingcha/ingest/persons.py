"""What persons are called in a dataset: as the source writes them, or by keys of a register that keeps the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import polars as pl


class Persons(Protocol):
    """Stands at the entrance of an import: what passes it no longer holds what must not lie in a dataset."""

    def wanted(self, of_person: Mapping[str, str]) -> list[str]:
        """Which of the columns of a person's name, ID number and phone are to be read at all."""

    def enter(
        self, frame: pl.DataFrame, numbers: Iterable[str], of_person: Mapping[str, str]
    ) -> pl.DataFrame:
        """The rows as they may go on.

        Args:
            numbers: the columns in which person numbers stand.
            of_person: the columns of name, ID number and phone, by field; they are not there afterwards.
        """

    def unread(self, text: str) -> str:
        """What may be kept of a row or message that nobody could take apart."""


class AsWritten:
    """Persons keep the numbers that the source gives them; names are not read."""

    def wanted(self, of_person: Mapping[str, str]) -> list[str]:
        """None of them."""
        del of_person
        return []

    def enter(
        self, frame: pl.DataFrame, numbers: Iterable[str], of_person: Mapping[str, str]
    ) -> pl.DataFrame:
        """The rows as they are."""
        del numbers
        return frame.drop(name for name in of_person.values() if name in frame.columns)

    def unread(self, text: str) -> str:
        """All of it: whoever imports on the command line has the file anyway."""
        return text


AS_WRITTEN = AsWritten()
