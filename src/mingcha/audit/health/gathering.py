"""Facts of health from the optional tables of a dataset, and from rows of messages: which tells what, as data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import polars as pl

from mingcha.access.context import Access
from mingcha.access.persons import indexes_of
from mingcha.audit.health.facts import FactKind, HealthFact, tell
from mingcha.audit.reading.told import in_words
from mingcha.domain.entitlement import ChronicRegistration
from mingcha.domain.evidence import (
    Allergy,
    CultureReport,
    ExaminationReport,
    LaboratoryResult,
    Operation,
    Order,
    PathologyReport,
    RecordedDiagnosis,
    SusceptibilityReport,
)
from mingcha.domain.fields import Entity, Field
from mingcha.domain.values import MINUTES_A_DAY, ValueType
from mingcha.store.lake import Lake

_PERSONS_AT_ONCE = 1_000
_PLACE = ("institution_id", "care_region", "started_at", "person_id")


@dataclass(frozen=True)
class Telling:
    """What a table tells.

    Args:
        code, name, day: fields of which the first known one counts.
        said: what else is shown of it.
        only: a row tells something only where one of these is known; every row where there are none.
    """

    kind: FactKind
    entity: type[Entity]
    code: Sequence[Field[Any]]
    name: Sequence[Field[Any]]
    day: Sequence[Field[Any]]
    reference: Field[Any] | None = None
    until: Field[Any] | None = None
    said: Sequence[Field[Any]] = ()
    only: Sequence[Field[Any]] = ()


TELLING: Mapping[str, Telling] = {
    "chronic-registrations": Telling(
        FactKind.REGISTRATION,
        ChronicRegistration,
        (ChronicRegistration.disease_id,),
        (ChronicRegistration.disease_name,),
        (ChronicRegistration.valid_from,),
        ChronicRegistration.registration_id,
        ChronicRegistration.valid_to,
        (ChronicRegistration.certified_on,),
    ),
    "allergies": Telling(
        FactKind.ALLERGY, Allergy, (Allergy.allergen_code,), (Allergy.allergen,), (Allergy.recorded_at,)
    ),
    "recorded-diagnoses": Telling(
        FactKind.DIAGNOSIS,
        RecordedDiagnosis,
        (RecordedDiagnosis.diagnosis_code, RecordedDiagnosis.chinese_code),
        (RecordedDiagnosis.diagnosis_name, RecordedDiagnosis.chinese_name),
        (RecordedDiagnosis.recorded_at,),
        RecordedDiagnosis.record,
        said=(
            RecordedDiagnosis.main,
            RecordedDiagnosis.diagnosis_type,
            RecordedDiagnosis.chinese_name,
            RecordedDiagnosis.syndrome,
        ),
    ),
    "examinations": Telling(
        FactKind.EXAMINATION,
        ExaminationReport,
        (ExaminationReport.examination_code, ExaminationReport.local_examination_code),
        (ExaminationReport.examination_name,),
        (ExaminationReport.examined_at, ExaminationReport.reported_at),
        ExaminationReport.report_id,
        said=(
            ExaminationReport.body_part,
            ExaminationReport.positive,
            ExaminationReport.abnormal,
            ExaminationReport.conclusion,
        ),
    ),
    "laboratory-results": Telling(
        FactKind.EXAMINATION,
        LaboratoryResult,
        (LaboratoryResult.detail_code, LaboratoryResult.examination_code),
        (LaboratoryResult.detail_name, LaboratoryResult.examination_name),
        (LaboratoryResult.sampled_at, LaboratoryResult.reported_at),
        LaboratoryResult.report_id,
        said=(
            LaboratoryResult.value,
            LaboratoryResult.unit,
            LaboratoryResult.finding,
            LaboratoryResult.reference,
            LaboratoryResult.abnormal,
        ),
    ),
    "cultures": Telling(
        FactKind.EXAMINATION,
        CultureReport,
        (CultureReport.germ_code,),
        (CultureReport.germ_name,),
        (CultureReport.cultured_at,),
        CultureReport.report_id,
        said=(CultureReport.colonies, CultureReport.result),
    ),
    "susceptibilities": Telling(
        FactKind.EXAMINATION,
        SusceptibilityReport,
        (SusceptibilityReport.drug_code,),
        (SusceptibilityReport.drug_name,),
        (),
        SusceptibilityReport.report_id,
        said=(SusceptibilityReport.germ_name, SusceptibilityReport.resistance, SusceptibilityReport.result),
    ),
    "pathology": Telling(
        FactKind.EXAMINATION,
        PathologyReport,
        (),
        (PathologyReport.diagnosis, PathologyReport.specimen),
        (PathologyReport.submitted_at, PathologyReport.reported_at),
        PathologyReport.report_id,
        said=(PathologyReport.specimen, PathologyReport.seen, PathologyReport.immunohistochemistry),
    ),
    "operations": Telling(
        FactKind.OPERATION,
        Operation,
        (Operation.procedure_code,),
        (Operation.procedure_name,),
        (Operation.operated_at,),
        Operation.number,
    ),
    # The hospital's own code of an order is nobody else's.
    "orders": Telling(
        FactKind.DRUG,
        Order,
        (),
        (Order.local_order_name,),
        (Order.begun_at, Order.issued_at),
        Order.order_id,
        Order.medication_ended_at,
        said=(Order.taken_by,),
        only=(Order.dosage_form, Order.taken_by),
    ),
}
_OF_ENTITY = {one.entity: one for one in TELLING.values()}


def gather(access: Access, lake: Lake, as_of: int) -> int:
    """Take the facts that a dataset tells beside its bills; returns how many. Done again, it ends with the same."""
    told: dict[str, list[HealthFact]] = defaultdict(list)
    encounters = None
    for slug, telling in TELLING.items():
        table = lake.table(slug)
        if table is None:
            continue
        if encounters is None:
            encounters = _encounters(lake)
        for person, fact in _facts(_placed(table, encounters), telling, lake.path.name, as_of):
            told[person].append(fact)
    indexes = indexes_of(access, told)
    people = iter(indexes.items())
    while some := list(islice(people, _PERSONS_AT_ONCE)):
        with access.database.writing() as session:
            tell(session, access, {index: told[key] for key, index in some})
    return sum(not one.withdrawn for key in indexes for one in told[key])


def _encounters(lake: Lake) -> pl.DataFrame:
    read = [lake.scan("encounters", number).select("encounter_id", *_PLACE) for number in lake.buckets]
    return pl.concat(read).collect().unique("encounter_id")


def _placed(table: pl.DataFrame, encounters: pl.DataFrame) -> pl.DataFrame:
    """The rows with whose they are and where."""
    if "encounter_id" not in table.columns:
        return table
    placed = table.join(encounters, on="encounter_id", how="left", suffix="_of_bill")
    if "person_id" in table.columns:
        placed = placed.with_columns(pl.coalesce("person_id", "person_id_of_bill").alias("person_id"))
    return placed


def facts_of_rows(
    rows: Iterable[tuple[type[Entity], Mapping[str, Any]]],
    *,
    institution_id: str,
    region: str,
    source: str,
    as_of: int,
) -> Iterator[tuple[str, HealthFact]]:
    """What rows of an institution's messages tell, with the number of the person.

    Args:
        rows: whole ones, by the names of their fields.
    """
    for entity, row in rows:
        telling = _OF_ENTITY.get(entity)
        placed = {**row, "institution_id": institution_id, "care_region": region}
        fact = None if telling is None else _fact(placed, telling, source, as_of)
        if fact is not None:
            yield row["person_id"], fact


def _facts(rows: pl.DataFrame, telling: Telling, source: str, as_of: int) -> Iterator[tuple[str, HealthFact]]:
    for row in rows.iter_rows(named=True):
        fact = _fact(row, telling, source, as_of)
        if fact is not None and row["person_id"] is not None:
            yield str(row["person_id"]), fact


def _fact(row: Mapping[str, Any], telling: Telling, source: str, as_of: int) -> HealthFact | None:
    """The fact that a row tells; None where it says of nothing."""
    code, name = _first(row, telling.code), _first(row, telling.name)
    if not (code or name) or (telling.only and not _first(row, telling.only)):
        return None
    reference = None if telling.reference is None else row[telling.reference.name]
    return HealthFact(
        kind=telling.kind.value,
        code=code,
        name=name,
        day=_day(row, telling.day),
        until=None if telling.until is None else _day_in(row, telling.until),
        said=tuple(
            (one.label, in_words(row[one.name], one))
            for one in telling.said
            if row[one.name] not in (None, name)
        ),
        institution_id=row.get("institution_id") or "",
        region=row.get("care_region") or "",
        encounter_id=row.get("encounter_id") or "",
        source=source,
        reference=reference or "",
        as_of=as_of,
        withdrawn=row.get("in_force") is False,
    )


def _first(row: Mapping[str, Any], fields: Sequence[Field[Any]]) -> str:
    return next((str(row[one.name]) for one in fields if row[one.name]), "")


def _day(row: Mapping[str, Any], fields: Sequence[Field[Any]]) -> int | None:
    """The day that the row says, or else the one on which the visit began."""
    for one in fields:
        if (day := _day_in(row, one)) is not None:
            return day
    started = row.get("started_at")
    return None if started is None else int(started) // MINUTES_A_DAY


def _day_in(row: Mapping[str, Any], field: Field[Any]) -> int | None:
    value = row[field.name]
    if value is None:
        return None
    return int(value) // MINUTES_A_DAY if field.type is ValueType.MOMENT else int(value)
