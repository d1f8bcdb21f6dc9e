"""人工审核: before signing, a doctor asks a person of the same institution about a result; the first end stands.

It ends by a decision, by time, or because the order was taken back. Whatever ends it changes a row that has no end
yet, and holds its lock: so there is one end, whichever process came first.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Select, case, select
from sqlalchemy.orm import Session

from mingcha.access.abnormal_use import SYSTEM
from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Invalid, missing
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.access.scope import Column, PlaceColumns, within
from mingcha.access.trail import Action, record
from mingcha.audit.answers import result_id_of
from mingcha.audit.calls import Call, key_of
from mingcha.ingest.messages import read_message
from mingcha.knowledge.strategy import model
from mingcha.review.conversations import (
    Advice,
    Conversation,
    Ending,
    OpinionView,
    Speaker,
    Standing,
    conversation_of,
    say_in,
    view_of,
)
from mingcha.store.database.second_opinions import SecondOpinion
from mingcha.store.journal.records import Place

_SHORTEST_REASON = 2


@dataclass(frozen=True)
class Question:
    """A result of a call that only a person may let pass.

    Args:
        place: where the call lies in its journal.
    """

    call: Call
    place: Place
    result_id: str

    @property
    def call_id(self) -> str:
        """The row that the call has, or will have."""
        return key_of(self.call.institution_id, self.call.message_id).hex()


@dataclass(frozen=True)
class OpinionFilter:
    """Which questions are wanted; None limits nothing."""

    standing: Standing | None = None
    outcome: Ending | None = None
    institution_id: str | None = None
    doctor_id: str | None = None
    rule_code: str | None = None


_PLACE = PlaceColumns(
    SecondOpinion.region_code,
    SecondOpinion.institution_id,
    SecondOpinion.department_id,
    SecondOpinion.doctor_id,
    SecondOpinion.insurance_type,
)
_WAITING = SecondOpinion.outcome.is_(None)
_TO_REVIEW = (SecondOpinion.outcome == Ending.PASSED) & SecondOpinion.review.is_(None)
_SORTS: dict[str, Column] = {
    # What waits comes first, and of that what is over soonest.
    "standing": case((_WAITING, 0), (_TO_REVIEW, 1), else_=2),
    "ends_at": SecondOpinion.ends_at,
    "asked_at": SecondOpinion.asked_at,
}


def question_of(call: Call, place: Place, result_id: str) -> Question | None:
    """A result of a call as a question; None where it has none that is to be handed over to a person."""
    handed = any(
        row["action"] == model.Action.HAND_OVER and result_id_of(row) == result_id for row in call.findings
    )
    return Question(call, place, result_id) if handed else None


def ask(access: Access, actor: Actor, question: Question, text: str) -> Conversation:
    """Ask, or say more about what was asked and has no end yet; how it stands.

    Args:
        actor: the hospital's system, or somebody of it.
    """
    close_overdue(access)
    with access.database.writing() as session:
        row = session.scalar(
            select(SecondOpinion)
            .where(SecondOpinion.call_id == question.call_id, SecondOpinion.result_id == question.result_id)
            .with_for_update()
        )
        if row is None:
            row = _asked(access, question)
            session.add(row)
            session.flush()
            _record(session, access, actor, Action.OPINION_ASKED, row)
        so_far = conversation_of(session, access, row)
        # What is sent again, because no answer came or somebody pressed twice, was said once.
        if not text.strip() or row.outcome is not None or so_far.said_last(text):
            return so_far
        author = " ".join(filter(None, (Speaker.ASKING.label, row.doctor_id)))
        say_in(session, access, row, Speaker.ASKING, author, text)
        _record(session, access, actor, Action.OPINION_SAID, row)
        return conversation_of(session, access, row)


def take_back(
    session: Session, access: Access, institution_id: str, results: Collection[str], at: datetime
) -> None:
    """End what was asked about results that a doctor then took back to change, and has no end yet.

    Args:
        at: when the feedback came: what was asked later is about the changed order.
    """
    rows = session.scalars(
        select(SecondOpinion)
        .where(SecondOpinion.institution_id == institution_id, SecondOpinion.result_id.in_(results), _WAITING)
        .where(SecondOpinion.asked_at <= at)
        .with_for_update()
    )
    for row in rows.all():
        _end(session, access, SYSTEM, row, Ending.WITHDRAWN)


def of_call(access: Access, call_id: str) -> dict[str, Conversation]:
    """What was asked about a call, by result; for whoever was let to the call."""
    close_overdue(access)
    with access.database.reading() as session:
        rows = session.scalars(select(SecondOpinion).where(SecondOpinion.call_id == call_id))
        return {row.result_id: conversation_of(session, access, row) for row in rows}


def by_id(access: Access, opinion_id: UUID) -> Conversation | None:
    """A question, for a page of the doctor who asked it."""
    close_overdue(access)
    with access.database.reading() as session:
        row = session.get(SecondOpinion, opinion_id)
        return None if row is None else conversation_of(session, access, row)


def opinions(access: Access, actor: Actor, wanted: OpinionFilter, listing: Listing) -> Page[OpinionView]:
    """Questions in the actor's scope; those that wait first, then those to be reviewed."""
    query = _visible(actor)
    for column, value in (
        (SecondOpinion.outcome, wanted.outcome),
        (SecondOpinion.institution_id, wanted.institution_id),
        (SecondOpinion.doctor_id, wanted.doctor_id),
        (SecondOpinion.rule_code, wanted.rule_code),
    ):
        if value is not None:
            query = query.where(column == value)
    match wanted.standing:
        case Standing.WAITING:
            query = query.where(_WAITING)
        case Standing.TO_REVIEW:
            query = query.where(_TO_REVIEW)
        case Standing.DONE:
            query = query.where(~_WAITING, ~_TO_REVIEW)
    close_overdue(access)
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="standing,-ends_at", tie=SecondOpinion.id)
        return Page([view_of(access, row[0]) for row in found.items], found.total)


def conversation(access: Access, actor: Actor, opinion_id: UUID) -> Conversation:
    """A question with what was said.

    Raises:
        Missing: there is none in the actor's scope.
    """
    close_overdue(access)
    with access.database.reading() as session:
        return conversation_of(session, access, _found(session, actor, opinion_id))


def looked_at(access: Access, actor: Actor, opinion_id: UUID) -> tuple[str, int]:
    """In which journal the call lies that is asked about, and where; looking stands in the trail.

    Raises:
        Missing: there is none in the actor's scope.
    """
    with access.database.writing() as session:
        row = _found(session, actor, opinion_id)
        _record(session, access, actor, Action.OPINION_VIEWED, row)
        return row.journal, row.offset


def say(access: Access, actor: Actor, opinion_id: UUID, text: str) -> Conversation:
    """Say something to the doctor.

    Raises:
        Missing: there is none in the actor's scope.
        Conflict: it has ended.
    """
    close_overdue(access)
    with access.database.writing() as session:
        row = _found(session, actor, opinion_id, locked=True)
        if row.outcome is not None:
            raise _over(row)
        say_in(session, access, row, Speaker.ANSWERING, actor.login, text)
        _record(session, access, actor, Action.OPINION_SAID, row)
        return conversation_of(session, access, row)


def decide(access: Access, actor: Actor, opinion_id: UUID, verdict: Advice, reason: str) -> Conversation:
    """Decide; what was let pass by time is reviewed instead, once.

    Raises:
        Missing: there is none in the actor's scope.
        Invalid: no reason.
        Conflict: it has ended.
    """
    if len(reason.strip()) < _SHORTEST_REASON:
        raise Invalid("没有写理由", where="reason", remedy="请写明为什么，医师会看到")
    close_overdue(access)
    with access.database.writing() as session:
        row = _found(session, actor, opinion_id, locked=True)
        if row.outcome is None:
            row.decided_by = actor.login
            _end(session, access, actor, row, Ending(verdict.value))
        elif row.outcome == Ending.PASSED and row.review is None:
            row.review = verdict.value
            _record(session, access, actor, Action.OPINION_REVIEWED, row, verdict=verdict.label)
        else:
            raise _over(row)
        say_in(session, access, row, Speaker.ANSWERING, actor.login, reason, verdict)
        return conversation_of(session, access, row)


def close_overdue(access: Access) -> int:
    """End what nobody decided in time, each once; returns how many. Asked before anything is shown or said."""
    overdue = _WAITING & (SecondOpinion.ends_at <= access.now())
    with access.database.reading() as session:
        if session.scalar(select(SecondOpinion.id).where(overdue).limit(1)) is None:
            return 0
    with access.database.writing() as session:
        rows = session.scalars(select(SecondOpinion).where(overdue).with_for_update()).all()
        for row in rows:
            _end(session, access, SYSTEM, row, Ending(row.on_time_out))
        return len(rows)


def _asked(access: Access, question: Question) -> SecondOpinion:
    call = question.call
    facts = next(one.facts for one in read_message(call.request).encounters if one.current)
    finding = next(row for row in call.findings if result_id_of(row) == question.result_id)
    now, policy = access.now(), access.policy.opinions
    return SecondOpinion(
        id=uuid4(),
        call_id=question.call_id,
        result_id=question.result_id,
        journal=question.place.path.name,
        offset=question.place.offset,
        institution_id=call.institution_id,
        message_id=call.message_id,
        region_code=facts.get("care_region"),
        department_id=facts.get("department_id"),
        doctor_id=facts.get("doctor_id"),
        insurance_type=facts.get("insurance_type"),
        encounter_id=facts["encounter_id"],
        scene=call.scene,
        rule_code=finding["rule_code"],
        rule_name=finding["rule_name"],
        trial=call.trial,
        asked_at=now,
        ends_at=now + policy.waits(call.scene),
        on_time_out=(Ending.PASSED if policy.passes(call.scene) else Ending.HELD).value,
    )


def _end(session: Session, access: Access, actor: Actor, row: SecondOpinion, outcome: Ending) -> None:
    row.outcome, row.ended_at = outcome.value, access.now()
    _record(session, access, actor, Action.OPINION_ENDED, row, outcome=outcome.label)


def _visible(actor: Actor) -> Select[SecondOpinion]:
    return select(SecondOpinion).where(within(actor.scope(Permission.OPINIONS_GIVE), _PLACE))


def _found(session: Session, actor: Actor, opinion_id: UUID, *, locked: bool = False) -> SecondOpinion:
    query = _visible(actor).where(SecondOpinion.id == opinion_id)
    row = session.scalar(query.with_for_update() if locked else query)
    if row is None:
        raise missing("这次人工审核")
    return row


def _over(row: SecondOpinion) -> Conflict:
    assert row.outcome is not None
    return Conflict(f"已经结束：{Ending(row.outcome).label}", remedy="请刷新后查看")


def _record(
    session: Session, access: Access, actor: Actor, action: Action, row: SecondOpinion, **more: str
) -> None:
    details = {"institution": row.institution_id, "rule_code": row.rule_code, **more}
    record(session, access, actor, action, about=("second_opinion", row.id), details=details)
