"""Announcements: writing them, and reading what is said to oneself."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import Field, StringConstraints

from mingcha.access.permissions import Permission
from mingcha.access.roles import Role
from mingcha.administration import announcements
from mingcha.administration.announcements import (
    AnnouncementFilter,
    AnnouncementState,
    AnnouncementView,
    Notice,
    Written,
)
from mingcha.administration.modules import Module
from mingcha.web.door import PUBLIC, Door, Services, SignedIn
from mingcha.web.forms import PRINTED, Form, Line, Listed, Paging, ReasonForm, Text, listed

door = Door("/announcements", "公告", module=Module.ANNOUNCEMENTS)

Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100, pattern=PRINTED)
]


class AnnouncementForm(Form):
    """What is said, to whom and when; without roles to all."""

    title: Title
    text: Text
    valid_from: date
    valid_to: date | None = None
    roles: Annotated[list[Role], Field(min_length=1, max_length=len(Role))] | None = None
    before_sign_in: bool = False

    def written(self) -> Written:
        """As the service takes it."""
        roles = None if self.roles is None else frozenset(self.roles)
        return Written(self.title, self.text, self.valid_from, self.valid_to, roles, self.before_sign_in)


@door.get("", Permission.ANNOUNCEMENTS_EDIT, "全部公告", response_model=Listed[AnnouncementView])
def list_announcements(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    text: Annotated[Line | None, Query(description="标题或正文包含")] = None,
    state: Annotated[AnnouncementState | None, Query(description="状态")] = None,
) -> dict[str, Any]:
    """未开始、发布中、已结束和已撤回的公告，各有多少人读过。"""
    return listed(announcements.announcements(access, actor, AnnouncementFilter(text, state), paging))


@door.get("/mine", Permission.OWN_ACCOUNT, "今天给我看的公告", response_model=list[Notice])
def list_notices(actor: SignedIn, access: Services) -> list[Notice]:
    """发布中的、给全体或给我的角色的公告，未读的在前。"""
    return announcements.notices(access, actor)


@door.get("/before-sign-in", PUBLIC, "登录页上的公告", response_model=list[Notice])
def list_before_sign_in(access: Services) -> list[Notice]:
    """谁都看得见，最多三条。"""
    return announcements.notices_before_sign_in(access)


@door.post("", Permission.ANNOUNCEMENTS_EDIT, "发布公告", response_model=AnnouncementView, status_code=201)
def publish(form: AnnouncementForm, actor: SignedIn, access: Services) -> AnnouncementView:
    """从开始日期起显示给选定的角色，到结束日期（含）为止。"""
    return announcements.publish(access, actor, form.written())


@door.put("/{announcement_id}", Permission.ANNOUNCEMENTS_EDIT, "修改公告", response_model=AnnouncementView)
def change(
    announcement_id: UUID, form: AnnouncementForm, actor: SignedIn, access: Services
) -> AnnouncementView:
    """标题或正文改了的，读过的人须重读。"""
    return announcements.change(access, actor, announcement_id, form.written())


@door.post(
    "/{announcement_id}/withdraw",
    Permission.ANNOUNCEMENTS_EDIT,
    "撤回公告",
    response_model=AnnouncementView,
)
def withdraw(announcement_id: UUID, form: ReasonForm, actor: SignedIn, access: Services) -> AnnouncementView:
    """立即不再显示，不能恢复。"""
    return announcements.withdraw(access, actor, announcement_id, form.reason)


@door.post("/{announcement_id}/read", Permission.OWN_ACCOUNT, "标为已读", status_code=204)
def mark_read(announcement_id: UUID, actor: SignedIn, access: Services) -> None:
    """只能标给我看的公告。"""
    announcements.mark_read(access, actor, announcement_id)
