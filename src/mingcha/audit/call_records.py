"""Calls of hospitals' systems as people look them up: what was asked, found and answered, who went on, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import missing
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.access.scope import PlaceColumns, within
from mingcha.access.trail import Action, record
from mingcha.audit.answers import result_id_of
from mingcha.audit.calls import Call, CallOutcome, decode_call
from mingcha.knowledge.strategy.model import SCENES, STAGES
from mingcha.store.database.calls import CallFeedback, CallFinding, CallRow
from mingcha.store.journal.records import JournalError, Place, Sealer, journal_folder
from mingcha.store.keys import KeysError

_PLACE = PlaceColumns(
    CallRow.region_code,
    CallRow.institution_id,
    CallRow.department_id,
    CallRow.doctor_id,
    CallRow.insurance_type,
)
_SORTS = {"received_at": CallRow.received_at, "took": CallRow.took, "findings": CallRow.findings}
WAYS = {"1": "继续", "2": "返回修改"}


@dataclass(frozen=True)
class CallFilter:
    """Which calls are wanted; None limits nothing."""

    institution_id: str | None = None
    transaction: str | None = None
    scene: str | None = None
    outcome: CallOutcome | None = None
    encounter_id: str | None = None
    doctor_id: str | None = None
    rule_code: str | None = None
    way: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    trial: bool | None = None


@dataclass(frozen=True)
class CallView:
    """A call in a list; `took` in microseconds."""

    id: str
    received_at: datetime
    institution_id: str
    transaction: str
    stage: str
    scene: str
    outcome: str
    took: int
    release: int
    findings: int
    encounter_id: str | None
    department_id: str | None
    doctor_id: str | None
    message_id: str
    trial: bool


@dataclass(frozen=True)
class Answered:
    """What was done about a finding."""

    way: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class FoundView:
    """A finding that a call was answered with; money in fen."""

    result_id: str
    rule_code: str
    rule_name: str
    certainty: str
    code: str | None
    name: str | None
    line_key: str | None
    amount_fen: int | None
    action: str | None
    content: str | None
    evidence: str | None
    feedback: Answered | None


@dataclass(frozen=True)
class CallDetail:
    """A call whole; `message` is what the sender was told beside the findings."""

    call: CallView
    message: str | None
    found: list[FoundView]


def calls(access: Access, actor: Actor, wanted: CallFilter, listing: Listing) -> Page[CallView]:
    """Calls in the actor's scope, the newest first."""
    query = _visible(actor, wanted)
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="-received_at", tie=CallRow.id)
        return Page([_view(row[0]) for row in found.items], found.total)


def call(access: Access, actor: Actor, call_id: str) -> CallDetail:
    """One call with its findings; looking at it stands in the trail.

    Raises:
        Missing: there is none in the actor's scope.
    """
    with access.database.writing() as session:
        row = session.scalar(_visible(actor, CallFilter()).where(CallRow.id == call_id))
        if row is None:
            raise missing("这次调用")
        record(session, access, actor, Action.CALL_VIEWED, about=("call", row.id))
        found = list(
            session.scalars(
                select(CallFinding).where(CallFinding.call_id == row.id).order_by(CallFinding.number)
            )
        )
        feedback = _feedback(session, row)
    message, said = _said(kept_call(access, row.journal, row.offset))
    return CallDetail(_view(row), message, [_found(vars(one), said, feedback) for one in found])


def _visible(actor: Actor, wanted: CallFilter) -> Select[CallRow]:
    query = select(CallRow).where(within(actor.scope(Permission.CALLS_VIEW), _PLACE))
    for column, value in (
        (CallRow.institution_id, wanted.institution_id),
        (CallRow.transaction, wanted.transaction),
        (CallRow.scene, wanted.scene),
        (CallRow.outcome, wanted.outcome),
        (CallRow.encounter_id, wanted.encounter_id),
        (CallRow.doctor_id, wanted.doctor_id),
        (CallRow.trial, wanted.trial),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.rule_code is not None:
        query = query.where(
            CallRow.id.in_(select(CallFinding.call_id).where(CallFinding.rule_code == wanted.rule_code))
        )
    if wanted.way is not None:
        answered = select(CallFeedback.answered_id).where(CallFeedback.answered_id.is_not(None))
        query = query.where(CallRow.id.in_(answered.where(CallFeedback.way == wanted.way)))
    if wanted.since is not None:
        query = query.where(CallRow.received_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(CallRow.received_at < wanted.until)
    return query


def _feedback(session: Session, row: CallRow) -> dict[str, Answered]:
    """The last word on each result of a call."""
    rows = session.scalars(
        select(CallFeedback)
        .where(CallFeedback.answered_id == row.id)
        .order_by(CallFeedback.at, CallFeedback.number)
    )
    return {one.result_id: Answered(WAYS.get(one.way, one.way), one.reason, one.at) for one in rows}


def found_in(call: Call) -> list[FoundView]:
    """What a call was answered with, as it was kept."""
    _, said = _said(call)
    rows = ({**row, "result_id": result_id_of(row)} for row in call.findings)
    return [_found(row, said, {}) for row in rows]


def kept_call(access: Access, journal: str, offset: int) -> Call | None:
    """A call as it was kept; None where the journal is gone."""
    try:
        place = Place(journal_folder(access.home) / journal, offset)
        return decode_call(Sealer(access.keys).content(place))
    except (OSError, JournalError, KeysError):
        return None


def _said(call: Call | None) -> tuple[str | None, Mapping[str, Any]]:
    """What the answer said beside its results, and each result by its id."""
    if call is None:
        return None, {}
    answer = msgspec.json.decode(call.answer)
    if "findings" in answer:  # in the words of this project, one by one
        return answer.get("note") or None, {one["result_id"]: _as_result(one) for one in answer["findings"]}
    results = (answer.get("output") or {}).get("result") or []
    return answer.get("err_msg") or None, {one["jr_id"]: one for one in results}


def _as_result(told: Mapping[str, Any]) -> Mapping[str, Any]:
    evidence = (told["basis"], told["source"], told["legal_basis"])
    return {"vola_cont": told["reason"], "vola_evid": "；".join(part for part in evidence if part)}


def _found(row: Mapping[str, Any], said: Mapping[str, Any], feedback: Mapping[str, Answered]) -> FoundView:
    result_id = row["result_id"]
    told = said.get(result_id, {})
    return FoundView(
        **{name: row[name] for name in _AS_FOUND},
        content=told.get("vola_cont"),
        evidence=told.get("vola_evid"),
        feedback=feedback.get(result_id),
    )


_AS_FOUND = (
    "result_id", "rule_code", "rule_name", "certainty", "code", "name", "line_key", "amount_fen", "action",
)  # fmt: skip


def _view(row: CallRow) -> CallView:
    stage = next((stage for stage, scenes in STAGES.items() if row.scene in scenes), "")
    return CallView(
        id=row.id,
        received_at=row.received_at,
        institution_id=row.institution_id,
        transaction=row.transaction,
        stage=stage,
        scene=SCENES.get(row.scene, row.scene),
        outcome=row.outcome,
        took=row.took,
        release=row.release,
        findings=row.findings,
        encounter_id=row.encounter_id,
        department_id=row.department_id,
        doctor_id=row.doctor_id,
        message_id=row.message_id,
        trial=row.trial,
    )
