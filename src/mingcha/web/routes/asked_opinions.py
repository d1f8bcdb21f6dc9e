"""人工审核 as a hospital's own system asks for it: one address to ask and to say more, and to hear how it stands."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from mingcha.access.errors import Missing
from mingcha.access.permissions import Permission
from mingcha.gateways.national.gateway import Gateway
from mingcha.gateways.rest.second_opinions import OpinionAnswer, asked, found_question, standing
from mingcha.review.conversations import MOST_CHARACTERS
from mingcha.review.second_opinions import Question
from mingcha.web.connected import asker_of, line_of
from mingcha.web.door import Door, Services
from mingcha.web.forms import Code, Form

door = Door("/audit/second-opinions", "事前事中审核")


class QuestionForm(Form):
    """A result of an audit that was answered, and what is said to whoever is to decide."""

    institution_id: Code
    message_id: Code
    result_id: Code
    text: Annotated[str, Field(max_length=MOST_CHARACTERS)] = ""


@door.post("", Permission.AUDITS_ASK, "请求人工审核，或再说一句", signed=True, response_model=OpinionAnswer)
async def ask(form: QuestionForm, request: Request, access: Services) -> OpinionAnswer:
    """处理动作为“转人工”的结果，签名以前由本院药师或医保办决定。同一个结果只开一次，再发就是再说一句。"""
    actor = await run_in_threadpool(asker_of, request, form.institution_id)
    gateway = line_of(request).gateway
    question = _question(gateway, form.institution_id, form.message_id, form.result_id)
    return await run_in_threadpool(asked, gateway, access, actor, question, form.text)


@door.get("", Permission.AUDITS_ASK, "人工审核的情况", signed=True, response_model=OpinionAnswer)
async def show(
    request: Request,
    access: Services,
    institution_id: Annotated[Code, Query(description="机构")],
    message_id: Annotated[Code, Query(description="报文编号")],
    result_id: Annotated[Code, Query(description="结果编号")],
) -> OpinionAnswer:
    """等待时每两三秒问一次；`may_go_on` 有值就是有了结论。"""
    await run_in_threadpool(asker_of, request, institution_id)
    gateway = line_of(request).gateway
    question = _question(gateway, institution_id, message_id, result_id)
    return await run_in_threadpool(standing, gateway, access, question)


def _question(gateway: Gateway, institution_id: str, message_id: str, result_id: str) -> Question:
    found = found_question(gateway, institution_id, message_id, result_id)
    if found is None:
        raise Missing(
            "没有找到要转人工的结果",
            where="result_id",
            remedy="须是刚才审核的报文里处理动作为“转人工”的结果",
        )
    return found
