"""Uploads: files come in, are looked at, and their columns are given a meaning before they are imported."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from mingcha.access.permissions import Permission
from mingcha.audit.ledger import uploads
from mingcha.audit.ledger.uploads import MappedTable, Receiving, UploadedFile
from mingcha.ingest.received.preview import FieldChoice, Preview, field_choices
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Form

door = Door("/uploads", "上传")

# What stands in people's files: a name of a file, a sheet or a column may hold anything but NUL.
Written = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]
FileName = Annotated[str, Query(max_length=300, pattern=r"^[^\x00]*$", description="文件名，带后缀")]
RAW: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Begun(BaseModel):
    """An upload that files can be sent to."""

    id: UUID
    most_bytes: int


class MappedTableForm(Form):
    """What the columns of one file, or sheet, mean."""

    file: Written
    sheet: Written = ""
    columns: Annotated[dict[Written, Written], Field(max_length=1_000)]


class MappingForm(Form):
    """What columns mean, in place of what was said before."""

    tables: Annotated[list[MappedTableForm], Field(max_length=1_000)]


@door.post("", Permission.DATA_IMPORT, "开始一次上传", response_model=Begun, status_code=201)
def begin(actor: SignedIn, access: Services) -> Begun:
    """得到编号，再逐个发送文件；只有上传的人自己看得到，过期自动清除。"""
    return Begun(id=uploads.begin(access, actor), most_bytes=access.policy.upload_bytes)


@door.get("/fields", Permission.DATA_IMPORT, "列可以对应的字段", response_model=list[FieldChoice])
def list_fields() -> list[FieldChoice]:
    """供列名映射时选择。"""
    return field_choices()


@door.get("/{upload_id}/files", Permission.DATA_IMPORT, "已上传的文件", response_model=list[UploadedFile])
def list_files(upload_id: UUID, actor: SignedIn, access: Services) -> list[UploadedFile]:
    """本人这次上传的文件。"""
    return uploads.files_of_upload(access, actor, upload_id)


@door.put(
    "/{upload_id}/files",
    Permission.DATA_IMPORT,
    "上传一个文件",
    response_model=list[UploadedFile],
    openapi_extra=RAW,
)
async def receive(
    upload_id: UUID, request: Request, actor: SignedIn, access: Services, name: FileName
) -> list[UploadedFile]:
    """请求体就是文件内容，边收边写；zip 会解开，返回其中可导入的文件。"""
    receiving = await run_in_threadpool(Receiving, access, actor, upload_id, name)
    try:
        async for piece in request.stream():
            await run_in_threadpool(receiving.write, piece)
        return await run_in_threadpool(receiving.finish)
    finally:
        receiving.end()


@door.delete("/{upload_id}/files", Permission.DATA_IMPORT, "移除一个文件", status_code=204)
def remove(upload_id: UUID, actor: SignedIn, access: Services, name: FileName) -> None:
    """本人这次上传的文件。"""
    uploads.remove_file(access, actor, upload_id, name)


@door.get("/{upload_id}/tables", Permission.DATA_IMPORT, "文件中的表", response_model=Preview)
def tables(upload_id: UUID, actor: SignedIn, access: Services) -> Preview:
    """每张表是什么、头几行、每一列识别成什么或可能是什么；个人信息不显示。"""
    return uploads.tables_of(access, actor, upload_id)


@door.put("/{upload_id}/mapping", Permission.DATA_IMPORT, "说明各列的含义", response_model=Preview)
def map_columns(upload_id: UUID, form: MappingForm, actor: SignedIn, access: Services) -> Preview:
    """代替以前说的；返回照此读出的表。"""
    said = [MappedTable(table.file, table.sheet, table.columns) for table in form.tables]
    return uploads.map_columns(access, actor, upload_id, said)
