"""Different bills of one size, each with history of the same person, put together from a city's lines.

Encounters of like persons (sex, age, kind of care, level) stand side by side and their lines are cut into
pieces of equal length, so that a made bill is nearly as lawful as the city it comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.audit.bucket import columns_read
from mingcha.engine.plan import Plan
from mingcha.store import columns as c
from mingcha.store.lake import Bucket, Lake

LINES, HISTORY, EARLIER_VISITS = 60, 200, 4
_DAYS_BETWEEN = 20
_AGE_BAND = 1826
_OF_PERSON = ("person_id", "sex", "birth_date", "insured_region")


@dataclass(frozen=True)
class Visit:
    """One encounter as plain facts, as an interface hands them to the engine."""

    facts: dict[str, Any]
    lines: dict[str, list[Any]]
    diagnoses: list[str]
    audited: bool


class Bills:
    """Bills of `LINES` lines, each with `HISTORY` earlier ones in `EARLIER_VISITS` encounters."""

    def __init__(self, dataset: Path, plan: Plan) -> None:
        lake = Lake(dataset)
        self._codes = lake.items()["item_code"]
        self._columns = columns_read(plan)["lines"]
        bucket = lake.read_bucket(0)
        self.encounters = _alike_side_by_side(bucket)
        self.lines = _lines_of(self.encounters, bucket, self._columns)

    def __len__(self) -> int:
        return (self.lines.height - HISTORY) // LINES

    def case(self, number: int) -> list[Visit]:
        """The bill with this number, the history first."""
        first = number * LINES
        current = self._visit(first, LINES, number, 0)
        size = HISTORY // EARLIER_VISITS
        earlier = [
            self._visit(first + LINES + nth * size, size, number, EARLIER_VISITS - nth, current.facts)
            for nth in range(EARLIER_VISITS)
        ]
        return [*earlier, current]

    def long(self, number: int, lines: int) -> Visit:
        """A bill of so many lines, of a person without history."""
        return self._visit(number * LINES, lines, number, 0)

    def _visit(
        self, first: int, size: int, number: int, visits_ago: int, person: dict[str, Any] | None = None
    ) -> Visit:
        lines = self.lines.slice(first, size)
        facts = self.encounters.row(lines["visit"][0], named=True)
        del facts["enc"]
        diagnoses = facts.pop("diagnoses") or []
        facts["encounter_id"] = f"{number}-{visits_ago}"
        if person is not None:
            facts.update({name: person[name] for name in _OF_PERSON})
            facts["started_at"] = person["started_at"] - visits_ago * _DAYS_BETWEEN * 1440
        charged = lines["since"] + facts["started_at"]
        facts["ended_at"] = int(max(facts["started_at"], *charged))
        facts["total_amount"] = lines["billed_amount"].sum()
        facts["fund_paid"] = facts["total_amount"] * 6 // 10
        columns = {name: lines[name].to_list() for name in self._columns if name not in {"enc", "item"}}
        columns["charged_at"] = charged.to_list()
        columns["line_id"] = [f"{number}-{visits_ago}-{nth}" for nth in range(size)]
        columns["item_code"] = self._codes.gather(lines["item"]).to_list()
        return Visit(facts, columns, diagnoses, audited=person is None)

    def frames(self, numbers: Sequence[int]) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Encounters and lines of the bills under audit as tables of a dataset, `bill` being their number."""
        visits = [(number, self.case(number)[-1]) for number in numbers]
        encounters = pl.DataFrame([visit.facts for _, visit in visits], infer_schema_length=None)
        lines = pl.concat([_line_frame(number, visit) for number, visit in visits])
        return c.conform(encounters, c.ENCOUNTERS).with_columns(bill=pl.Series(numbers)), lines


def _line_frame(number: int, visit: Visit) -> pl.DataFrame:
    schema = {name: c.LINES.get(name, pl.String()) for name in visit.lines}
    return pl.DataFrame(visit.lines, schema=schema).with_columns(bill=pl.lit(number), line_key="line_id")


def _alike_side_by_side(bucket: Bucket) -> pl.DataFrame:
    """Encounters with their diagnoses as a list, those of like persons side by side."""
    diagnoses = bucket.diagnoses.group_by("enc").agg(diagnoses="diagnosis_code")
    like = ("inpatient", "sex", "band", "institution_level", "insurance_type", "care_type")
    return (
        bucket.encounters.with_row_index("enc")
        .cast({"enc": pl.Int32})
        .join(diagnoses, on="enc", how="left", maintain_order="left")
        .with_columns(inpatient=pl.col("ended_at").is_not_null(), band=pl.col("birth_date") // _AGE_BAND)
        .sort(*like, "enc", nulls_last=True)
        .drop("inpatient", "band", "person")
    )


def _lines_of(encounters: pl.DataFrame, bucket: Bucket, columns: Sequence[str]) -> pl.DataFrame:
    """The lines in the order of the encounters; `visit` is the encounter's row there, `since` the minutes
    since it began."""
    visits = encounters.select("enc", "started_at").with_row_index("visit")
    return (
        bucket.lines.select(columns)
        .join(visits, on="enc")
        .sort("visit", maintain_order=True)
        .with_columns(since=pl.col("charged_at") - pl.col("started_at"))
    )
