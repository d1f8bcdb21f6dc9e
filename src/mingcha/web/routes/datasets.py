"""Datasets: what was imported."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse

from mingcha.access.permissions import Permission
from mingcha.audit.ledger import datasets as ledger
from mingcha.audit.ledger import quality as ledger_quality
from mingcha.audit.ledger.datasets import DatasetFilter, DatasetView
from mingcha.audit.ledger.quality import QualityNote, RejectedRow
from mingcha.audit.ledger.runs import RunView
from mingcha.jobs import runs as steering
from mingcha.jobs.kinds.claims_import import ImportParameters
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.files import attachment
from mingcha.web.forms import Form, Line, Listed, Paging, ShortLine, listed

door = Door("/datasets", "数据集")


class NewDataset(Form):
    """An import to be started."""

    upload_id: UUID
    name: Line
    supplements: UUID | None = None


@door.get("", Permission.RUNS_VIEW, "数据集", response_model=Listed[DatasetView])
def list_datasets(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    name: Annotated[ShortLine | None, Query(description="名称中的文字")] = None,
) -> dict[str, Any]:
    """数据范围内的数据集和本人导入的，最新的在前。"""
    return listed(ledger.datasets(access, actor, DatasetFilter(name), paging))


@door.post("", Permission.DATA_IMPORT, "开始导入", response_model=RunView, status_code=202)
def start_import(form: NewDataset, actor: SignedIn, access: Services) -> RunView:
    """在后台把一次上传的文件导入成数据集；supplements 是要补充的数据集，连同它的文件导入成新的一份。"""
    parameters = ImportParameters(form.upload_id, form.name, form.supplements)
    return steering.start(access, actor, "import", form.name, parameters)


@door.get("/{dataset_id}", Permission.RUNS_VIEW, "一个数据集", response_model=DatasetView)
def show(dataset_id: UUID, actor: SignedIn, access: Services) -> DatasetView:
    """来源、行数、每张表各行的去向。"""
    return ledger.dataset(access, actor, dataset_id)


@door.get("/{dataset_id}/quality", Permission.RUNS_VIEW, "数据质量", response_model=Listed[QualityNote])
def quality(dataset_id: UUID, actor: SignedIn, access: Services, paging: Paging) -> dict[str, Any]:
    """读取时发现的问题：种类、字段、次数和例子。"""
    return listed(ledger_quality.notes(access, actor, dataset_id, paging))


@door.get("/{dataset_id}/rejects", Permission.RUNS_VIEW, "拒收的行", response_model=Listed[RejectedRow])
def rejects(
    dataset_id: UUID,
    actor: SignedIn,
    access: Services,
    paging: Paging,
    table: Annotated[str | None, Query(max_length=300, pattern=r"^[^\x00]*$", description="哪张表")] = None,
) -> dict[str, Any]:
    """哪个文件第几行、哪个字段、什么值、为什么。"""
    return listed(ledger_quality.rejected(access, actor, dataset_id, table, paging))


@door.get(
    "/{dataset_id}/rejects/file",
    Permission.RUNS_VIEW,
    "下载拒收的行",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}}},
)
def rejects_file(
    dataset_id: UUID,
    actor: SignedIn,
    access: Services,
    table: Annotated[str, Query(max_length=300, pattern=r"^[^\x00]*$", description="哪张表")],
) -> StreamingResponse:
    """一张表拒收的行，按原来的列，末两列写明原因；改正后可以再上传，作为补充导入。"""
    lines = ledger_quality.rejects_to_correct(access, actor, dataset_id, table)
    return StreamingResponse(
        lines, media_type="text/csv; charset=utf-8", headers=attachment(f"拒收-{table}.csv")
    )
