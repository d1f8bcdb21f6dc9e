"""Datasets: what was imported."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from mingcha.access.permissions import Permission
from mingcha.audit.ledger import datasets as ledger
from mingcha.audit.ledger.datasets import DatasetFilter, DatasetView
from mingcha.audit.ledger.runs import RunView
from mingcha.jobs import runs as steering
from mingcha.jobs.kinds.claims_import import ImportParameters
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Form, Line, Listed, Paging, ShortLine, listed

door = Door("/datasets", "数据集")


class NewDataset(Form):
    """An import to be started."""

    upload_id: UUID
    name: Line


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
    """把一次上传的文件导入成数据集；作为任务在后台进行。"""
    return steering.start(access, actor, "import", form.name, ImportParameters(form.upload_id, form.name))


@door.get("/{dataset_id}", Permission.RUNS_VIEW, "一个数据集", response_model=DatasetView)
def show(dataset_id: UUID, actor: SignedIn, access: Services) -> DatasetView:
    """来源、行数、每张表各行的去向。"""
    return ledger.dataset(access, actor, dataset_id)
