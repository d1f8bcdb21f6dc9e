"""Runs in the background: starting an audit, following, cancelling, trying again."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field, StringConstraints

from mingcha.access.permissions import Permission
from mingcha.audit.ledger import exports
from mingcha.audit.ledger import runs as ledger
from mingcha.audit.ledger.outcome import Outcome, outcome
from mingcha.audit.ledger.runs import RunFilter, RunView, Status
from mingcha.jobs import runs as steering
from mingcha.jobs.kinds import KINDS
from mingcha.jobs.kinds.audit import AuditParameters, ReleaseChoice, release_choices
from mingcha.jobs.sole import is_working
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.files import attachment
from mingcha.web.forms import Code, Form, Line, Listed, Paging, ShortLine, listed

door = Door("/runs", "任务")

Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}(-\d{2})?$")]


class NewAudit(Form):
    """An audit to be started; what is left out: the newest release, all its rule sets, all encounters."""

    name: Line
    dataset_id: UUID
    release: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    rule_sets: Annotated[list[ShortLine], Field(max_length=100)] = Field(default_factory=list)
    first: Day | None = None
    last: Day | None = None
    institutions: Annotated[list[ShortLine], Field(max_length=200)] = Field(default_factory=list)
    workbook: bool = False


class KindView(BaseModel):
    """A kind of run and what people call it."""

    kind: str
    label: str


class Background(BaseModel):
    """Whether runs are carried out at all, and which kinds there are."""

    working: bool
    kinds: list[KindView]


@door.get("/background", Permission.RUNS_VIEW, "后台进程与任务种类", response_model=Background)
def background(access: Services) -> Background:
    """后台进程没有在运行时，任务会一直排队。"""
    kinds = [KindView(kind=one.name, label=one.label) for one in KINDS.values()]
    return Background(working=is_working(access.home), kinds=kinds)


@door.get("", Permission.RUNS_VIEW, "任务", response_model=Listed[RunView])
def list_runs(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    *,
    kind: Annotated[Code | None, Query(description="种类")] = None,
    status: Annotated[Status | None, Query(description="状态")] = None,
    dataset_id: Annotated[UUID | None, Query(description="数据集")] = None,
    name: Annotated[ShortLine | None, Query(description="名称中的文字")] = None,
    own: Annotated[bool, Query(description="只要本人新建的")] = False,
) -> dict[str, Any]:
    """数据范围内的任务和本人的任务，最新的在前。"""
    wanted = RunFilter(kind, status, dataset_id, name, own)
    return listed(ledger.runs(access, actor, wanted, paging))


@door.post("/audits", Permission.RUNS_START, "新建审核", response_model=RunView, status_code=202)
def start_audit(form: NewAudit, actor: SignedIn, access: Services) -> RunView:
    """进入排队；用查看任务的接口跟进。"""
    parameters = AuditParameters(
        form.dataset_id,
        form.release,
        tuple(form.rule_sets),
        form.first,
        form.last,
        tuple(form.institutions),
        form.workbook,
    )
    return steering.start(access, actor, "audit", form.name, parameters)


@door.get("/audits/releases", Permission.RUNS_START, "审核可用的发布版", response_model=list[ReleaseChoice])
def list_releases(actor: SignedIn, access: Services) -> list[ReleaseChoice]:
    """最新的在前；每版有哪些规则集。"""
    return release_choices(access, actor)


@door.get("/{run_id}/outcome", Permission.RUNS_VIEW, "审核结果的数字", response_model=Outcome)
def show_outcome(run_id: UUID, actor: SignedIn, access: Services) -> Outcome:
    """按规则、按机构的疑点和金额，以及因缺少什么而无法判断；疑点本身见疑点的接口。"""
    return outcome(access, actor, run_id)


@door.get("/{run_id}", Permission.RUNS_VIEW, "一个任务", response_model=RunView)
def show(run_id: UUID, actor: SignedIn, access: Services) -> RunView:
    """进度、结果，或失败的原因。"""
    return ledger.run(access, actor, run_id)


@door.get(
    "/{run_id}/workbook",
    Permission.FINDINGS_EXPORT,
    "下载审核结果.xlsx",
    response_class=FileResponse,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def download(
    run_id: UUID,
    actor: SignedIn,
    access: Services,
    part: Annotated[int, Query(ge=1, le=10_000, description="第几个文件；疑点多时分成几个")] = 1,
) -> FileResponse:
    """审核时选了同时生成的；须能导出这次审核的全部疑点。每次下载都记入操作记录。"""
    path = exports.take_workbook(access, actor, run_id, part)
    return FileResponse(path, media_type="application/octet-stream", headers=attachment(path.name))


@door.post("/{run_id}/cancel", Permission.RUNS_START, "取消任务", response_model=RunView)
def cancel(run_id: UUID, actor: SignedIn, access: Services) -> RunView:
    """排队的立即取消；进行中的在最近的停顿处停下，已完成的部分保留到重试。"""
    return steering.cancel(access, actor, run_id)


@door.post("/{run_id}/retry", Permission.RUNS_START, "重试任务", response_model=RunView)
def retry(run_id: UUID, actor: SignedIn, access: Services) -> RunView:
    """失败或已取消的任务，从已完成的部分接着做。"""
    return steering.retry(access, actor, run_id)
