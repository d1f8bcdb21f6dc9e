"""HIS 模拟器: what the doctor does about findings, each for its own reason, and whom they ask before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from fastapi import Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from mingcha.access.actor import Actor
from mingcha.access.connections.desks import desk
from mingcha.access.context import Access
from mingcha.access.errors import Invalid, Missing, missing
from mingcha.access.permissions import Permission
from mingcha.administration.modules import Module
from mingcha.gateways.national.envelope import envelope_of
from mingcha.gateways.national.feedback import GO_ON, TAKE_BACK
from mingcha.gateways.rest.results import AnsweredCall, call_of
from mingcha.gateways.rest.second_opinions import OpinionAnswer, asked, reason_to_go_on, standing
from mingcha.gateways.simulator.prescribing import feedback_input
from mingcha.gateways.simulator.sending import Exchange, operator_of, send
from mingcha.gateways.simulator.visits import local_now
from mingcha.review.conversations import MOST_CHARACTERS
from mingcha.review.second_opinions import Question
from mingcha.web.connected import line_of
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Code, Form
from mingcha.web.national import Line
from mingcha.web.routes.simulator import Written, note_of, sender_at

door = Door("/simulator", "HIS 模拟器", Module.SIMULATOR)
_ASKS = Permission.SIMULATOR_USE


class SimulatedAnswer(Form):
    """A result, and why the doctor goes on; where a person was asked, that says why."""

    result_id: Code
    reason: Annotated[str, Field(max_length=4)] = ""
    remark: Written = ""


class SimulatedAnswersForm(Form):
    """What the doctor does about the results of a message: goes on, for each one's reason, or goes back."""

    institution_id: Code
    message_id: Code
    way: Literal["go_on", "take_back"]
    answers: Annotated[list[SimulatedAnswer], Field(min_length=1, max_length=100)]
    settling: bool = False


class SimulatedQuestionForm(Form):
    """A result that only a person may let pass, and what the doctor says about it."""

    institution_id: Code
    message_id: Code
    result_id: Code
    text: Annotated[str, Field(max_length=MOST_CHARACTERS)] = ""


class FedBack(BaseModel):
    """Whether feedback was taken, and what went over the line."""

    taken: bool
    note: str
    exchange: Exchange


@door.post("/feedback", _ASKS, "返回修改或继续", response_model=FedBack)
async def answer(form: SimulatedAnswersForm, request: Request, actor: SignedIn, access: Services) -> FedBack:
    """作为 3103 送出；继续的每条各有原因，与嵌入页面相同；转人工的须已同意或超时放行。"""
    found = await run_in_threadpool(desk, access, actor, form.institution_id)
    line = line_of(request)
    call = _own_call(line, actor, form.institution_id, form.message_id)
    way = GO_ON if form.way == "go_on" else TAKE_BACK
    reasons = await run_in_threadpool(_reasons, access, call, form.answers) if way == GO_ON else {}
    warned = {one.result_id: reasons.get(one.result_id, "") for one in form.answers}
    content = feedback_input(way, warned, settling=form.settling)
    sender = sender_at(line, found, actor)
    sent = await send(line.gateway, line, sender, "3103", content, local_now(access), draft=False)
    return FedBack(taken=sent.taken, note=note_of(sent), exchange=sent.exchange)


@door.post("/opinions", _ASKS, "请求人工审核，或再说一句", response_model=OpinionAnswer)
async def ask(
    form: SimulatedQuestionForm, request: Request, actor: SignedIn, access: Services
) -> OpinionAnswer:
    """自己刚才送审的报文里须转人工的结果；药师、医保办在“人工审核”答复。"""
    await run_in_threadpool(desk, access, actor, form.institution_id)
    line = line_of(request)
    question = _question(line, actor, form.institution_id, form.message_id, form.result_id)
    return await run_in_threadpool(asked, line.gateway, access, actor, question, form.text)


@door.get("/opinions", _ASKS, "人工审核的情况", response_model=OpinionAnswer)
async def show(
    request: Request,
    actor: SignedIn,
    access: Services,
    institution: Annotated[Code, Query(description="机构编号")],
    message: Annotated[Code, Query(description="报文编号")],
    result: Annotated[Code, Query(description="结果编号")],
) -> OpinionAnswer:
    """等待时页面每两秒取一次。"""
    await run_in_threadpool(desk, access, actor, institution)
    line = line_of(request)
    question = _question(line, actor, institution, message, result)
    return await run_in_threadpool(standing, line.gateway, access, question)


def _own_call(line: Line, actor: Actor, institution_id: str, message_id: str) -> AnsweredCall:
    """A message that this actor sent."""
    gateway = line.gateway
    call = call_of(gateway, gateway.auditors(), institution_id, message_id)
    if call is None or envelope_of(call.call.request).opter != operator_of(actor.login):
        raise missing("您送审的这张报文")
    return call


def _question(line: Line, actor: Actor, institution_id: str, message_id: str, result_id: str) -> Question:
    question = _own_call(line, actor, institution_id, message_id).question(result_id)
    if question is None:
        raise Missing("没有找到要转人工的结果", where="result_id", remedy="须是处理动作为“转人工”的结果")
    return question


def _reasons(access: Access, call: AnsweredCall, answers: Sequence[SimulatedAnswer]) -> dict[str, str]:
    """Why the doctor goes on, by result.

    Raises:
        Invalid: one of the results is not to be gone on with, or has no reason.
    """

    def told() -> Iterator[tuple[str, str]]:
        for number, one in enumerate(answers):
            question = call.question(one.result_id)
            reason = reason_to_go_on(access, question, one.reason, one.remark)
            if reason is None:
                what = "须先由人工审核同意" if question else "继续须选择原因；选“其他”的须写明"
                raise Invalid(what, where=f"answers[{number}].reason")
            yield one.result_id, reason

    return dict(told())
