"""人工审核 as pharmacists and the 医保办 answer it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import Field

from mingcha.access.permissions import Permission
from mingcha.review import second_opinions
from mingcha.review.bill_sent import BillSent, bill_sent
from mingcha.review.conversations import (
    MOST_CHARACTERS,
    Advice,
    Conversation,
    Ending,
    OpinionView,
    Standing,
)
from mingcha.review.second_opinions import OpinionFilter
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Code, Form, Listed, Paging, Text, listed

door = Door("/second-opinions", "人工审核")
Words = Annotated[Text, Field(max_length=MOST_CHARACTERS)]


class WordForm(Form):
    """What is said to the doctor."""

    text: Words


class DecisionForm(Form):
    """What is decided, and why."""

    verdict: Advice
    reason: Words


@door.get("", Permission.OPINIONS_GIVE, "人工审核", response_model=Listed[OpinionView])
def list_opinions(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    *,
    standing: Annotated[Standing | None, Query(description="待办")] = None,
    outcome: Annotated[Ending | None, Query(description="结论")] = None,
    institution_id: Annotated[Code | None, Query(description="机构")] = None,
    doctor_id: Annotated[Code | None, Query(description="医师")] = None,
    rule_code: Annotated[Code | None, Query(description="规则")] = None,
) -> dict[str, Any]:
    """数据范围内的，待答复的在前。"""
    wanted = OpinionFilter(standing, outcome, institution_id, doctor_id, rule_code)
    return listed(second_opinions.opinions(access, actor, wanted, paging))


@door.get("/{opinion_id}", Permission.OPINIONS_GIVE, "一次人工审核的对话", response_model=Conversation)
def show(opinion_id: UUID, actor: SignedIn, access: Services) -> Conversation:
    """双方说的话，依次；等待时页面每两秒取一次。"""
    return second_opinions.conversation(access, actor, opinion_id)


@door.get("/{opinion_id}/bill", Permission.OPINIONS_GIVE, "人工审核的单据", response_model=BillSent | None)
def show_bill(opinion_id: UUID, actor: SignedIn, access: Services) -> BillSent | None:
    """发来的单据、查出的疑点、这位患者的近况；查看记入操作记录。"""
    return bill_sent(access, actor, opinion_id)


@door.post("/{opinion_id}/words", Permission.OPINIONS_GIVE, "对医师说一句", response_model=Conversation)
def say(opinion_id: UUID, form: WordForm, actor: SignedIn, access: Services) -> Conversation:
    """医师几秒内看到。"""
    return second_opinions.say(access, actor, opinion_id, form.text)


@door.post("/{opinion_id}/decision", Permission.OPINIONS_GIVE, "作出结论", response_model=Conversation)
def decide(opinion_id: UUID, form: DecisionForm, actor: SignedIn, access: Services) -> Conversation:
    """同意继续，或建议修改；须写理由。超时放行的，作为事后复核。"""
    return second_opinions.decide(access, actor, opinion_id, form.verdict, form.reason)
