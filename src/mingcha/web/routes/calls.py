"""Calls of hospitals' systems: looked up afterwards."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import AwareDatetime, BaseModel

from mingcha.access.permissions import Permission
from mingcha.audit import call_records
from mingcha.audit.call_records import CallFilter, CallView, FoundView
from mingcha.audit.calls import CallOutcome
from mingcha.review.conversations import Conversation
from mingcha.review.second_opinions import of_call
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Code, Listed, Paging, listed

door = Door("/calls", "事前事中审核记录")


class CallShown(BaseModel):
    """A call whole, with the second opinions that were asked about it."""

    call: CallView
    message: str | None
    found: list[FoundView]
    opinions: list[Conversation]


@door.get("", Permission.CALLS_VIEW, "审核记录", response_model=Listed[CallView])
def list_calls(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    *,
    institution_id: Annotated[Code | None, Query(description="机构")] = None,
    transaction: Annotated[Code | None, Query(description="交易编号")] = None,
    scene: Annotated[Code | None, Query(description="触发场景")] = None,
    outcome: Annotated[CallOutcome | None, Query(description="结果")] = None,
    encounter_id: Annotated[Code | None, Query(description="就诊标识")] = None,
    doctor_id: Annotated[Code | None, Query(description="医师")] = None,
    rule_code: Annotated[Code | None, Query(description="有这条规则疑点的")] = None,
    way: Annotated[Code | None, Query(description="有这种处理的：1 继续，2 返回修改")] = None,
    trial: Annotated[bool | None, Query(description="true 只要联调的，false 只要上线以后的")] = None,
    since: Annotated[AwareDatetime | None, Query(description="从何时起")] = None,
    until: Annotated[AwareDatetime | None, Query(description="到何时止（不含）")] = None,
) -> dict[str, Any]:
    """数据范围内医院系统的调用，最新的在前；两秒左右之前的都在。"""
    wanted = CallFilter(
        institution_id,
        transaction,
        scene,
        outcome,
        encounter_id,
        doctor_id,
        rule_code,
        way,
        since,
        until,
        trial,
    )
    return listed(call_records.calls(access, actor, wanted, paging))


@door.get("/{call_id}", Permission.CALLS_VIEW, "一次审核", response_model=CallShown)
def show(call_id: Code, actor: SignedIn, access: Services) -> CallShown:
    """查出了什么、怎样告诉医师的、医师怎样处理、人工审核怎样决定；查看记入操作记录。"""
    detail = call_records.call(access, actor, call_id)
    return CallShown(**vars(detail), opinions=list(of_call(access, detail.call.id).values()))
