"""What is told of a patient: of the asking institution what it knows itself; of all others only what follows.

Of care elsewhere: that there was a visit, what medication is left, which examinations need not be repeated, allergies
— never where, on which bill, for how much; and only while the patient is being treated here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from mingcha.access.policy import ReminderPolicy
from mingcha.audit.health.facts import FactKind, HealthFact
from mingcha.audit.past import PastEncounter
from mingcha.audit.reading.medication import dispensed
from mingcha.domain.codelists import word
from mingcha.domain.drug_codes import drug_of
from mingcha.domain.values import MINUTES_A_DAY, ValueType, written
from mingcha.engine.ages import age
from mingcha.engine.facts import inpatient, line_fact

_DRUGS = ("X", "Z")
EXAMINATION, LABORATORY = "03", "04"
_PREGNANT = ("3", "4")  # of matn_stas: what medication must know of


@dataclass(frozen=True)
class RecentVisit:
    """A visit lately; where it was elsewhere, no more than that."""

    day: str
    kind: str
    here: bool
    encounter_id: str | None = None
    department: str | None = None
    diagnosis: str | None = None


@dataclass(frozen=True)
class MedicationLeft:
    """A drug of which some is left; `until` the day on which it is used up."""

    drug: str
    name: str | None
    days_left: int
    until: str


@dataclass(frozen=True)
class ExaminationDone:
    """An examination that need not be repeated yet."""

    code: str
    name: str | None
    day: str
    days_left: int


@dataclass(frozen=True)
class Noted:
    """An allergy or a registration, as it was written."""

    name: str
    code: str | None
    day: str | None
    until: str | None


@dataclass(frozen=True)
class PatientReminder:
    """All that is told of a patient.

    Args:
        elsewhere: whether care elsewhere was looked at: not where the encounter is not open.
    """

    elsewhere: bool
    sex: str | None = None
    age: int | None = None
    features: list[str] = field(default_factory=list)
    allergies: list[Noted] = field(default_factory=list)
    registrations: list[Noted] = field(default_factory=list)
    visits: list[RecentVisit] = field(default_factory=list)
    medication: list[MedicationLeft] = field(default_factory=list)
    examinations: list[ExaminationDone] = field(default_factory=list)


def reminder_of(
    institution_id: str,
    encounter_id: str,
    past: Sequence[PastEncounter],
    facts: Sequence[HealthFact],
    now: int,
    policy: ReminderPolicy,
    *,
    is_open: bool,
) -> PatientReminder:
    """What is told of a patient.

    Args:
        now: minutes since 1970, local.
        is_open: whether the encounter goes on.
    """
    day = now // MINUTES_A_DAY
    seen = [one for one in past if is_open or one.facts["institution_id"] == institution_id]
    told = [one for one in facts if is_open or one.institution_id in ("", institution_id)]
    seen = [one for one in seen if one.facts["started_at"] <= now]
    newest: Mapping[str, Any] = max((one.facts for one in seen), key=itemgetter("started_at"), default={})
    born = newest.get("birth_date")
    return PatientReminder(
        elsewhere=is_open,
        sex=word("gend", newest["sex"]) if newest.get("sex") else None,
        age=None if born is None else age(born, day, "岁"),
        features=list(_features(newest, day)),
        allergies=[_noted(one) for one in _newest_first(told, FactKind.ALLERGY)],
        registrations=[
            _noted(one)
            for one in _newest_first(told, FactKind.REGISTRATION)
            if one.until is None or one.until >= day
        ],
        visits=list(_visits(seen, institution_id, encounter_id, day, policy)),
        medication=_medication(seen, day),
        examinations=_examinations(seen, told, encounter_id, day, policy),
    )


def _features(facts: Mapping[str, Any], day: int) -> Iterator[str]:
    """What ordering must mind, as the newest bill says it and only while it can still hold."""
    state = facts.get("maternity_state")
    if state in _PREGNANT and day - facts["started_at"] // MINUTES_A_DAY <= 280:
        yield word("matn_stas", state)


def _newest_first(facts: Sequence[HealthFact], kind: FactKind) -> list[HealthFact]:
    """Facts of a kind, each thing once."""
    found = sorted((one for one in facts if one.kind == kind.value), key=lambda one: -(one.day or 0))
    return list({one.code or one.name: one for one in reversed(found)}.values())[::-1]


def _noted(fact: HealthFact) -> Noted:
    return Noted(
        fact.name or fact.code,
        fact.code or None,
        None if fact.day is None else written(fact.day, ValueType.DAY),
        None if fact.until is None else written(fact.until, ValueType.DAY),
    )


def _visits(
    past: Sequence[PastEncounter], institution_id: str, encounter_id: str, day: int, policy: ReminderPolicy
) -> Iterator[RecentVisit]:
    for one in sorted(past, key=lambda one: -one.facts["started_at"]):
        facts = one.facts
        began = facts["started_at"] // MINUTES_A_DAY
        if one.encounter_id == encounter_id or day - began > policy.visits_back.days:
            continue
        here = facts["institution_id"] == institution_id
        kind = "住院" if _is_stay(facts) else "门诊"
        if not here:
            yield RecentVisit(written(began, ValueType.DAY), kind, here=False)
            continue
        codes, names = one.diagnoses.get("diagnosis_code") or [], one.diagnoses.get("diagnosis_name") or []
        named = dict(zip(codes, names, strict=False))
        main = facts.get("main_diagnosis")
        yield RecentVisit(
            written(began, ValueType.DAY),
            kind,
            here=True,
            encounter_id=one.encounter_id,
            department=facts.get("department_name") or facts.get("department_id"),
            diagnosis=named.get(main) or main,
        )


def _is_stay(facts: Mapping[str, Any]) -> bool:
    return inpatient(facts.get("visit_type"), facts.get("care_type")) is True


def _medication(past: Sequence[PastEncounter], day: int) -> list[MedicationLeft]:
    """As the person's screen and rule medication-left count: what was dispensed outside of stays."""
    rows = [row for one in past if one.settled and not _is_stay(one.facts) for row in _taken_home(one)]
    rows = sorted((row for row in rows if row["day"] <= day), key=itemgetter("drug", "at"))
    found = []
    for drug, of_drug in groupby(rows, key=itemgetter("drug")):
        given = list(of_drug)
        until = max((row["until"] for row in dispensed(given)), default=day)
        if until > day:
            last = written(until, ValueType.DAY)
            found.append(MedicationLeft(drug, given[-1]["name"], until - day, last))
    return sorted(found, key=lambda one: (-one.days_left, one.drug))


def _taken_home(one: PastEncounter) -> Iterator[dict[str, Any]]:
    lines = one.lines
    codes = lines.get("item_code") or ()
    rows = [
        row for row, code in enumerate(codes) if code[:1] in _DRUGS and (_at(lines, "quantity", row) or 0) > 0
    ]
    if not rows:
        return
    # What nothing is known of is unknown without end.
    lasting = list(islice(line_fact("course_days", lines), len(codes)))
    for row in rows:
        at = _at(lines, "charged_at", row) or one.facts["started_at"]
        yield {
            "drug": drug_of(codes[row]),
            "name": _at(lines, "item_name", row),
            "at": at,
            "day": at // MINUTES_A_DAY,
            "days": lasting[row],
        }


def _at(lines: Mapping[str, Sequence[Any]], name: str, row: int) -> Any:
    values = lines.get(name)
    return values[row] if values else None


def _examinations(
    past: Sequence[PastEncounter],
    facts: Sequence[HealthFact],
    encounter_id: str,
    day: int,
    policy: ReminderPolicy,
) -> list[ExaminationDone]:
    """What was examined so lately that it need not be again, by bills and by reports; the newest of each."""
    lasts = {EXAMINATION: policy.examination_days.days, LABORATORY: policy.laboratory_days.days}
    done: dict[str, tuple[int, str | None, int]] = {}

    def add(code: str, name: str | None, on: int, days: int) -> None:
        left = on + days - day
        if code and on <= day and left > 0 and (code not in done or on > done[code][0]):
            done[code] = (on, name, left)

    for one in past:
        if one.encounter_id == encounter_id or not one.settled:
            continue
        lines = one.lines
        for row, kind in enumerate(lines.get("charge_type") or ()):
            if kind in lasts and (_at(lines, "quantity", row) or 0) > 0:
                at = _at(lines, "charged_at", row) or one.facts["started_at"]
                add(
                    _at(lines, "item_code", row),
                    _at(lines, "item_name", row),
                    at // MINUTES_A_DAY,
                    lasts[kind],
                )
    for fact in facts:
        if (
            fact.kind == FactKind.EXAMINATION.value
            and fact.day is not None
            and fact.encounter_id != encounter_id
        ):
            add(fact.code, fact.name or None, fact.day, lasts[EXAMINATION])
    found = [
        ExaminationDone(code, name, written(on, ValueType.DAY), left)
        for code, (on, name, left) in done.items()
    ]
    return sorted(found, key=lambda one: (one.day, one.code), reverse=True)
