"""The platform's organisations as tables beside the bills: what institutions, units and doctors were on which day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.organisations import Kind
from mingcha.access.staff_over_time import Periods, over_time
from mingcha.access.staff_rights import Right
from mingcha.domain.schema import OPTIONAL_TABLES
from mingcha.domain.values import day_of
from mingcha.store.columns import columns_of, conform
from mingcha.store.database.organisations import Organisation, OrganisationPeriod, StaffRight

# Before the first word about somebody nothing is known, which must not read as "was not entitled".
_EVER = day_of(date(1950, 1, 1))
Rows = list[dict[str, Any]]


def organisation_facts(access: Access, actor: Actor) -> dict[str, pl.DataFrame]:
    """The tables that the organisations in the actor's scope fill, by name; none where nothing is known."""
    periods, rights = over_time(access, actor)
    tables: dict[str, Rows] = {
        "institutions": [_institution(*one) for one in periods if one[0].kind == Kind.INSTITUTION.value],
        "departments": [_department(*one) for one in periods if one[0].kind == Kind.DEPARTMENT.value],
        "doctors": [_doctor(*one) for one in _once(periods, Kind.DOCTOR)],
        "institution-states": _states(
            periods, rights, Kind.INSTITUTION, Right.AGREEMENT, "agreement_in_force"
        ),
        "doctor-states": _states(periods, rights, Kind.DOCTOR, Right.INSURED, "insured_doctor"),
        "doctor-rights": _doctor_rights(periods, rights),
    }
    return {
        slug: conform(pl.DataFrame(rows, infer_schema_length=None), columns_of(OPTIONAL_TABLES[slug])).unique(
            maintain_order=True
        )
        for slug, rows in tables.items()
        if rows
    }


def write_organisation_facts(access: Access, actor: Actor, folder: Path) -> list[Path]:
    """The tables as files that an import reads beside the bills."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for slug, frame in organisation_facts(access, actor).items():
        path = folder / f"{slug}.parquet"
        partial = path.with_suffix(".partial")
        _readable(slug, frame).write_parquet(partial)
        partial.replace(path)
        written.append(path)
    return written


def _readable(slug: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Days as dates: a bare number in a file is no day to whoever reads it."""
    days = [name for name, field in OPTIONAL_TABLES[slug].fields().items() if field.type.name == "DAY"]
    return frame.with_columns(pl.col(name).cast(pl.Date) for name in days if name in frame.columns)


def _institution(one: Organisation, period: OrganisationPeriod) -> dict[str, Any]:
    return {
        "institution_id": one.code,
        "institution_name": period.name,
        "institution_type": period.category,
        "institution_level": period.level,
        "care_region": period.region_code,
    }


def _department(one: Organisation, period: OrganisationPeriod) -> dict[str, Any]:
    return {
        "institution_id": one.institution_code,
        "department_id": one.code,
        "department_name": period.name,
        "discipline": period.category,
        **_days(period),
    }


def _doctor(one: Organisation, period: OrganisationPeriod) -> dict[str, Any]:
    return {
        "doctor_id": one.code,
        "local_doctor_id": period.local_code,
        "doctor_name": period.name,
        "title": period.title,
    }


def _states(
    periods: Periods, rights: dict[UUID, list[StaffRight]], kind: Kind, right: Right, fact: str
) -> Rows:
    """A row a period of a right; of whom nothing was ever said, nothing is."""
    rows: Rows = []
    for one, _ in _once(periods, kind):
        held = [row for row in rights.get(one.id, []) if row.right_name == right.value]
        if not held:
            continue
        whose = {"institution_id": one.institution_code or one.code}
        if kind is Kind.DOCTOR:
            whose["doctor_id"] = one.code
        first = day_of(held[0].valid_from)
        rows.append({**whose, "valid_from": _EVER, "valid_to": first - 1, fact: None})
        for row in held:
            number = {"agreement_id": row.number} if right is Right.AGREEMENT else {}
            rows.append({**whose, **_days(row), **number, fact: True})
    return rows


def _doctor_rights(periods: Periods, rights: dict[UUID, list[StaffRight]]) -> Rows:
    return [
        {
            "doctor_id": one.code,
            "institution_id": one.institution_code,
            "right": row.right_name,
            "grade": row.grade,
            **_days(row),
        }
        for one, _ in _once(periods, Kind.DOCTOR)
        for row in rights.get(one.id, [])
    ]


def _once(periods: Periods, kind: Kind) -> Periods:
    """Each organisation of a kind once, with the newest that is known of it."""
    newest = {one.id: (one, period) for one, period in periods if one.kind == kind.value}
    return list(newest.values())


def _days(row: OrganisationPeriod | StaffRight) -> dict[str, int | None]:
    to = row.valid_to
    return {"valid_from": day_of(row.valid_from), "valid_to": None if to is None else day_of(to)}
