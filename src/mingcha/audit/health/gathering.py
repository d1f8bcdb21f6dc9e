"""Facts of health from the optional tables of a dataset: which table tells what, as data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
    """

    kind: FactKind
    entity: type[Entity]
    code: Sequence[Field[Any]]
    name: Sequence[Field[Any]]
    day: Sequence[Field[Any]]
    reference: Field[Any] | None = None
    until: Field[Any] | None = None
    said: Sequence[Field[Any]] = ()


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
}


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
    return sum(len(told[key]) for key in indexes)


def _encounters(lake: Lake) -> pl.DataFrame:
    read = [lake.scan("encounters", number).select("encounter_id", *_PLACE) for number in lake.buckets]
    return pl.concat(read).collect().unique("encounter_id")


def _placed(table: pl.DataFrame, encounters: pl.DataFrame) -> pl.DataFrame:
    """The rows with whose they are and where; what was withdrawn is left out."""
    if "in_force" in table.columns:
        table = table.filter(pl.col("in_force").fill_null(value=True))
    if "encounter_id" not in table.columns:
        return table
    placed = table.join(encounters, on="encounter_id", how="left", suffix="_of_bill")
    if "person_id" in table.columns:
        placed = placed.with_columns(pl.coalesce("person_id", "person_id_of_bill").alias("person_id"))
    return placed


def _facts(rows: pl.DataFrame, telling: Telling, source: str, as_of: int) -> Iterator[tuple[str, HealthFact]]:
    for row in rows.iter_rows(named=True):
        code, name = _first(row, telling.code), _first(row, telling.name)
        if row["person_id"] is None or not (code or name):
            continue
        reference = None if telling.reference is None else row[telling.reference.name]
        yield (
            str(row["person_id"]),
            HealthFact(
                kind=telling.kind.value,
                code=code,
                name=name,
                day=_day(row, telling.day),
                until=None if telling.until is None else row[telling.until.name],
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
            ),
        )


def _first(row: Mapping[str, Any], fields: Sequence[Field[Any]]) -> str:
    return next((str(row[one.name]) for one in fields if row[one.name]), "")


def _day(row: Mapping[str, Any], fields: Sequence[Field[Any]]) -> int | None:
    """The day that the row says, or else the one on which the visit began."""
    for one in fields:
        if (value := row[one.name]) is not None:
            return int(value) // MINUTES_A_DAY if one.type is ValueType.MOMENT else int(value)
    started = row.get("started_at")
    return None if started is None else int(started) // MINUTES_A_DAY
