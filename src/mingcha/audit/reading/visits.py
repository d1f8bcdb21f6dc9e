"""Encounters as a list shows them: where, when, why, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from mingcha.audit.reading.care import Care, coded_rows
from mingcha.audit.reading.told import known, moment
from mingcha.domain.values import MINUTES_A_DAY, ValueType


@dataclass(frozen=True)
class EncounterView:
    """An encounter of a person.

    Args:
        dataset: the folder of the dataset it was read from.
        nights: of a stay, from admission to discharge.
        lines: how many of its lines the actor's scope reaches; amounts are of the whole bill, in fen.
        days_since_stay: from the discharge before, at whichever institution, to this admission.
    """

    dataset: str
    encounter_id: str
    institution_id: str
    institution_name: str | None
    institution_level: str | None
    department_name: str | None
    doctor_name: str | None
    started_at: str | None
    ended_at: str | None
    settled_at: str | None
    first_day: str | None
    last_day: str | None
    visit_type: str | None
    care_type: str | None
    insurance_type: str | None
    inpatient: bool | None
    nights: int | None
    main_diagnosis: str | None
    main_diagnosis_name: str | None
    total_fen: int | None
    fund_paid_fen: int | None
    lines: int
    days_since_stay: int | None = None


def visits_of(care: Care) -> list[EncounterView]:
    """The encounters that are reached, in order of time."""
    lines = dict(care.lines.group_by("enc").len().iter_rows())
    coded = coded_rows(care, "diagnoses")
    names = dict(coded.drop_nulls("diagnosis_name").select("diagnosis_code", "diagnosis_name").iter_rows())
    return [
        _visit(row, care.index.lake.path.name, names, lines.get(row["enc"], 0))
        for row in care.encounters.sort("started_at", nulls_last=True).iter_rows(named=True)
    ]


def _visit(row: Mapping[str, Any], dataset: str, names: Mapping[str, str], lines: int) -> EncounterView:
    first, last = (_day(row["started_at"]), _day(row["ended_at"]))
    code = row["main_diagnosis"]
    return EncounterView(
        dataset=dataset,
        encounter_id=row["encounter_id"],
        institution_id=row["institution_id"],
        institution_name=row["institution_name"],
        institution_level=row["institution_level"],
        department_name=row["department_name"] or row["department_id"],
        doctor_name=row["doctor_name"] or row["doctor_id"],
        started_at=moment(row["started_at"]),
        ended_at=moment(row["ended_at"]),
        settled_at=moment(row["settled_at"]),
        first_day=known(first, ValueType.DAY),
        last_day=known(last, ValueType.DAY),
        visit_type=row["visit_type"],
        care_type=row["care_type"],
        insurance_type=row["insurance_type"],
        inpatient=row["inpatient"],
        nights=last - first if row["inpatient"] and first is not None and last is not None else None,
        main_diagnosis=code,
        main_diagnosis_name=names.get(code or ""),
        total_fen=row["total_amount"],
        fund_paid_fen=row["fund_paid"],
        lines=lines,
    )


def _day(minute: int | None) -> int | None:
    return None if minute is None else minute // MINUTES_A_DAY


def readmissions(cares: pl.DataFrame) -> dict[str, int]:
    """By encounter, the days since the discharge before; of stays that follow another.

    Args:
        cares: encounter_id, inpatient, started_at and ended_at of all encounters of one person.
    """
    stays = cares.filter("inpatient").sort("started_at", nulls_last=True)
    ended = pl.col("ended_at") // MINUTES_A_DAY
    since = stays.select(
        "encounter_id", (pl.col("started_at") // MINUTES_A_DAY - ended.cum_max().shift(1)).alias("days")
    )
    return dict(since.drop_nulls("days").iter_rows())
