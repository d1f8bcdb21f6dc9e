"""The trail: reading and verifying it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, BaseModel

from mingcha.access import trail
from mingcha.access.permissions import Permission
from mingcha.access.trail import Action, Entry, TrailFilter
from mingcha.access.verifying import Verdict, verify
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Code, Listed, Paging, listed

door = Door("/trail", "操作记录")


class ActionView(BaseModel):
    """Something that the trail records, and what people call it."""

    action: Action
    label: str


@door.get("/actions", Permission.TRAIL_VIEW, "会被记录的操作", response_model=list[ActionView])
def list_actions() -> list[ActionView]:
    """可用来筛选操作记录。"""
    return [ActionView(action=one, label=one.label) for one in Action]


@door.get("", Permission.TRAIL_VIEW, "操作记录", response_model=Listed[Entry])
def list_entries(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    actor_id: Annotated[UUID | None, Query(description="谁做的")] = None,
    action: Annotated[Code | None, Query(description="什么操作")] = None,
    object_id: Annotated[Code | None, Query(description="对谁、对什么")] = None,
    since: Annotated[AwareDatetime | None, Query(description="从何时起")] = None,
    until: Annotated[AwareDatetime | None, Query(description="到何时止（不含）")] = None,
) -> dict[str, Any]:
    """数据范围内的用户所做的操作，最新的在前。"""
    return listed(
        trail.entries(access, actor, TrailFilter(actor_id, action, object_id, since, until), paging)
    )


@door.post("/verify", Permission.TRAIL_VERIFY, "校验操作记录", response_model=Verdict)
def check(actor: SignedIn, access: Services) -> Verdict:
    """逐块核对封存值，指出任何改动、缺失、插入和换位；校验本身也记入操作记录。"""
    return verify(access, actor)
