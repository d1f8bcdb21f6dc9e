"""What the signed-in user was told."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from mingcha.access import notifications
from mingcha.access.notifications import NotificationView
from mingcha.access.permissions import Permission
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Listed, Paging, listed

door = Door("/notifications", "通知")


class Unread(BaseModel):
    """How much has not been read."""

    unread: int


@door.get("", Permission.OWN_ACCOUNT, "本人的通知", response_model=Listed[NotificationView])
def list_notifications(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    unread: Annotated[bool, Query(description="只看未读")] = False,
) -> dict[str, Any]:
    """最新的在前。"""
    return listed(notifications.own_notifications(access, actor, paging, unread=unread))


@door.get("/unread", Permission.OWN_ACCOUNT, "未读通知的数量", response_model=Unread)
def count_unread(actor: SignedIn, access: Services) -> Unread:
    """页面定时询问；带请求头 X-Unattended 的询问不延长会话。"""
    return Unread(unread=notifications.unread_count(access, actor))


@door.post("/read", Permission.OWN_ACCOUNT, "全部标为已读", status_code=204)
def read_all(actor: SignedIn, access: Services) -> None:
    """本人的全部通知。"""
    notifications.mark_read(access, actor)


@door.post("/{notification_id}/read", Permission.OWN_ACCOUNT, "标为已读", status_code=204)
def read_one(notification_id: UUID, actor: SignedIn, access: Services) -> None:
    """本人的一条通知。"""
    notifications.mark_read(access, actor, notification_id)
