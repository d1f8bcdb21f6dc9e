"""An import of claims: the files of an upload become a dataset."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.permissions import Permission
from mingcha.audit.ledger.folders import dataset_folder
from mingcha.audit.ledger.span import days_of
from mingcha.audit.ledger.uploads import check_not_empty, files_folder, mapping_file
from mingcha.ingest.claims import import_claims
from mingcha.ingest.registered import Registered
from mingcha.ingest.report import ImportReport
from mingcha.jobs.kind import Kind, Work
from mingcha.store.database.runs import Dataset, Run
from mingcha.store.lake import Lake
from mingcha.store.lake_index import write_index


@dataclass(frozen=True)
class ImportParameters:
    """Which upload becomes a dataset, and under which name."""

    upload_id: UUID
    name: str


def _check(access: Access, actor: Actor, parameters: ImportParameters) -> ImportParameters:
    check_not_empty(access, actor, parameters.upload_id)
    return parameters


def _work(work: Work[ImportParameters]) -> dict[str, Any]:
    """The dataset has the run's number, so that there is one, however often the work is taken up."""
    access, asked = work.access, work.parameters
    with access.database.reading() as session:
        made = session.get(Dataset, work.run_id)
    if made is not None:
        return _result(made)
    folder, mapping = dataset_folder(access, work.run_id), mapping_file(access, asked.upload_id)
    folder.parent.mkdir(exist_ok=True)

    def progress(stage: str, done: int, total: int) -> None:
        work.progress(stage, done, total, "行" if stage.startswith("读取") else "步")

    report = import_claims(
        [files_folder(access, asked.upload_id)],
        folder,
        mapping if mapping.is_file() else None,
        progress,
        Registered(access),
    )
    try:
        lake = Lake(folder)
        write_index(lake)
        return _enter(work, report, days_of(lake))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _enter(
    work: Work[ImportParameters], report: ImportReport, days: tuple[date | None, date | None]
) -> dict[str, Any]:
    with work.access.database.writing() as session:
        run = session.get_one(Run, work.run_id)
        made = Dataset(
            id=run.id,
            name=work.parameters.name,
            created_at=work.access.now(),
            upload_id=work.parameters.upload_id,
            created_by=run.created_by,
            region_code=run.region_code,
            institution_code=run.institution_code,
            department_code=run.department_code,
            doctor_code=run.doctor_code,
            lines=report.lines,
            first_day=days[0],
            last_day=days[1],
            report=_said(report),
        )
        session.add(made)
        session.flush()
        run.dataset_id = made.id
        return _result(made)


def _said(report: ImportReport) -> dict[str, Any]:
    counts = ("read", "accepted", "rejected", "duplicates", "encounters", "lines", "persons", "items")
    more = ("refunds_netted", "refunds_unmatched")
    said: dict[str, Any] = {name: getattr(report, name) for name in (*counts, *more)}
    said["tables"] = [
        {**asdict(table), "unknown_columns": list(table.unknown_columns)} for table in report.tables
    ]
    return said


def _result(made: Dataset) -> dict[str, Any]:
    counts = ("read", "accepted", "rejected", "duplicates", "encounters", "lines", "persons")
    return {"dataset_id": str(made.id), "counts": {name: made.report[name] for name in counts}}


KIND = Kind("import", "导入", Permission.DATA_IMPORT, ImportParameters, _work, _check)
