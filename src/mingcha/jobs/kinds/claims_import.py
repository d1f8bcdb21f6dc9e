"""An import of claims: the files of an upload become a dataset."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import AccessError, Conflict
from mingcha.access.permissions import Permission
from mingcha.audit.filling import fill
from mingcha.audit.health.gathering import gather
from mingcha.audit.ledger.datasets import dataset
from mingcha.audit.ledger.folders import dataset_folder
from mingcha.audit.ledger.span import days_of
from mingcha.audit.ledger.uploads import CHECK_COLUMNS, check_not_empty, files_folder, mapping_of
from mingcha.domain.errors import InputError
from mingcha.ingest.claims import SUGGEST, import_claims
from mingcha.ingest.registered import Registered
from mingcha.ingest.report import ImportReport
from mingcha.jobs.kind import Kind, Work
from mingcha.store.database.runs import Dataset, Run
from mingcha.store.lake import Lake
from mingcha.store.lake_index import write_index


@dataclass(frozen=True)
class ImportParameters:
    """Which upload becomes a dataset, and under which name.

    Args:
        supplements: a dataset of which this brings rejected rows corrected, or files that lacked.
        earlier: the uploads of that dataset, whose files are read again before these.
    """

    upload_id: UUID
    name: str
    supplements: UUID | None = None
    earlier: tuple[UUID, ...] = ()


def _check(access: Access, actor: Actor, parameters: ImportParameters) -> ImportParameters:
    check_not_empty(access, actor, parameters.upload_id)
    if parameters.supplements is None:
        return parameters
    supplemented = dataset(access, actor, parameters.supplements)
    earlier = tuple(UUID(number) for number in supplemented.report["uploads"])
    try:
        for upload_id in earlier:
            check_not_empty(access, actor, upload_id)
    except AccessError as error:
        raise Conflict(
            "原来的文件已经清除，或是别人上传的，不能在它上面补充",
            where="supplements",
            remedy="请把原来的文件和改正后的一起重新上传，作为新的数据集导入",
        ) from error
    return replace(parameters, earlier=earlier)


def _work(work: Work[ImportParameters]) -> dict[str, Any]:
    """The dataset has the run's number, so that there is one, however often the work is taken up."""
    with work.access.database.reading() as session:
        made = session.get(Dataset, work.run_id)
    if made is None:
        made = _imported(work)
    _fill_pasts(work, made)
    return _result(made)


def _imported(work: Work[ImportParameters]) -> Dataset:
    access, asked = work.access, work.parameters
    folder, uploads = dataset_folder(access, work.run_id), _uploads(asked)
    folder.parent.mkdir(exist_ok=True)

    def progress(stage: str, done: int, total: int) -> None:
        work.progress(stage, done, total, "行" if stage.startswith("读取") else "步")

    try:
        report = import_claims(
            [files_folder(access, upload_id) for upload_id in uploads],
            folder,
            mapping_of(access, uploads),
            progress,
            Registered(access),
        )
    except InputError as error:
        raise _in_words_of_the_page(error, [files_folder(access, one) for one in uploads]) from error
    try:
        lake = Lake(folder)
        write_index(lake)
        return _enter(work, report, days_of(lake))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _in_words_of_the_page(error: InputError, folders: list[Path]) -> InputError:
    where = error.where
    for folder in folders:
        where = where.replace(f"{folder.resolve()}/", "").replace(f"{folder}/", "")
    return InputError(error.what, where=where, remedy=error.remedy.replace(SUGGEST, CHECK_COLUMNS))


def _uploads(asked: ImportParameters) -> tuple[UUID, ...]:
    return (*asked.earlier, asked.upload_id)


def _enter(
    work: Work[ImportParameters], report: ImportReport, days: tuple[date | None, date | None]
) -> Dataset:
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
            report={**_said(report), "uploads": [str(one) for one in _uploads(work.parameters)]},
        )
        session.add(made)
        session.flush()
        run.dataset_id = made.id
        return made


def _fill_pasts(work: Work[ImportParameters], made: Dataset) -> None:
    """What was imported is seen by the next call; done again where the process died over it."""
    lake, as_of = Lake(dataset_folder(work.access, made.id)), int(made.created_at.timestamp())
    fill(work.access, lake, as_of, lambda done, total: work.progress("灌入历史", done, total))
    gather(work.access, lake, as_of)


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
