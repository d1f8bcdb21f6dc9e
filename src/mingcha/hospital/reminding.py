"""事前提醒 as a hospital's doctor gets it: of the patient, of the items, and how the doctor's own department stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.audit.bill import BillAuditor
from mingcha.audit.past import told_at
from mingcha.audit.reminding.asking import Asked, KnownPatient, Reminder, patient_of, reminder
from mingcha.domain.values import yuan
from mingcha.hospital.budget_rows import held
from mingcha.hospital.matching import NO_STANDARDS, StandardBook
from mingcha.hospital.periods import around
from mingcha.hospital.spent import Spending, share
from mingcha.hospital.stay_payment import StayPayment, beside_past


@dataclass(frozen=True)
class BudgetState:
    """How a department's budget stands; amounts in yuan.

    Args:
        period: 2026 or 2026-03.
        settled, open: of settled bills, and of stays whose bill is not settled yet.
        left: what is left, below nothing where more was spent.
        used: in per cent.
        days_left: after today, until the period ends.
    """

    department_id: str
    period: str
    period_label: str
    amount: str
    settled: str
    open: str
    left: str
    used: str | None
    over: bool
    days_left: int


@dataclass(frozen=True)
class DoctorReminder(Reminder):
    """The answer.

    Args:
        budgets: of the doctor's own department, of this month and this year, where they are set.
        payment: by what an open stay is paid beside what it costs so far, where a standard is known for sure.
    """

    budgets: list[BudgetState] = field(default_factory=list)
    payment: list[StayPayment] = field(default_factory=list)


def remind(
    access: Access,
    actor: Actor,
    asked: Asked,
    auditor: BillAuditor | None,
    standards: StandardBook = NO_STANDARDS,
) -> DoctorReminder:
    """What a doctor is told; that it was, stands in the trail.

    Args:
        standards: of payment, as they hold today.

    Raises:
        InputError: too many items.
    """
    known = patient_of(access, asked)
    told = reminder(access, actor, asked, auditor, known)
    department = asked.department_id or _department_of(asked, known)
    return DoctorReminder(
        **vars(told),
        budgets=budget_states(access, asked.institution_id, department),
        payment=beside_past(standards, asked, known.past),
    )


def budget_states(access: Access, institution_id: str, department_id: str) -> list[BudgetState]:
    """How a department stands in this month and in this year; two small questions to the database."""
    today = access.today()
    if not department_id:
        return []
    with access.database.reading() as session:
        amounts = held(session, institution_id, department_id, around(today))
        if not amounts:
            return []
        spending = Spending.of(session, [institution_id], [today.year], department_id)
    states = []
    for period in around(today):
        if (amount := amounts.get(period)) is not None:
            spent = spending((institution_id, department_id), period)
            states.append(
                BudgetState(
                    department_id=department_id,
                    period=str(period),
                    period_label=period.label,
                    amount=yuan(amount),
                    settled=yuan(spent.settled),
                    open=yuan(spent.open),
                    left=yuan(amount - spent.total),
                    used=share(spent.total, amount),
                    over=spent.total > amount,
                    days_left=period.days_left(today),
                )
            )
    return states


def _department_of(asked: Asked, known: KnownPatient) -> str:
    """Where the patient is treated, as what was told last of this encounter says it."""
    told = (
        one.facts.get("department_id")
        for one in sorted(known.past, key=told_at, reverse=True)
        if one.encounter_id == asked.encounter_id and one.facts["institution_id"] == asked.institution_id
    )
    return next(filter(None, told), "")
