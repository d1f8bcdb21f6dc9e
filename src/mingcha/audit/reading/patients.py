"""Patients of an institution, as its bills know them: whoever was seen last stands first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from mingcha.access.context import CHINA, Access
from mingcha.access.errors import missing
from mingcha.access.persons import PersonView, view_of, with_keys
from mingcha.access.scope import Scope
from mingcha.audit.reading.open_claims import open_claims
from mingcha.audit.reading.within import within
from mingcha.domain.values import MINUTES_A_DAY, minute_of

_FACTS = (
    *("sex", "birth_date", "insured_region", "insurance_type"),
    *("institution_id", "institution_name", "care_region", "institution_type", "institution_level"),
    *("department_id", "department_name", "doctor_id", "doctor_name"),
)
_READ = ("person_id", "started_at", *_FACTS)


@dataclass(frozen=True)
class Patient:
    """Somebody treated at an institution.

    Args:
        facts: of the last visit there, by the names of the domain.
        last_day: of that visit, as a day number.
    """

    person: PersonView
    facts: dict[str, Any]
    last_day: int
    visits: int


def patients(
    access: Access, scope: Scope, institution_id: str, *, sex: str | None = None, most: int = 50
) -> list[Patient]:
    """Some patients whom the scope reaches and the register knows."""
    index = next(open_claims(access, None), None)
    if index is None:
        return []
    rows = pl.concat([index.lake.scan("encounters", bucket).select(_READ) for bucket in index.lake.buckets])
    now = minute_of(access.now().astimezone(CHINA).replace(tzinfo=None))
    here = pl.col("institution_id") == institution_id
    rows = rows.filter(here, pl.col("started_at") <= now, within(scope))
    if sex is not None:
        rows = rows.filter(pl.col("sex") == sex)
    seen = _by_person(rows).sort("started_at", "person_id", descending=[True, False]).head(most).collect()
    return list(_known(access, seen))


def patient(access: Access, scope: Scope, institution_id: str, key: str) -> Patient:
    """One of them.

    Raises:
        Missing: nobody whom the scope reaches there.
    """
    for index in open_claims(access, None):
        for stand in index.persons([key]):
            rows = index.rows(stand, "encounters", _READ).lazy()
            rows = rows.filter(pl.col("institution_id") == institution_id, within(scope))
            for found in _known(access, _by_person(rows).collect()):
                return found
    raise missing("这位患者")


def _by_person(rows: pl.LazyFrame) -> pl.LazyFrame:
    grouped = rows.sort("started_at").group_by("person_id", maintain_order=True)
    return grouped.agg(
        *(pl.col(name).drop_nulls().last() for name in ("started_at", *_FACTS)), pl.len().alias("visits")
    )


def _known(access: Access, seen: pl.DataFrame) -> Iterator[Patient]:
    with access.database.reading() as session:
        rows = with_keys(session, seen["person_id"])
    for facts in seen.iter_rows(named=True):
        key, visits, started = facts.pop("person_id"), facts.pop("visits"), facts.pop("started_at")
        if key in rows:
            yield Patient(view_of(access, rows[key]), facts, started // MINUTES_A_DAY, visits)
