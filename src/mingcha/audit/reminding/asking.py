"""A hospital's system asks for what a doctor should know of a patient who was just called in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from mingcha.access.actor import Actor
from mingcha.access.context import CHINA, Access
from mingcha.access.trail import Action, record
from mingcha.audit.bill import BillAuditor
from mingcha.audit.health.facts import facts_of
from mingcha.audit.histories import index_of
from mingcha.audit.past import PastEncounter, past_in
from mingcha.audit.reminding.items import ItemReminder, item_reminder
from mingcha.audit.reminding.patient import PatientReminder, reminder_of
from mingcha.domain.errors import InputError
from mingcha.domain.values import MINUTES_A_DAY, minute_of
from mingcha.store.database.calls import CallFeedback, CallFinding, CallRow
from mingcha.store.database.histories import History

_MOST_ITEMS = 200
_DAYS_OPEN = 1
_FINDINGS_SHOWN = 20


@dataclass(frozen=True)
class Asked:
    """Who asks about whom.

    Args:
        person_id: the number that the institution's bills bear.
        started_at: when the encounter began, local.
        items: codes of what is about to be ordered.
        department_id: where the doctor is, empty where the asking system does not say.
        main_diagnosis, procedures, disease_id: what the asking system knows of the stay by now, as codes.
    """

    institution_id: str
    person_id: str
    encounter_id: str
    started_at: datetime
    inpatient: bool = False
    items: tuple[str, ...] = ()
    department_id: str = ""
    main_diagnosis: str = ""
    procedures: tuple[str, ...] = ()
    disease_id: str = ""


@dataclass(frozen=True)
class OpenFinding:
    """A finding of this institution's own calls that nobody has answered yet."""

    result_id: str
    rule_name: str
    certainty: str
    name: str | None
    encounter_id: str | None


@dataclass(frozen=True)
class Reminder:
    """The answer."""

    patient: PatientReminder
    findings: list[OpenFinding] = field(default_factory=list)
    items: list[ItemReminder] = field(default_factory=list)


def reminder(
    access: Access, actor: Actor, asked: Asked, auditor: BillAuditor | None, known: KnownPatient
) -> Reminder:
    """What a doctor is told; that it was, stands in the trail.

    Args:
        known: what `patient_of` says of whom is asked about.

    Raises:
        InputError: too many items, or an encounter that has not begun.
    """
    if len(asked.items) > _MOST_ITEMS:
        raise InputError(f"一次最多问 {_MOST_ITEMS} 个项目", where="items")
    index, past = known.index, known.past
    with access.database.reading() as session:
        findings = _open_findings(session, index, asked.institution_id)
    with access.database.writing() as session:
        details = {"institution": asked.institution_id, "elsewhere": known.patient.elsewhere}
        record(session, access, actor, Action.REMINDED, about=("person", index), details=details)
    region = max(
        ((one.facts["started_at"], one.facts.get("insured_region") or "") for one in past), default=(0, "")
    )[1]
    codes = dict.fromkeys(asked.items)
    items = [item_reminder(access, auditor, code, region, known.now // MINUTES_A_DAY) for code in codes]
    return Reminder(known.patient, findings, items)


@dataclass(frozen=True)
class KnownPatient:
    """What is told of a patient, and what it comes from: who, their past, the minute it was looked at."""

    patient: PatientReminder
    index: str
    past: list[PastEncounter]
    now: int


def patient_of(access: Access, asked: Asked) -> KnownPatient:
    """What is told of a patient; whoever shows it to somebody says so in the trail."""
    local = access.now().astimezone(CHINA).replace(tzinfo=None)
    now, began = minute_of(local), minute_of(asked.started_at)
    index = index_of(access, asked.person_id)
    with access.database.reading() as session:
        row = session.get(History, index)
        past = [] if row is None else past_in(row.packed)
        facts = facts_of(session, index)
    patient = reminder_of(
        asked.institution_id,
        asked.encounter_id,
        past,
        facts,
        now,
        access.policy.reminders,
        is_open=_is_open(asked, past, now, began),
    )
    return KnownPatient(patient, index, past, now)


def _is_open(asked: Asked, past: list[PastEncounter], now: int, began: int) -> bool:
    """Whether the person is being treated there: begun, not settled, and an out-patient no longer than a day ago."""
    settled = any(
        one.encounter_id == asked.encounter_id and one.settled
        for one in past
        if one.facts["institution_id"] == asked.institution_id
    )
    lately = asked.inpatient or now - began <= _DAYS_OPEN * MINUTES_A_DAY
    return began <= now and lately and not settled


def _open_findings(session: Session, person: str, institution_id: str) -> list[OpenFinding]:
    answer = aliased(CallRow)
    answered = select(CallFeedback.call_id).join(answer, answer.id == CallFeedback.call_id)
    answered = answered.where(
        CallFeedback.result_id == CallFinding.result_id,
        CallFeedback.at >= CallRow.received_at,
        answer.institution_id == institution_id,
        answer.trial.is_(False),
    )
    query = (
        select(CallFinding, CallRow.encounter_id)
        .join(CallRow, CallRow.id == CallFinding.call_id)
        .where(CallRow.person == person, CallRow.institution_id == institution_id)
        .where(CallRow.trial.is_(False))
        .where(~answered.exists())
        .order_by(CallRow.received_at.desc(), CallFinding.number)
    )
    found: dict[str, OpenFinding] = {}
    for row, encounter_id in session.execute(query.limit(10 * _FINDINGS_SHOWN)):
        one = OpenFinding(row.result_id, row.rule_name, row.certainty, row.name, encounter_id)
        found.setdefault(row.result_id, one)
    return list(found.values())[:_FINDINGS_SHOWN]
