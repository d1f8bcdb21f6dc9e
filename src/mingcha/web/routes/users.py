"""Users and what they may do."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field, StringConstraints

from mingcha.access import grants, users
from mingcha.access.grants import GrantView, NewGrant
from mingcha.access.permissions import Permission
from mingcha.access.personal import PersonalField
from mingcha.access.reveal import reveal
from mingcha.access.roles import Role
from mingcha.access.users import TemporaryPassword, UserFilter, UserView
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Form, Line, Listed, Login, Number, Paging, Reason, ReasonForm, ShortLine, listed

door = Door("/users", "用户")

InsuranceType = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,6}$")]


class NewUser(Form):
    """A user to be made."""

    login: Login
    full_name: ShortLine
    id_number: Number | None = None
    phone: Number | None = None
    organisation_id: UUID | None = None


class UserChange(Form):
    """What changes of a user; what is left out stays."""

    full_name: ShortLine | None = None
    id_number: Number | None = None
    phone: Number | None = None
    organisation_id: UUID | None = None


class Created(BaseModel):
    """A user that was made, and the password to tell in person; it is shown this once."""

    user: UserView
    temporary_password: str
    ends_at: datetime


class FindForm(Form):
    """A personal value to find users by; in the body, because addresses end up in logs."""

    field: PersonalField
    value: ShortLine


class RevealForm(Form):
    """Which values to see whole, and why."""

    fields: Annotated[list[PersonalField], Field(min_length=1, max_length=3)]
    reason: Reason


class GrantForm(Form):
    """A role over a part of the data."""

    role: Role
    organisation_id: UUID | None = None
    own: bool = False
    insurance_types: Annotated[list[InsuranceType], Field(min_length=1, max_length=50)] | None = None


class GrantsForm(Form):
    """All that a user is to hold."""

    grants: Annotated[list[GrantForm], Field(max_length=50)]


@door.get("", Permission.USERS_VIEW, "用户列表", response_model=Listed[UserView])
def list_users(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    login: Annotated[Line | None, Query(description="登录名包含")] = None,
    status: Annotated[Literal["active", "locked"] | None, Query(description="状态")] = None,
    role: Annotated[Role | None, Query(description="角色")] = None,
    organisation_id: Annotated[UUID | None, Query(description="所在机构")] = None,
) -> dict[str, Any]:
    """数据范围内的用户；姓名、证件号码、电话已遮盖。"""
    return listed(users.users(access, actor, UserFilter(login, status, role, organisation_id), paging))


@door.post("", Permission.USERS_EDIT, "新建用户", response_model=Created, status_code=201)
def create(form: NewUser, actor: SignedIn, access: Services) -> Created:
    """新用户没有任何角色；返回的临时口令只显示这一次，首次登录须修改。"""
    personal = {field: value for field, value in _personal(form).items() if value is not None}
    made, given = users.create(access, actor, form.login, personal, form.organisation_id)
    return Created(user=made, temporary_password=given.password, ends_at=given.ends_at)


@door.post("/find", Permission.USERS_VIEW, "按姓名、证件号码或电话查找用户", response_model=list[UserView])
def find(form: FindForm, actor: SignedIn, access: Services) -> list[UserView]:
    """完全一致才能找到；查找会记入操作记录。"""
    return users.find(access, actor, form.field, form.value)


@door.get("/{user_id}", Permission.USERS_VIEW, "查看用户", response_model=UserView)
def show(user_id: UUID, actor: SignedIn, access: Services) -> UserView:
    """一个用户；姓名、证件号码、电话已遮盖。"""
    return users.user(access, actor, user_id)


@door.patch("/{user_id}", Permission.USERS_EDIT, "修改用户", response_model=UserView)
def change(user_id: UUID, form: UserChange, actor: SignedIn, access: Services) -> UserView:
    """只改给出的字段；证件号码、电话可以清空。"""
    return users.change(access, actor, user_id, _personal(form), form.organisation_id)


@door.post("/{user_id}/lock", Permission.USERS_LOCK, "停用用户", response_model=UserView)
def lock(user_id: UUID, form: ReasonForm, actor: SignedIn, access: Services) -> UserView:
    """会话和令牌立即失效。"""
    return users.lock(access, actor, user_id, form.reason)


@door.post("/{user_id}/unlock", Permission.USERS_LOCK, "恢复用户", response_model=UserView)
def unlock(user_id: UUID, form: ReasonForm, actor: SignedIn, access: Services) -> UserView:
    """同时解除登录失败次数过多的暂停。"""
    return users.unlock(access, actor, user_id, form.reason)


@door.post("/{user_id}/reset-password", Permission.USERS_RESET, "重置口令", response_model=TemporaryPassword)
def reset_password(user_id: UUID, form: ReasonForm, actor: SignedIn, access: Services) -> TemporaryPassword:
    """返回的临时口令只显示这一次；会话和令牌全部失效。三员的口令只能在服务器上重置。"""
    return users.reset_password(access, actor, user_id, form.reason)


@door.post(
    "/{user_id}/reset-second-factor", Permission.USERS_RESET, "停用用户的动态码", response_model=UserView
)
def reset_second_factor(user_id: UUID, form: ReasonForm, actor: SignedIn, access: Services) -> UserView:
    """用于手机和恢复码都丢失的用户。"""
    return users.reset_second_factor(access, actor, user_id, form.reason)


@door.post(
    "/{user_id}/reveal",
    Permission.USERS_REVEAL,
    "查看完整的姓名、证件号码、电话",
    response_model=dict[PersonalField, str | None],
)
def show_whole(
    user_id: UUID, form: RevealForm, actor: SignedIn, access: Services
) -> dict[PersonalField, str | None]:
    """须写明理由；谁在什么时候看了谁的哪些字段，记入操作记录。"""
    return reveal(access, actor, user_id, form.fields, form.reason)


@door.get("/{user_id}/grants", Permission.USERS_VIEW, "用户的角色和数据范围", response_model=list[GrantView])
def show_grants(user_id: UUID, actor: SignedIn, access: Services) -> list[GrantView]:
    """用户持有的全部角色，各自的数据范围和险种。"""
    return grants.grants_of(access, actor, user_id)


@door.put(
    "/{user_id}/grants", Permission.GRANTS_EDIT, "设定用户的角色和数据范围", response_model=list[GrantView]
)
def replace_grants(user_id: UUID, form: GrantsForm, actor: SignedIn, access: Services) -> list[GrantView]:
    """以给出的全部角色取代原有的；系统管理员、安全管理员、审计员三者不能由一人兼任，也不能给自己授权。"""
    wanted = [
        NewGrant(
            one.role,
            one.organisation_id,
            one.own,
            None if one.insurance_types is None else frozenset(one.insurance_types),
        )
        for one in form.grants
    ]
    return grants.replace_grants(access, actor, user_id, wanted)


def _personal(form: NewUser | UserChange) -> dict[PersonalField, str | None]:
    """The personal values that were given; those left out are not among them."""
    return {
        field: getattr(form, field.value) for field in PersonalField if field.value in form.model_fields_set
    }
