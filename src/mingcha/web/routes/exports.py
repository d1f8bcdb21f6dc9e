"""Exports: lists as files, made in the background, each for whoever asked for it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from mingcha.access.permissions import Permission
from mingcha.audit.ledger import exports
from mingcha.audit.ledger import runs as ledger
from mingcha.audit.ledger.runs import RunFilter, RunView, Status
from mingcha.jobs import runs as steering
from mingcha.jobs.exporting import Format
from mingcha.jobs.kinds.export import ExportParameters
from mingcha.jobs.lists import LISTS
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.files import attachment
from mingcha.web.forms import Code, Form, Line, Listed, Paging, ShortLine, listed

door = Door("/exports", "导出")

Value = Line | bool | int | Annotated[list[Line], Field(max_length=500)]


class NewExport(Form):
    """Which list is wanted as a file; filters and order as in the address of the list."""

    list: Code
    filters: Annotated[dict[Code, Value], Field(max_length=60)] = Field(default_factory=dict)
    sort: Annotated[str, Field(max_length=200)] = ""
    format: Format = "xlsx"
    name: ShortLine | None = None


class ListView(BaseModel):
    """A list that can be exported."""

    list: str
    label: str


class Kept(BaseModel):
    """For how many days the file of an export is kept."""

    days: int


@door.get("/lists", Permission.LISTS_EXPORT, "可以导出的列表", response_model=list[ListView])
def list_lists(actor: SignedIn) -> list[ListView]:
    """本人可以导出的；各列表的筛选条件同它自己的接口。"""
    may = actor.permissions
    return [ListView(list=one.name, label=one.label) for one in LISTS.values() if one.permission in may]


@door.get("/kept", Permission.LISTS_EXPORT, "导出的文件保留多久", response_model=Kept)
def show_kept(access: Services) -> Kept:
    """过了就清除文件，导出的记录还在，`result.cleared` 为真。"""
    return Kept(days=access.policy.exports_kept.days)


@door.get("", Permission.LISTS_EXPORT, "本人的导出", response_model=Listed[RunView])
def list_exports(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    status: Annotated[Status | None, Query(description="状态")] = None,
    name: Annotated[ShortLine | None, Query(description="名称中的文字")] = None,
) -> dict[str, Any]:
    """最新的在前。"""
    wanted = RunFilter(exports.EXPORT, status, name=name, own=True)
    return listed(ledger.runs(access, actor, wanted, paging))


@door.post("", Permission.LISTS_EXPORT, "导出列表", response_model=RunView, status_code=202)
def start(form: NewExport, actor: SignedIn, access: Services) -> RunView:
    """在后台写成 xlsx 或 CSV；只含本人数据范围内的，个人信息已遮盖。导出疑点须有导出疑点的权限。"""
    label = LISTS[form.list].label if form.list in LISTS else form.list
    parameters = ExportParameters(form.list, form.filters, form.sort, form.format, form.name or "")
    return steering.start(access, actor, exports.EXPORT, form.name or label, parameters)


@door.get("/{run_id}", Permission.LISTS_EXPORT, "一次导出", response_model=RunView)
def show(run_id: UUID, actor: SignedIn, access: Services) -> RunView:
    """进度、行数，或失败的原因。"""
    return exports.own_export(access, actor, run_id)


@door.get(
    "/{run_id}/file",
    Permission.LISTS_EXPORT,
    "下载导出的文件",
    response_class=FileResponse,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def download(run_id: UUID, actor: SignedIn, access: Services) -> FileResponse:
    """只有导出的人自己能下载；每次下载都记入操作记录。"""
    path = exports.take_export(access, actor, run_id)
    return FileResponse(path, media_type="application/octet-stream", headers=attachment(path.name))


@door.post("/{run_id}/cancel", Permission.LISTS_EXPORT, "取消导出", response_model=RunView)
def cancel(run_id: UUID, actor: SignedIn, access: Services) -> RunView:
    """排队的立即取消；进行中的很快停下，写了一半的文件不留。"""
    exports.own_export(access, actor, run_id)
    return steering.cancel(access, actor, run_id)


@door.post("/{run_id}/retry", Permission.LISTS_EXPORT, "重新导出", response_model=RunView)
def retry(run_id: UUID, actor: SignedIn, access: Services) -> RunView:
    """失败或已取消的导出，按原来的条件再来一次。"""
    exports.own_export(access, actor, run_id)
    return steering.retry(access, actor, run_id)
