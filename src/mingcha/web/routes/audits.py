"""Audits asked for in the words of this project, and what was done about them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from mingcha.access.errors import Conflict
from mingcha.access.permissions import Permission
from mingcha.domain.errors import InputError
from mingcha.gateways.rest.answering import AuditAnswer, FeedbackAnswer, asking, problem
from mingcha.gateways.rest.described import AUDIT_SCHEMA, FEEDBACK_SCHEMA
from mingcha.gateways.rest.words import Said, audit_said, feedback_said
from mingcha.web.connected import sender_of
from mingcha.web.door import Door
from mingcha.web.national import Line, request_of

door = Door("/audit", "事前事中审核")
_JSON = "application/json"


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    """The body is read raw, because somebody waits; it is described all the same."""
    return {"requestBody": {"required": True, "content": {_JSON: {"schema": schema}}}}


@door.post(
    "",
    Permission.AUDITS_ASK,
    "审核一张单据",
    signed=True,
    response_model=AuditAnswer,
    openapi_extra=_body(AUDIT_SCHEMA),
)
async def audit(request: Request) -> Response:
    """与国家接口 3101、3102 同一个服务，只是字段用本系统的名称。医院系统可用接入的签名，也可用 API 令牌。"""
    return await _answered(request, audit_said)


@door.post(
    "/feedback",
    Permission.AUDITS_ASK,
    "反馈对疑点的处理",
    signed=True,
    response_model=FeedbackAnswer,
    openapi_extra=_body(FEEDBACK_SCHEMA),
)
async def feedback(request: Request) -> Response:
    """与 3103 相同：继续（须写原因）或返回修改。"""
    return await _answered(request, feedback_said)


async def _answered(request: Request, read: Callable[[bytes], Said]) -> Response:
    arrived = time.monotonic()
    content = await request.body()
    try:
        said = read(content)
    except InputError as error:
        return Response(problem(error), 422, media_type=_JSON)
    sender = await run_in_threadpool(sender_of, request, said.institution_id)
    line: Line | None = request.app.state.line
    if line is None:
        raise Conflict("这个进程没有打开审核网关", remedy="请以 mingcha serve 启动")
    if sender is None:
        sender = line.gateway.connections().of(said.institution_id)
    asked = asking(line.gateway, said, request_of(request.scope, content, arrived), sender)
    answer = await line(*asked)
    return Response(answer.content, answer.status, media_type=_JSON)
