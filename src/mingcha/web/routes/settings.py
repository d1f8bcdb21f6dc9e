"""Parameters and dictionaries: what holds, and changes that a second person lets pass."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import Base64Bytes, BaseModel, Field, StringConstraints

from mingcha.access.permissions import Permission
from mingcha.administration import changes, dictionaries, parameters
from mingcha.administration.changes import ChangedValue, ChangeFilter, SettingChangeView
from mingcha.administration.dated import ChangeState, SettingKind
from mingcha.administration.dictionaries import (
    CodeOrigin,
    CodeRow,
    CodeView,
    ComparedRow,
    DictionaryView,
    MappingView,
)
from mingcha.administration.parameters import ParameterView
from mingcha.ingest.code_rows import read_code_rows
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import PRINTED, Code, Form, Line, Listed, Paging, Reason, ReasonForm, ShortLine, listed

door = Door("", "参数与字典")

Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=PRINTED)]
Region = Annotated[str, StringConstraints(pattern=r"^([0-9]{6})?$")]


class What(StrEnum):
    """Which rows of a dictionary."""

    CODES = "codes"
    MAPPINGS = "mappings"

    @property
    def kind(self) -> SettingKind:
        """As the services call it."""
        return SettingKind.DICTIONARY if self is What.CODES else SettingKind.MAPPING


class ChangeDetail(BaseModel):
    """A change, value by value."""

    change: SettingChangeView
    lines: list[ChangedValue]


class RemarkForm(Form):
    """What is to be said beside a decision, where anything is."""

    remark: Reason | None = None


class ParametersForm(Form):
    """Values that parameters are to have from a day on; null goes back to what is built in."""

    values: Annotated[dict[Code, bool | int | None], Field(min_length=1, max_length=100)]
    effective_from: date
    reason: Reason


class FileForm(Form):
    """A table of codes."""

    what: What
    file_name: ShortLine
    content: Annotated[Base64Bytes, Field(min_length=1, description="文件内容，Base64")]


class RowForm(Form):
    """A code with its label, or with the national code that it means."""

    code: Code
    label: Label = ""
    national: Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\s\x00-\x1f]*$")] = ""
    region: Region = ""

    def row(self) -> CodeRow:
        """As the services take it."""
        return CodeRow(self.code, self.label, self.national, self.region)


class RowsForm(Form):
    """Rows that are to hold from a day on, and rows that are to hold no longer."""

    what: What
    rows: Annotated[list[RowForm], Field(default_factory=list, max_length=5000)]
    ended: Annotated[list[RowForm], Field(default_factory=list, max_length=5000)]
    effective_from: date
    reason: Reason


@door.get("/parameters", Permission.SETTINGS_VIEW, "参数", response_model=list[ParameterView])
def list_parameters(actor: SignedIn, access: Services) -> list[ParameterView]:
    """全部参数：今天的值、内置的值、上下限，以及已通过还没到日子的。"""
    return parameters.parameters(access, actor)


@door.post(
    "/parameters/changes",
    Permission.SETTINGS_EDIT,
    "提出参数变更",
    response_model=SettingChangeView,
    status_code=201,
)
def propose_parameters(form: ParametersForm, actor: SignedIn, access: Services) -> SettingChangeView:
    """由另一个人复核通过后，从生效日期起执行；值为空即恢复内置的。"""
    return parameters.propose_parameters(access, actor, dict(form.values), form.effective_from, form.reason)


@door.get(
    "/setting-changes", Permission.SETTINGS_VIEW, "参数和字典的变更", response_model=Listed[SettingChangeView]
)
def list_changes(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    *,
    kind: Annotated[SettingKind | None, Query(description="参数、字典或编码对照")] = None,
    subject: Annotated[Code | None, Query(description="哪个字典")] = None,
    state: Annotated[ChangeState | None, Query(description="状态")] = None,
    key: Annotated[Code | None, Query(description="哪个参数或编码")] = None,
) -> dict[str, Any]:
    """待复核、已通过、已驳回、已撤回的，最新的在前。"""
    return listed(changes.changes(access, actor, ChangeFilter(kind, subject, state, key), paging))


@door.get(
    "/setting-changes/{change_id}",
    Permission.SETTINGS_VIEW,
    "一项变更的前后对照",
    response_model=ChangeDetail,
)
def show_change(change_id: UUID, actor: SignedIn, access: Services) -> ChangeDetail:
    """每个值：生效那天没有这项变更时是什么，有了以后是什么。"""
    change, lines = changes.change(access, actor, change_id)
    return ChangeDetail(change=change, lines=lines)


@door.post(
    "/setting-changes/{change_id}/approve",
    Permission.SETTINGS_REVIEW,
    "通过变更",
    response_model=SettingChangeView,
)
def approve(change_id: UUID, form: RemarkForm, actor: SignedIn, access: Services) -> SettingChangeView:
    """不能复核自己提出的；参数的生效日期已过的，从今天起。"""
    return changes.approve(access, actor, change_id, form.remark)


@door.post(
    "/setting-changes/{change_id}/reject",
    Permission.SETTINGS_REVIEW,
    "驳回变更",
    response_model=SettingChangeView,
)
def reject(change_id: UUID, form: ReasonForm, actor: SignedIn, access: Services) -> SettingChangeView:
    """须写明原因；不能复核自己提出的。"""
    return changes.reject(access, actor, change_id, form.reason)


@door.post(
    "/setting-changes/{change_id}/withdraw",
    Permission.SETTINGS_EDIT,
    "撤回变更",
    response_model=SettingChangeView,
)
def withdraw(change_id: UUID, actor: SignedIn, access: Services) -> SettingChangeView:
    """只能撤回自己提出、还没有复核的。"""
    return changes.withdraw(access, actor, change_id)


@door.get("/dictionaries", Permission.SETTINGS_VIEW, "字典", response_model=list[DictionaryView])
def list_dictionaries(actor: SignedIn, access: Services) -> list[DictionaryView]:
    """国家字典，各有多少国家编码、本地编码和编码对照。"""
    return dictionaries.dictionaries(access, actor)


@door.get(
    "/dictionaries/{name}/codes", Permission.SETTINGS_VIEW, "一个字典的编码", response_model=Listed[CodeView]
)
def list_codes(
    name: Code,
    actor: SignedIn,
    access: Services,
    paging: Paging,
    *,
    text: Annotated[Line | None, Query(description="编码或名称包含")] = None,
    origin: Annotated[CodeOrigin | None, Query(description="国家的还是本地的")] = None,
) -> dict[str, Any]:
    """国家编码照原样；本地增加的注明从哪天起。"""
    return listed(dictionaries.codes(access, actor, name, text, origin, paging))


@door.get(
    "/dictionaries/{name}/mappings",
    Permission.SETTINGS_VIEW,
    "本地编码对照国家编码",
    response_model=Listed[MappingView],
)
def list_mappings(
    name: Code,
    actor: SignedIn,
    access: Services,
    paging: Paging,
    *,
    text: Annotated[Line | None, Query(description="编码或名称包含")] = None,
    region: Annotated[Region | None, Query(description="地区；空为全部地区通用的")] = None,
) -> dict[str, Any]:
    """今天有效的、数据范围内的地区和通用的。"""
    return listed(dictionaries.mappings(access, actor, name, text, region, paging))


@door.post(
    "/dictionaries/{name}/preview",
    Permission.SETTINGS_EDIT,
    "预览要导入的编码表",
    response_model=list[ComparedRow],
)
def preview(name: Code, form: FileForm, actor: SignedIn, access: Services) -> list[ComparedRow]:
    """逐行与现状比较：新增、变更、没有变化、不能用；什么也不保存。"""
    rows = read_code_rows(form.file_name, form.content)
    return dictionaries.compare(access, actor, form.what.kind, name, rows)


@door.post(
    "/dictionaries/{name}/changes",
    Permission.SETTINGS_EDIT,
    "提出字典变更",
    response_model=SettingChangeView,
    status_code=201,
)
def propose_rows(name: Code, form: RowsForm, actor: SignedIn, access: Services) -> SettingChangeView:
    """由另一个人复核通过后，从生效日期起有效；生效日期可以在过去，用于补录。"""
    rows, ended = [row.row() for row in form.rows], [row.row() for row in form.ended]
    return dictionaries.propose_rows(
        access, actor, form.what.kind, name, rows, ended, form.effective_from, form.reason
    )
