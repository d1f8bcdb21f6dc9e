"""征求意见: asking hospitals about a draft, and answering for one's own."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from mingcha.access.permissions import Permission
from mingcha.administration.modules import Module
from mingcha.library import consultations
from mingcha.library.articles import Article
from mingcha.library.consultations import MOST_ASKED, AnswerView, AskedView, ConsultationView, Stance
from mingcha.web.door import Door, Services, SignedIn
from mingcha.web.forms import Form, Listed, Paging, Text, listed

door = Door("/consultations", "征求意见", module=Module.CONSULTATIONS)


class ConsultationForm(Form):
    """A draft, what is asked of it, and whom; all institutions where none is named."""

    document_id: UUID
    question: Text
    deadline: date
    organisation_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_ASKED)] | None = None


class AnswerForm(Form):
    """What an institution thinks of a draft."""

    stance: Stance
    answer: Text


class AskedDetail(BaseModel):
    """What is asked, with the draft itself."""

    asked: AskedView
    articles: list[Article]


@door.get("", Permission.BASIS_EDIT, "征求意见的情况", response_model=Listed[ConsultationView])
def list_consultations(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    document_id: Annotated[UUID | None, Query(description="哪份草案")] = None,
) -> dict[str, Any]:
    """发给多少家、多少家已答、各是什么意见。"""
    return listed(consultations.consultations(access, actor, document_id, paging))


@door.post("", Permission.BASIS_EDIT, "向医院征求意见", response_model=ConsultationView, status_code=201)
def consult(form: ConsultationForm, actor: SignedIn, access: Services) -> ConsultationView:
    """只能对草案；不选机构即全部定点医药机构。"""
    return consultations.consult(
        access, actor, form.document_id, form.question, form.deadline, form.organisation_ids
    )


@door.get("/mine", Permission.CONSULTATION_ANSWER, "向本院征求的意见", response_model=Listed[AskedView])
def list_mine(
    actor: SignedIn,
    access: Services,
    paging: Paging,
    *,
    unanswered: Annotated[bool, Query(description="只要还没有答复、还可以答复的")] = False,
) -> dict[str, Any]:
    """只有本院的问题和本院的答复。"""
    return listed(consultations.asked_of_me(access, actor, paging, unanswered=unanswered))


@door.get("/{consultation_id}/answers", Permission.BASIS_EDIT, "各院的答复", response_model=list[AnswerView])
def list_answers(consultation_id: UUID, actor: SignedIn, access: Services) -> list[AnswerView]:
    """已答的在前，未答的在后。"""
    return consultations.answers(access, actor, consultation_id)


@door.post("/{consultation_id}/close", Permission.BASIS_EDIT, "结束征求意见", response_model=ConsultationView)
def close(consultation_id: UUID, actor: SignedIn, access: Services) -> ConsultationView:
    """不再接受答复；已有的都保留。"""
    return consultations.close(access, actor, consultation_id)


@door.get(
    "/{consultation_id}/institutions/{organisation_id}",
    Permission.CONSULTATION_ANSWER,
    "征求意见的草案",
    response_model=AskedDetail,
)
def show(consultation_id: UUID, organisation_id: UUID, actor: SignedIn, access: Services) -> AskedDetail:
    """草案全文和本院已有的答复。"""
    asked, articles = consultations.draft_asked_about(access, actor, consultation_id, organisation_id)
    return AskedDetail(asked=asked, articles=list(articles))


@door.put(
    "/{consultation_id}/institutions/{organisation_id}",
    Permission.CONSULTATION_ANSWER,
    "答复",
    response_model=AskedView,
)
def answer(
    consultation_id: UUID, organisation_id: UUID, form: AnswerForm, actor: SignedIn, access: Services
) -> AskedView:
    """截止以前可以改；只看得到本院的。"""
    return consultations.answer(access, actor, consultation_id, organisation_id, form.stance, form.answer)
