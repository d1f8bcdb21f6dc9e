"""Alarms about abnormal use, and what the auditor does at once."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from mingcha.access import alarms
from mingcha.access.abnormal_use import AlarmRule
from mingcha.access.alarms import AlarmDetail, AlarmFilter, AlarmView, Conclusion
from mingcha.access.permissions import Permission
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Form, Listed, Paging, Reason, ReasonForm, listed

door = Door("/alarms", "异常使用")


class HandlingForm(Form):
    """What an alarm turned out to be."""

    conclusion: Conclusion
    note: Reason


@door.get("", Permission.ALARMS_VIEW, "异常使用报警", response_model=Listed[AlarmView])
def list_alarms(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    *,
    handled: Annotated[bool | None, Query(description="是否已处理")] = None,
    rule: Annotated[AlarmRule | None, Query(description="哪一类")] = None,
    user_id: Annotated[UUID | None, Query(description="谁")] = None,
) -> dict[str, Any]:
    """由操作记录按阈值算出：查找、查看完整信息、导出过多，非工作时间查看，登录失败过多。"""
    return listed(alarms.alarms(access, actor, AlarmFilter(handled, rule, user_id), paging))


@door.get("/{alarm_id}", Permission.ALARMS_VIEW, "查看报警", response_model=AlarmDetail)
def show(alarm_id: UUID, actor: SignedIn, access: Services) -> AlarmDetail:
    """连同它背后的操作记录，最近的在前，至多 200 条。"""
    return alarms.alarm(access, actor, alarm_id)


@door.post("/{alarm_id}/handle", Permission.ALARMS_HANDLE, "处理报警", response_model=AlarmView)
def handle(alarm_id: UUID, form: HandlingForm, actor: SignedIn, access: Services) -> AlarmView:
    """写下结论和说明；关于本人的报警由另一位审计员处理。"""
    return alarms.handle(access, actor, alarm_id, form.conclusion, form.note)


@door.post(
    "/users/{user_id}/restrict", Permission.ALARMS_HANDLE, "限制用户查看完整信息和导出", status_code=204
)
def restrict(user_id: UUID, form: ReasonForm, actor: SignedIn, access: Services) -> None:
    """立即生效；其余工作不受影响。要完全停用，用“停用用户”。"""
    alarms.restrict(access, actor, user_id, form.reason)


@door.post("/users/{user_id}/lift", Permission.ALARMS_HANDLE, "解除对用户的限制", status_code=204)
def lift(user_id: UUID, form: ReasonForm, actor: SignedIn, access: Services) -> None:
    """按角色恢复查看完整信息和导出。"""
    alarms.lift(access, actor, user_id, form.reason)
