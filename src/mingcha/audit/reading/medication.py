"""Medication that a person still has: what was dispensed outside of stays, and how long it lasts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from mingcha.audit.reading.told import known
from mingcha.domain.claims import Line
from mingcha.domain.drug_codes import drug_of
from mingcha.domain.values import MINUTES_A_DAY, ValueType, written
from mingcha.engine.facts import LINE_FACTS

_COURSE = LINE_FACTS[Line.course_days.name]
_DRUGS = ("X", "Z")
_WANTED = (
    "row",
    "dataset",
    "encounter_id",
    "item_code",
    "item_name",
    "charged_at",
    "quantity",
    "institution_name",
)


@dataclass(frozen=True)
class Dispensing:
    """Once that a drug was dispensed; `left` is what lay at home then, `lasts_until` what it lasts until after."""

    dataset: str
    encounter_id: str
    institution_name: str | None
    day: str
    name: str | None
    quantity: str | None
    days: int
    left: int
    lasts_until: str


@dataclass(frozen=True)
class Medication:
    """A drug, whatever its strength and maker.

    Args:
        days_left: on the day asked for.
        unknown: dispensings that say nothing of how long they last; they are not counted.
    """

    drug: str
    name: str | None
    days_left: int
    until: str
    unknown: int
    dispensings: list[Dispensing]


def medication(lines: pl.DataFrame, day: int) -> list[Medication]:
    """What is left of each drug on a day, the most first.

    As rule medication-left counts: days that are left when more is dispensed are added to it; within a stay nothing is
    taken home.

    Args:
        lines: lines of one person with dataset, encounter, item and institution, and whether it was a stay.
    """
    taken = lines.filter(
        ~pl.col("inpatient"),
        pl.col("item_code").str.slice(0, 1).is_in(_DRUGS),
        pl.col("quantity") > 0,
        pl.col("charged_at") // MINUTES_A_DAY <= day,
    )
    if taken.is_empty():
        return []
    course = _COURSE.column(taken.select(_COURSE.reads)).alias("days")
    rows = taken.select(*_WANTED).with_columns(course, day=pl.col("charged_at") // MINUTES_A_DAY)
    by_drug: dict[str, list[dict[str, Any]]] = {}
    for row in rows.sort("charged_at", "encounter_id", "row").iter_rows(named=True):
        by_drug.setdefault(drug_of(row["item_code"]), []).append(row)
    found = [_medication(drug, given, day) for drug, given in by_drug.items()]
    return sorted(found, key=lambda one: (-one.days_left, one.drug))


def _medication(drug: str, rows: Sequence[dict[str, Any]], day: int) -> Medication:
    lasting = list(dispensed(rows))
    until = max((row["until"] for row in lasting), default=day)
    return Medication(
        drug=drug,
        name=rows[-1]["item_name"],
        days_left=max(0, until - day) if lasting else 0,
        until=written(until, ValueType.DAY),
        unknown=len(rows) - len(lasting),
        dispensings=[_shown(row) for row in reversed(lasting)],
    )


def dispensed(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each dispensing of a drug with what was left before it and the day until which all of it lasts.

    Args:
        rows: in order of time, with `day` and `days`; what says no days is left out.
    """
    until: int | None = None
    for row in rows:
        if not row["days"]:
            continue
        left = max(0, (until or row["day"]) - row["day"])
        until = row["day"] + left + row["days"]
        yield {**row, "left": left, "until": until}


def _shown(row: dict[str, Any]) -> Dispensing:
    return Dispensing(
        row["dataset"],
        row["encounter_id"],
        row["institution_name"],
        written(row["day"], ValueType.DAY),
        row["item_name"],
        known(row["quantity"], ValueType.QUANTITY),
        row["days"],
        row["left"],
        written(row["until"], ValueType.DAY),
    )
