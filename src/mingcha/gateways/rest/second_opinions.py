"""A hospital's system, or a doctor's page, asks for a second opinion; without the database it is told what holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.audit.calls import decode_call, key_of
from mingcha.gateways.national.gateway import Gateway
from mingcha.gateways.rest.results import OPINION_REASONS, reason_text
from mingcha.review.conversations import GOES_ON, Conversation, Ending, Spoken
from mingcha.review.second_opinions import Question, ask, of_call, question_of
from mingcha.store.database.engine import Unavailable

_WAITS, _UNAVAILABLE, _NOT_ASKED = "waiting", "unavailable", "not_asked"
_GO_ON, _HOLD = "请继续业务，事后复核", "按设定不放行，请修改，或等系统恢复"
_NOTES: dict[StrEnum, str] = {
    Ending.AGREED: "同意继续",
    Ending.CHANGE: "建议修改",
    Ending.PASSED: f"等待超时：{_GO_ON}",
    Ending.HELD: "等待超时：按设定不放行，请修改",
    Ending.WITHDRAWN: "已返回修改",
}


@dataclass(frozen=True)
class OpinionAnswer:
    """How a second opinion stands.

    Args:
        outcome: not_asked, waiting, agreed, change, passed, held, withdrawn; or unavailable: then nobody can be asked.
        may_go_on: None as long as it waits or was not asked.
        ends_at: until when somebody may decide; then what is set holds.
        words: what both sides said, in order.
    """

    outcome: str
    may_go_on: bool | None
    note: str
    asked_at: datetime | None = None
    ends_at: datetime | None = None
    seconds_left: int = 0
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    words: list[Spoken] = field(default_factory=list)


def found_question(gateway: Gateway, institution_id: str, message_id: str, result_id: str) -> Question | None:
    """A result of an answered call that is to be handed over; asked on the loop on which calls are judged."""
    place = gateway.answered.place_of(key_of(institution_id, message_id))
    if place is None:
        return None
    return question_of(decode_call(gateway.sealer.content(place)), place, result_id)


def asked(gateway: Gateway, access: Access, actor: Actor, question: Question, text: str) -> OpinionAnswer:
    """Ask or say more; never fails because the database is away."""
    try:
        return told(ask(access, actor, question, text))
    except Unavailable:
        return unavailable(gateway, question.call.scene)


def standing(gateway: Gateway, access: Access, question: Question) -> OpinionAnswer:
    """How it stands now; never fails because the database is away."""
    try:
        found = of_call(access, question.call_id).get(question.result_id)
    except Unavailable:
        return unavailable(gateway, question.call.scene)
    return OpinionAnswer(_NOT_ASKED, None, "还没有请求人工审核") if found is None else told(found)


def told(conversation: Conversation) -> OpinionAnswer:
    """A conversation as the asking side is told of it."""
    view = conversation.opinion
    outcome = view.outcome
    return OpinionAnswer(
        outcome=_WAITS if outcome is None else outcome.value,
        may_go_on=None if outcome is None else outcome in GOES_ON,
        note="等待答复" if outcome is None else _NOTES[outcome],
        asked_at=view.asked_at,
        ends_at=view.ends_at,
        seconds_left=view.seconds_left,
        decided_by=view.decided_by,
        decided_at=view.ended_at if view.decided_by else None,
        reason=conversation.reason,
        words=conversation.words,
    )


def reason_to_go_on(access: Access, question: Question | None, code: str, remark: str) -> str | None:
    """What is kept as the reason for going on with a result; None where one may not, or does not say why.

    Args:
        question: where a person is to be asked about it: what came of that is the reason.

    Raises:
        Unavailable: the database does not answer.
    """
    if question is None:
        return reason_text(code, remark)
    found = of_call(access, question.call_id).get(question.result_id)
    outcome = None if found is None else found.opinion.outcome
    return None if outcome is None else OPINION_REASONS.get(outcome)


def unavailable(gateway: Gateway, scene: str) -> OpinionAnswer:
    """What is told where nobody can be asked: what is set for no answer in time holds at once."""
    goes_on = gateway.policy().opinions.passes(scene)
    return OpinionAnswer(_UNAVAILABLE, goes_on, f"人工审核暂不可用：{_GO_ON if goes_on else _HOLD}")
