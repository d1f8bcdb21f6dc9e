"""Staff and what each may do by date; a hospital's own lists, first looked at, then applied."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import Base64Bytes, Field

from mingcha.access import staff, staff_rights
from mingcha.access.organisations import Kind
from mingcha.access.permissions import Permission
from mingcha.access.staff import StaffFilter, StaffView
from mingcha.access.staff_rights import NewRight, Right, RightView
from mingcha.access.synchronising import Applied
from mingcha.ingest.register_sync import Looked, Sent, look, take_over
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Code, Form, Line, Listed, Paging, ShortLine, listed

door = Door("", "科室与人员")


class RightForm(Form):
    """A right to be held from a day on."""

    right: Right
    valid_from: date
    valid_to: date | None = None
    grade: Annotated[int, Field(ge=1, le=3)] | None = None
    number: ShortLine | None = None


class WithdrawalForm(Form):
    """The last day of a right."""

    right: Right
    last_day: date


class RegisterForm(Form):
    """A file of units or staff, and what somebody says of it."""

    file_name: ShortLine
    content: Annotated[Base64Bytes, Field(min_length=1, description="文件内容，Base64")]
    on: Annotated[date, Field(description="从哪天起按这份名单")]
    whole: Annotated[bool, Field(description="名单是完整的：没有列出的同类人员或科室视为离开")] = False
    mapping: Annotated[
        dict[Line, str | None],
        Field(default_factory=dict, max_length=200, description="列名到字段；空为不导入"),
    ]

    def sent(self) -> Sent:
        """The file as the services take it."""
        return Sent(self.file_name, self.content, self.on, self.whole, self.mapping)


class LookedForm(RegisterForm):
    """The same file after it was looked at."""

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="预览返回的校验值")]


@door.get("/staff", Permission.ORGANISATIONS_VIEW, "医务人员列表", response_model=Listed[StaffView])
def list_staff(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    *,
    on: Annotated[date | None, Query(description="按哪一天的情况；默认今天")] = None,
    kind: Annotated[Kind | None, Query(description="人员类别")] = None,
    name: Annotated[Line | None, Query(description="姓名包含")] = None,
    code: Annotated[Code | None, Query(description="医保代码或工号")] = None,
    institution_code: Annotated[Code | None, Query(description="医药机构编码")] = None,
    unit_id: Annotated[UUID | None, Query(description="所在科室")] = None,
    right: Annotated[Right | None, Query(description="持有的权限")] = None,
) -> dict[str, Any]:
    """数据范围内的医师、护士、药师、医技人员，以及各人当天的权限。"""
    wanted = StaffFilter(on, kind, name, code, institution_code, unit_id, right)
    return listed(staff.staff(access, actor, wanted, paging))


@door.get(
    "/organisations/{organisation_id}/rights",
    Permission.ORGANISATIONS_VIEW,
    "人员权限和服务协议的历史",
    response_model=list[RightView],
)
def show_rights(organisation_id: UUID, actor: SignedIn, access: Services) -> list[RightView]:
    """一个人（或机构）各时期的权限，最近的在前。"""
    return staff_rights.rights_of(access, actor, organisation_id)


@door.post(
    "/organisations/{organisation_id}/rights",
    Permission.ORGANISATIONS_SYNC,
    "授予人员权限",
    response_model=RightView,
    status_code=201,
)
def give(organisation_id: UUID, form: RightForm, actor: SignedIn, access: Services) -> RightView:
    """从某天起持有；同一权限接着前一段。医保服务资格和服务协议由经办机构确定。"""
    new = NewRight(form.right, form.valid_from, form.valid_to, form.grade, form.number)
    return staff_rights.give(access, actor, organisation_id, new)


@door.post(
    "/organisations/{organisation_id}/rights/withdraw",
    Permission.ORGANISATIONS_SYNC,
    "收回人员权限",
    response_model=RightView,
)
def withdraw(organisation_id: UUID, form: WithdrawalForm, actor: SignedIn, access: Services) -> RightView:
    """到某天为止；以前的日子不变。"""
    return staff_rights.withdraw(access, actor, organisation_id, form.right, form.last_day)


@door.post(
    "/organisations/{organisation_id}/sync/preview",
    Permission.ORGANISATIONS_SYNC,
    "预览医院的科室或人员名单",
    response_model=Looked,
)
def preview(organisation_id: UUID, form: RegisterForm, actor: SignedIn, access: Services) -> Looked:
    """认出列，和现状比较：新增、变更、离开、恢复，以及不能用的行；什么也不保存。"""
    return look(access, actor, organisation_id, form.sent())


@door.post(
    "/organisations/{organisation_id}/sync",
    Permission.ORGANISATIONS_SYNC,
    "按名单同步科室或人员",
    response_model=Applied,
)
def synchronise(organisation_id: UUID, form: LookedForm, actor: SignedIn, access: Services) -> Applied:
    """与预览一致才执行；离开的人员账号随即停用，恢复的人员账号须由管理员另行恢复。"""
    return take_over(access, actor, organisation_id, form.sent(), form.digest)
