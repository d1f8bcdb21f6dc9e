"""The bill that a second opinion is asked about, as it was sent: what was found in it, what is known of the patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.audit.call_records import FoundView, found_in, kept_call
from mingcha.audit.reminding.asking import Asked, patient_of
from mingcha.audit.reminding.patient import PatientReminder
from mingcha.domain.codelists import word
from mingcha.domain.values import EPOCH, ValueType, written
from mingcha.engine.facts import inpatient
from mingcha.ingest.messages import BilledEncounter, read_message
from mingcha.review.second_opinions import looked_at

MOST_LINES = 500


@dataclass(frozen=True)
class LineSent:
    """A line of it, net of refunds."""

    line_key: str
    code: str | None
    name: str | None
    charged_at: str | None
    quantity: str | None
    unit_price: str | None
    amount_fen: int | None


@dataclass(frozen=True)
class BillSent:
    """The bill; `lines` are at most as many as people read, those with findings among them, `lines_in_all` counts them.

    Args:
        patient: of care elsewhere only what a doctor is reminded of.
    """

    encounter_id: str
    started_at: str
    care_type: str | None
    insurance_type: str | None
    department: str | None
    diagnoses: list[str]
    lines: list[LineSent]
    lines_in_all: int
    found: list[FoundView]
    patient: PatientReminder


def bill_sent(access: Access, actor: Actor, opinion_id: UUID) -> BillSent | None:
    """The bill that is asked about; None where its journal is gone. Looking at it stands in the trail.

    Raises:
        Missing: no such question in the actor's scope.
    """
    call = kept_call(access, *looked_at(access, actor, opinion_id))
    if call is None:
        return None
    bill = next(one for one in read_message(call.request).encounters if one.current)
    facts, found = bill.facts, found_in(call)
    asked = Asked(
        call.institution_id,
        facts["person_id"],
        facts["encounter_id"],
        datetime.combine(EPOCH, datetime.min.time()) + timedelta(minutes=facts["started_at"]),
        inpatient=inpatient(facts.get("visit_type"), facts.get("care_type")) is True,
    )
    return BillSent(
        encounter_id=facts["encounter_id"],
        started_at=written(facts["started_at"], ValueType.MOMENT),
        care_type=_word("med_type", facts.get("care_type")),
        insurance_type=_word("insutype", facts.get("insurance_type")),
        department=facts.get("department_name") or facts.get("department_id"),
        diagnoses=_diagnoses(bill),
        lines=_lines(bill, {one.line_key for one in found}),
        lines_in_all=len(bill.lines["line_key"]),
        found=found,
        patient=patient_of(access, asked).patient,
    )


def _word(name: str, code: str | None) -> str | None:
    return None if code is None else word(name, code)


def _diagnoses(bill: BilledEncounter) -> list[str]:
    columns = (bill.diagnoses.get(name) or [] for name in ("diagnosis_code", "diagnosis_name"))
    return [" ".join(filter(None, one)) for one in zip(*columns, strict=True)]


def _lines(bill: BilledEncounter, found: set[str | None]) -> list[LineSent]:
    columns = bill.lines
    keys = columns["line_key"]
    rows = sorted(range(len(keys)), key=lambda row: keys[row] not in found)[:MOST_LINES]
    return [_line(columns, row) for row in sorted(rows)]


def _line(columns: Any, row: int) -> LineSent:
    def told(name: str, type_: ValueType) -> str | None:
        value = columns[name][row]
        return None if value is None else written(value, type_)

    return LineSent(
        line_key=columns["line_key"][row],
        code=columns["item_code"][row],
        name=columns["item_name"][row],
        charged_at=told("charged_at", ValueType.MOMENT),
        quantity=told("quantity", ValueType.QUANTITY),
        unit_price=told("unit_price", ValueType.PRICE),
        amount_fen=columns["amount"][row],
    )
