"""A document of a person's health comes into the record: only where it says itself whose it is."""

from __future__ import annotations

from dataclasses import dataclass

from mingcha.access.actor import Actor
from mingcha.access.connections.reached import region_of
from mingcha.access.context import Access
from mingcha.access.errors import Invalid, missing
from mingcha.access.permissions import Permission
from mingcha.access.personal import PersonField, index_of
from mingcha.access.persons import with_keys
from mingcha.access.trail import Action, record
from mingcha.audit.health.facts import tell
from mingcha.audit.health.fhir import ResourceLeft, read_bundle
from mingcha.audit.reading.persons import seen_of


@dataclass(frozen=True)
class DocumentTaken:
    """How many facts were taken, and what was left, with the reason."""

    taken: int
    left: list[ResourceLeft]


def import_bundle(
    access: Access, actor: Actor, key: str, institution_id: str, content: bytes
) -> DocumentTaken:
    """Take a FHIR R4 bundle into a person's record.

    Raises:
        Missing: no bill of this person, or not this institution, is in the actor's scope.
        Invalid: the bundle does not say that it is of this person.
        InputError: no bundle of one patient.
    """
    scope = actor.scope(Permission.HEALTH_IMPORT)
    seen_of(access, scope, key, None)
    region = region_of(access, scope, institution_id)
    as_of = int(access.now().timestamp())
    document = read_bundle(content, institution_id=institution_id, region=region, as_of=as_of)
    with access.database.writing() as session:
        person = with_keys(session, [key]).get(key)
        if person is None:
            raise missing("这位参保人")
        known = {person.number_index, person.id_number_index}
        own = {
            index_of(access.keys, field, value)
            for value in document.identifiers
            for field in (PersonField.NUMBER, PersonField.ID_NUMBER)
        }
        if not own & known:
            raise Invalid(
                "资料里的患者标识与这位参保人不符",
                where="identifier",
                remedy="Patient.identifier 须有其人员编号或证件号码",
            )
        tell(session, access, {person.number_index: document.facts})
        details = {"institution": institution_id, "taken": len(document.facts), "left": len(document.left)}
        record(session, access, actor, Action.HEALTH_IMPORTED, about=("person", key), details=details)
    return DocumentTaken(len(document.facts), list(document.left))
