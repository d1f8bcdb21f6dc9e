"""Real prescriptions of another country: codes nobody knows give no finding and no crash, and all is counted."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from mingcha.audit.batch import audit
from mingcha.ingest.claims import import_claims
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.store.lake import Lake

SHARED = Path(os.environ.get("MINGCHA_SHARED", Path(__file__).parents[3] / "shared"))
MIMIC = SHARED / "data" / "mimic_iii_demo"
MAPPING = """
files:
- match: PRESCRIPTIONS.csv
  columns:
    row_id: Line.line_id
    hadm_id: Line.encounter_id
    ndc: Line.item_code
    drug: Line.item_name
    startdate: Line.charged_at
    enddate: Line.stopped_at
    form_val_disp: Line.billed_quantity
    form_unit_disp: Line.unit
    route: Line.administration
    prod_strength: Line.specification
  constants: {Line.billed_amount: '0.00', Line.list_type: '101'}
- match: ADMISSIONS.csv
  columns:
    hadm_id: Encounter.encounter_id
    subject_id: Encounter.person_id
    admittime: Encounter.started_at
    dischtime: Encounter.ended_at
  constants: {Encounter.institution_id: MIMIC, Encounter.visit_type: '2'}
- match: PATIENTS.csv
  columns: {subject_id: Person.person_id, gender: Person.sex, dob: Person.birth_date, dod: Person.death_date}
- match: DIAGNOSES_ICD.csv
  columns: {hadm_id: Diagnosis.encounter_id, icd9_code: Diagnosis.diagnosis_code, seq_num: Diagnosis.order}
- match: PROCEDURES_ICD.csv
  columns: {hadm_id: Procedure.encounter_id, icd9_code: Procedure.procedure_code}
"""

pytestmark = pytest.mark.skipif(
    not MIMIC.is_dir(), reason=f"没有 {MIMIC.name} 数据（MINGCHA_SHARED 或 ../shared）"
)


def test_prescriptions_with_unknown_codes_are_imported_and_audited_without_a_finding(tmp_path: Path) -> None:
    mapping = tmp_path / "映射.yaml"
    mapping.write_text(MAPPING, "utf-8")
    report = import_claims([MIMIC], tmp_path / "dataset", mapping)
    prescriptions = next(table for table in report.tables if table.label == "PRESCRIPTIONS.csv")
    assert prescriptions.read == 10_398
    assert all(table.balanced for table in report.tables)
    assert report.lines == prescriptions.accepted > 8_000
    assert Lake(tmp_path / "dataset").read_bucket(0, lines=["enc"]).lines.height == report.lines
    release = release_of(1, starter_points(), starter_settings(), with_demonstration=True)
    audit(tmp_path / "dataset", release, tmp_path / "out")
    findings = pl.read_parquet(tmp_path / "out" / "findings.parquet")
    known = findings.filter(pl.col("knowledge_point").is_not_null() & pl.col("line_key").is_not_null())
    assert known.is_empty()
