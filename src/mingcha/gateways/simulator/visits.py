"""A visit that is being simulated: who may have it, how it begins, what is known of the patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from mingcha.access.actor import Actor
from mingcha.access.connections.desks import Desk, desk
from mingcha.access.context import CHINA, Access
from mingcha.access.permissions import Permission
from mingcha.access.personal import PersonField
from mingcha.access.persons import values_of, with_keys
from mingcha.access.trail import Action, record
from mingcha.audit.reading import patients
from mingcha.audit.reading.patients import Patient
from mingcha.domain.codelists import word
from mingcha.domain.values import ValueType, day_of, written
from mingcha.engine.ages import age
from mingcha.gateways.simulator.prescribing import Scene

# No encounter of a hospital is called so: what is simulated never takes the place of a bill.
ENCOUNTER = r"^SIM[0-9a-f]{16}$"
_DAYS_IN = 3


@dataclass(frozen=True)
class PatientLine:
    """A patient in the list: masked, with what the last visit said."""

    key: str
    full_name: str | None
    number: str | None
    sex: str | None
    age: int | None
    insurance: str | None
    department: str | None
    doctor: str | None
    last_day: str
    visits: int


@dataclass(frozen=True)
class OpenVisit:
    """A visit that has begun; local time."""

    encounter_id: str
    started_at: datetime
    patient: PatientLine


@dataclass(frozen=True)
class AtDesk:
    """Who acts for whom: the institution, the patient as it knows them, and under which number."""

    desk: Desk
    patient: Patient
    number: str


def local_now(access: Access) -> datetime:
    """This moment where the system is used."""
    return access.now().astimezone(CHINA)


def patient_lines(
    access: Access, actor: Actor, institution_id: str, *, sex: str | None = None, most: int = 50
) -> list[PatientLine]:
    """Patients of the institution in the actor's scope, whoever was seen last first."""
    desk(access, actor, institution_id)
    scope = actor.scope(Permission.SIMULATOR_USE)
    return [
        _line(access, one) for one in patients.patients(access, scope, institution_id, sex=sex, most=most)
    ]


def open_visit(access: Access, actor: Actor, institution_id: str, key: str, scene: Scene) -> OpenVisit:
    """A visit begins; that this patient was chosen stands in the trail.

    Raises:
        Missing: no such institution or patient for this actor.
    """
    found = at_desk(access, actor, institution_id, key)
    with access.database.writing() as session:
        details = {"institution": institution_id, "simulated": True}
        record(session, access, actor, Action.PERSON_VIEWED, about=("person", key), details=details)
    began = local_now(access).replace(tzinfo=None, microsecond=0)
    if scene is Scene.INPATIENT:
        began -= timedelta(days=_DAYS_IN)
    return OpenVisit(_encounter_id(access), began, _line(access, found.patient))


def _encounter_id(access: Access) -> str:
    """Later visits sort later: of two in the same minute, that decides which was first."""
    milliseconds = int(access.now().timestamp() * 1000)
    return f"SIM{milliseconds:011x}{uuid4().hex[:5]}"


def at_desk(access: Access, actor: Actor, institution_id: str, key: str) -> AtDesk:
    """Whom a message is about.

    Raises:
        Missing: no such institution or patient for this actor.
    """
    where = desk(access, actor, institution_id)
    found = patients.patient(access, actor.scope(Permission.SIMULATOR_USE), institution_id, key)
    with access.database.reading() as session:
        row = with_keys(session, [key])[key]
        number = values_of(access, row, [PersonField.NUMBER])[PersonField.NUMBER]
    assert number is not None  # the register knows nobody without one
    return AtDesk(where, found, number)


def _line(access: Access, found: Patient) -> PatientLine:
    facts, born = found.facts, found.facts["birth_date"]
    return PatientLine(
        key=found.person.key,
        full_name=found.person.full_name,
        number=found.person.number,
        sex=word("gend", facts["sex"]) if facts["sex"] else None,
        age=None if born is None else age(born, day_of(access.today()), "岁"),
        insurance=word("insutype", facts["insurance_type"]) if facts["insurance_type"] else None,
        department=facts["department_name"] or facts["department_id"],
        doctor=facts["doctor_name"] or facts["doctor_id"],
        last_day=written(found.last_day, ValueType.DAY),
        visits=found.visits,
    )
