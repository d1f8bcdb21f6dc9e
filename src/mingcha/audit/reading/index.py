"""The index of a run's findings, opened: small numbers in memory, with what they stand for beside them.

RUN/index/rows.parquet        one row a finding, the largest claim first; `row` is its row in findings.parquet
RUN/index/<table>.parquet     what the numbers stand for: places, items, rules, exemptions, and texts by name
RUN/index/index.json          written last; says of which findings it was made
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.access.scope import Scope
from mingcha.audit.batch import FINDINGS
from mingcha.audit.outputs import read_json
from mingcha.audit.reading.index_columns import CODED, PLACE
from mingcha.audit.reading.within import within
from mingcha.audit.run import INDEX

ABOUT, FORMAT = "index.json", 2
TABLES = ("places", "items", "rules", "exemptions")


@dataclass(frozen=True)
class FindingIndex:
    """The findings of one run as numbers.

    Args:
        rows: row, finding_id (bytes), place, item, rule, exemption (numbers of rows of the tables), the coded
            columns (numbers of `texts`), inpatient, age, day, settled_on, and money in fen.
        tables: places, items, rules and exemptions.
        texts: by column, its values in order.
    """

    run: Path
    manifest: dict[str, Any]
    rows: pl.DataFrame
    tables: dict[str, pl.DataFrame]
    texts: dict[str, pl.Series]

    @property
    def places(self) -> pl.DataFrame:
        """care_region, institution_id, department_id, doctor_id, insurance_type, and what they are called."""
        return self.tables["places"]

    @cached_property
    def size(self) -> int:
        """Bytes in memory."""
        frames = [self.rows, *self.tables.values(), *(text.to_frame() for text in self.texts.values())]
        return sum(int(frame.estimated_size()) for frame in frames)

    def number_of(self, column: str, text: str) -> int | None:
        """The number that stands for a text in a coded column; None where no finding has it."""
        values = self.texts[column]
        place = values.search_sorted(text)
        return int(place) if place < len(values) and values[place] == text else None

    def at(self, table: str, condition: pl.Expr, *, without: bool = False) -> pl.Series:
        """By finding, whether a condition over one of the tables holds; `without` where a finding has no row there."""
        holds = self.tables[table].select(condition.fill_null(value=False).alias("holds")).to_series()
        return holds.gather(self.rows[NUMBER[table]]).fill_null(value=without)

    def within(self, scope: Scope) -> pl.Series | None:
        """By finding, whether it is inside a scope; None where all are."""
        # The whole is not asked for row by row: most who read a whole city's findings see all of it.
        inside = self.places.with_columns(holds=within(scope))["holds"]
        return None if inside.all() else inside.gather(self.rows["place"])


NUMBER = {"places": "place", "items": "item", "rules": "rule", "exemptions": "exemption"}


def read_index(run: Path, manifest: dict[str, Any]) -> FindingIndex | None:
    """The index that lies in a run's folder; None where there is none, or one of other findings."""
    folder = run / INDEX
    about = read_json(folder / ABOUT)
    if about is None or about != about_of(manifest):
        return None

    def read(name: str) -> pl.DataFrame:
        return pl.read_parquet(folder / f"{name}.parquet", glob=False)

    texts = {name: read(name).to_series() for name in CODED}
    return FindingIndex(run, manifest, read("rows"), {name: read(name) for name in TABLES}, texts)


def about_of(manifest: dict[str, Any]) -> dict[str, Any]:
    """What makes an index the index of these findings."""
    return {"format": FORMAT, "findings": manifest["files"][FINDINGS], "places": list(PLACE)}
