"""Accounts that are asked for, and the links by which people ask and begin."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from mingcha.access import account_links, account_requests, institution_invitations
from mingcha.access.account_links import Link
from mingcha.access.account_requests import Granted, RequestFilter, RequestView, Wish
from mingcha.access.institution_invitations import Invites
from mingcha.access.permissions import Permission
from mingcha.access.roles import Role
from mingcha.web.door import PUBLIC, Address, Door, Services, SignedIn
from mingcha.web.forms import (
    Code,
    Form,
    Line,
    Listed,
    Login,
    Number,
    Paging,
    Password,
    Reason,
    ReasonForm,
    Secret,
    ShortLine,
    listed,
)

door = Door("/accounts", "账号申请")


class WishForm(Form):
    """What somebody asks for."""

    login: Login
    full_name: ShortLine
    phone: Number | None = None
    organisation_id: UUID
    staff_code: Code | None = None
    role: Role
    reason: Reason

    def wish(self) -> Wish:
        """As the services take it."""
        return Wish(
            self.login,
            self.full_name,
            self.phone,
            self.organisation_id,
            self.staff_code,
            self.role,
            self.reason,
        )


class InvitedWishForm(WishForm):
    """The same, asked for by an institution's link."""

    token: Secret


class LinkForm(Form):
    """The secret of a link."""

    token: Secret


class SetUpForm(LinkForm):
    """The first password of a new account."""

    password: Password


class InvitationForm(Form):
    """An institution's link, for how long and for how many."""

    organisation_id: UUID
    days: Annotated[int, Field(ge=1, le=60)] = 7
    uses: Annotated[int, Field(ge=1, le=500)] = 50


class Owner(BaseModel):
    """Whose account a link is for."""

    login: str


class Kept(BaseModel):
    """A request that waits for its decision."""

    asked_at: datetime


@door.get("/requests", Permission.ACCOUNTS_REQUEST, "账号申请列表", response_model=Listed[RequestView])
def list_requests(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    status: Annotated[Literal["waiting", "granted", "refused"] | None, Query(description="状态")] = None,
    login: Annotated[Line | None, Query(description="登录名包含")] = None,
    role: Annotated[Role | None, Query(description="申请的角色")] = None,
) -> dict[str, Any]:
    """数据范围内的申请，最新的在前；姓名、电话已遮盖。"""
    return listed(account_requests.requests(access, actor, RequestFilter(status, login, role), paging))


@door.post("/requests", Permission.ACCOUNTS_REQUEST, "申请账号", response_model=RequestView, status_code=201)
def ask(form: WishForm, actor: SignedIn, access: Services) -> RequestView:
    """替数据范围内的人员申请；由另一位管理员决定。"""
    return account_requests.ask(access, actor, form.wish())


@door.post("/requests/{request_id}/grant", Permission.ACCOUNTS_DECIDE, "同意账号申请", response_model=Granted)
def grant(request_id: UUID, form: ReasonForm, actor: SignedIn, access: Services) -> Granted:
    """建立账号并返回本人设置口令的链接，只显示这一次；能授予申请的角色的，一并授予，否则由安全管理员授予。"""
    return account_requests.grant(access, actor, request_id, form.reason)


@door.post(
    "/requests/{request_id}/refuse", Permission.ACCOUNTS_DECIDE, "驳回账号申请", response_model=RequestView
)
def refuse(request_id: UUID, form: ReasonForm, actor: SignedIn, access: Services) -> RequestView:
    """须写明理由。"""
    return account_requests.refuse(access, actor, request_id, form.reason)


@door.post(
    "/invitations", Permission.ACCOUNTS_DECIDE, "生成机构的账号申请链接", response_model=Link, status_code=201
)
def invite(form: InvitationForm, actor: SignedIn, access: Services) -> Link:
    """本院人员凭它在登录页申请账号；有期限和次数。"""
    return institution_invitations.invite(access, actor, form.organisation_id, form.days, form.uses)


@door.post("/invited", PUBLIC, "查看申请链接", response_model=Invites)
def look(form: LinkForm, access: Services) -> Invites:
    """哪家机构的链接，可选哪些科室和角色。"""
    return institution_invitations.look(access, form.token.get_secret_value())


@door.post("/invited/requests", PUBLIC, "凭申请链接申请账号", response_model=Kept, status_code=201)
def ask_invited(form: InvitedWishForm, access: Services, address: Address) -> Kept:
    """申请由本院的账号管理员决定；同意后由他转交设置链接。"""
    token = form.token.get_secret_value()
    institution_invitations.ask_invited(access, token, form.wish(), address=address)
    return Kept(asked_at=access.now())


@door.post("/link", PUBLIC, "查看账号的设置链接", response_model=Owner)
def owner(form: LinkForm, access: Services) -> Owner:
    """链接有效时返回登录名。"""
    return Owner(login=account_links.login_behind(access, form.token.get_secret_value()))


@door.post("/set-up", PUBLIC, "由本人设置首个口令", response_model=Owner)
def set_up(form: SetUpForm, access: Services, address: Address) -> Owner:
    """每个链接只能用一次。"""
    token, password = form.token.get_secret_value(), form.password.get_secret_value()
    return Owner(login=account_links.set_up(access, token, password, address=address))
