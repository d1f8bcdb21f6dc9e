"""Knowledge points: found, read whole, and written in a draft."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.responses import FileResponse
from pydantic import Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from mingcha.access.permissions import Permission
from mingcha.library import mapping, points, received, searching
from mingcha.library.imports import Imported
from mingcha.library.mapping import ApprovedMapping, DiseaseTable, ProposedMapping
from mingcha.library.points import KindOfPoint, PointView
from mingcha.library.proposing import ChangeView
from mingcha.library.searching import CountedPoints, FoundPoint, PointFilter
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.files import attachment
from mingcha.web.forms import Code, Form, Line, Listed, Paging, Reason
from mingcha.web.routes.drafts import Key, Paragraph
from mingcha.web.routes.uploads import RAW, FileName

door = Door("/knowledge", "知识库")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ReleaseNumber = Annotated[int | None, Query(ge=1, le=999_999, description="发布版，默认最新")]
Region = Annotated[str, StringConstraints(pattern=r"^\d{0,6}$")]


class FoundPoints(Listed[FoundPoint]):
    """A page of points, and of which release they are."""

    release: int


class PointForm(Form):
    """A point as its form says it: fields by name, values as people write them."""

    point_id: Key
    kind: Code
    values: Annotated[dict[Code, Paragraph], Field(max_length=60)]
    note: Paragraph = ""


class EndForm(Form):
    """Until when a point holds, and why no longer."""

    point_id: Key
    last_day: date
    reason: Reason


class IndicationForm(Form):
    """What a person approves of a text: diagnosis codes, and whether they decide alone."""

    point_id: Key
    text: Paragraph
    codes: Annotated[list[Code], Field(min_length=1, max_length=500)]
    conditions: Paragraph = ""
    fully: bool
    remark: Paragraph = ""


def _wanted(
    text: Annotated[Line | None, Query(description="编码开头、名称、拼音首字母或编号")] = None,
    kind: Annotated[Code | None, Query(description="种类")] = None,
    rule_code: Annotated[Code | None, Query(description="规则编码")] = None,
    status: Annotated[Code | None, Query(description="状态")] = None,
    region: Annotated[Region | None, Query(description="在这个地区适用的")] = None,
    on: Annotated[date | None, Query(description="在这一天有效的")] = None,
    source: Annotated[Line | None, Query(description="来源")] = None,
) -> PointFilter:
    return PointFilter(text, kind, rule_code, status, region, on, source)


Wanted = Annotated[PointFilter, Depends(_wanted)]


@door.get("/kinds", Permission.KNOWLEDGE_VIEW, "知识点的种类和字段", response_model=list[KindOfPoint])
def list_kinds(actor: SignedIn) -> list[KindOfPoint]:
    """每种知识点由哪些规则读取，表单有哪些字段。"""
    return points.kinds(actor)


@door.get("/points", Permission.KNOWLEDGE_VIEW, "查找知识点", response_model=FoundPoints)
def list_points(
    actor: SignedIn, access: Services, paging: Paging, wanted: Wanted, release: ReleaseNumber = None
) -> dict[str, Any]:
    """按编码、名称、拼音首字母查找，可按种类、规则、状态、地区、有效日期、来源筛选。"""
    found = searching.search(access, actor, wanted, paging, release)
    return {"items": found.items, "total": found.total, "release": found.release}


@door.get(
    "/facets", Permission.KNOWLEDGE_VIEW, "知识点的分类计数", response_model=dict[str, list[CountedPoints]]
)
def list_facets(
    actor: SignedIn, access: Services, wanted: Wanted, release: ReleaseNumber = None
) -> dict[str, list[CountedPoints]]:
    """每种筛选各有多少条，各在其他筛选之下。"""
    return searching.facets(access, actor, wanted, release)


@door.get("/point", Permission.KNOWLEDGE_VIEW, "查看知识点", response_model=PointView)
def show_point(
    actor: SignedIn,
    access: Services,
    point_id: Annotated[Key, Query(description="知识点编号")],
    release: ReleaseNumber = None,
) -> PointView:
    """内容、依据原文、来源，在历次发布中的变化，以及正在改它的草稿。"""
    return points.point(access, actor, point_id, release)


@door.post(
    "/drafts/{draft_id}/points",
    Permission.KNOWLEDGE_EDIT,
    "在草稿中新增或修改知识点",
    response_model=ChangeView,
    status_code=201,
)
def write(draft_id: UUID, form: PointForm, actor: SignedIn, access: Services) -> ChangeView:
    """按表单填写；编号已有的即修改。"""
    return points.write(access, actor, draft_id, form.point_id, form.kind, form.values, form.note)


@door.post(
    "/drafts/{draft_id}/ends",
    Permission.KNOWLEDGE_EDIT,
    "在草稿中停用知识点",
    response_model=ChangeView,
    status_code=201,
)
def end(draft_id: UUID, form: EndForm, actor: SignedIn, access: Services) -> ChangeView:
    """写明最后一天和理由；以前的服务仍按它判断。"""
    return points.end(access, actor, draft_id, form.point_id, form.last_day, form.reason)


@door.get("/diseases", Permission.KNOWLEDGE_VIEW, "诊断编码表", response_model=DiseaseTable)
def show_diseases(actor: SignedIn, access: Services) -> DiseaseTable:
    """适应症的编码建议由哪张诊断编码表得出。"""
    return mapping.disease_table(access, actor)


@door.put(
    "/diseases",
    Permission.KNOWLEDGE_EDIT,
    "更换诊断编码表",
    response_model=DiseaseTable,
    openapi_extra=RAW,
)
async def take_diseases(request: Request, actor: SignedIn, access: Services, name: FileName) -> DiseaseTable:
    """请求体就是文件内容：有编码、名称两列的 xlsx、csv，或每行“编码 名称”的 txt。只用来提建议，不影响审核。"""
    content = await request.body()
    return await run_in_threadpool(mapping.take_table, access, actor, name, content)


@door.get("/point/mapping", Permission.KNOWLEDGE_VIEW, "适应症的编码建议", response_model=ProposedMapping)
def show_mapping(
    actor: SignedIn, access: Services, point_id: Annotated[Key, Query(description="知识点编号")]
) -> ProposedMapping:
    """按诊断编码表和限定文字给出建议，由人核对；编码判断不了的条件单独列出。"""
    return mapping.proposed(access, actor, point_id)


@door.post(
    "/drafts/{draft_id}/mappings",
    Permission.KNOWLEDGE_EDIT,
    "在草稿中批准适应症的编码",
    response_model=ChangeView,
    status_code=201,
)
def approve_mapping(draft_id: UUID, form: IndicationForm, actor: SignedIn, access: Services) -> ChangeView:
    """编码不能完全判断的须写明还有什么条件，审核时只报可疑。"""
    return mapping.approve(access, actor, draft_id, ApprovedMapping(**form.model_dump()))


@door.get(
    "/template",
    Permission.KNOWLEDGE_VIEW,
    "下载知识模板",
    response_class=FileResponse,
    responses={200: {"content": {XLSX: {}}}},
)
def download_template(access: Services, actor: SignedIn) -> FileResponse:
    """每种知识点一张表；填写后在草稿中导入。"""
    path = received.template_file(access, actor)
    return FileResponse(path, media_type=XLSX, headers=attachment(path.name))


@door.post(
    "/drafts/{draft_id}/imports",
    Permission.KNOWLEDGE_EDIT,
    "在草稿中导入知识表格",
    response_model=Imported,
    status_code=201,
    openapi_extra=RAW,
)
async def take_in(
    draft_id: UUID, request: Request, actor: SignedIn, access: Services, name: FileName
) -> Imported:
    """请求体就是文件内容：官方附件、整理版、汇编表、本系统模板或适应症映射表；读不懂的整个文件不导入，逐处说明。"""
    receiving = await run_in_threadpool(received.Receiving, access, actor, draft_id, name)
    try:
        async for piece in request.stream():
            await run_in_threadpool(receiving.write, piece)
        return await run_in_threadpool(receiving.finish)
    finally:
        receiving.end()
