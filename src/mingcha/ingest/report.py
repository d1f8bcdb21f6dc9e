"""What an import did: for every table read = accepted + rejected + duplicates, and where it lies."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl


@dataclass
class TableReport:
    """The fate of the rows of one table. `skipped` were left out by the mapping file and do not count as read.

    `visits_by_another` are columns that name the visit too, but not as the lines do.
    """

    label: str
    kind: str
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    duplicates: int = 0
    skipped: int = 0
    unknown_columns: tuple[str, ...] = ()
    visits_by_another: tuple[str, ...] = ()

    @property
    def balanced(self) -> bool:
        """Whether every row read has exactly one fate."""
        return self.accepted + self.rejected + self.duplicates == self.read


@dataclass
class ImportReport:
    """The result of an import: the dataset, its tables, and the counts that people ask for."""

    out: Path
    tables: list[TableReport] = field(default_factory=list)
    encounters: int = 0
    lines: int = 0
    persons: int = 0
    items: int = 0
    buckets: int = 0
    refunds_netted: int = 0
    refunds_unmatched: int = 0
    optional: dict[str, int] = field(default_factory=dict)
    quality: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def read(self) -> int:
        """Rows read, over all tables."""
        return sum(table.read for table in self.tables)

    @property
    def accepted(self) -> int:
        """Rows accepted, over all tables."""
        return sum(table.accepted for table in self.tables)

    @property
    def rejected(self) -> int:
        """Rows that lie in the reject file."""
        return sum(table.rejected for table in self.tables)

    @property
    def duplicates(self) -> int:
        """Rows that repeated an earlier one."""
        return sum(table.duplicates for table in self.tables)

    @property
    def rejects_file(self) -> Path:
        """Where the rejected rows lie."""
        return self.out / "rejects.csv"
