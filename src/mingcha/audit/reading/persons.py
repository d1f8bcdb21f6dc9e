"""Insured persons on the screen: sought by a whole value, shown masked, or whole for a reason; their care over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import polars as pl

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid, missing
from mingcha.access.permissions import Permission
from mingcha.access.personal import PersonField
from mingcha.access.persons import PersonView, key_of, values_of, view_of, with_keys, with_value
from mingcha.access.scope import Scope
from mingcha.access.trail import Action, record
from mingcha.audit.reading.care import Care, care_within
from mingcha.audit.reading.medication import Medication, medication
from mingcha.audit.reading.open_claims import open_claims
from mingcha.audit.reading.visits import EncounterView, readmissions, visits_of
from mingcha.domain.codelists import word
from mingcha.domain.values import day_of

_SHORTEST_REASON = 4
MOST_SHOWN = 50


@dataclass(frozen=True)
class Found:
    """A person that was sought, and how much of the care the actor may see."""

    person: PersonView
    sex: str | None
    visits: int
    institutions: int
    last_day: str | None


@dataclass(frozen=True)
class FoundPersons:
    """Whom the actor may see; `more` where there are others of this name that were not looked at."""

    persons: list[Found]
    more: bool


@dataclass(frozen=True)
class Timeline:
    """A person's care as far as the actor may see it, over all datasets; the newest saying of an encounter counts."""

    person: PersonView
    sex: str | None
    birth_year: int | None
    visits: list[EncounterView]
    medication: list[Medication]
    day: date


def find(
    access: Access, actor: Actor, field: PersonField, value: str, dataset: UUID | None = None
) -> FoundPersons:
    """Persons of whom just this is known and of whose bills one is in the actor's scope."""
    scope = actor.scope(Permission.PERSONS_FIND)
    with access.database.reading() as session:
        rows = with_value(session, access, field, value)
    found = []
    for row in rows[:MOST_SHOWN]:
        seen = list(_visible(access, scope, key_of(row.id), dataset))
        if seen:
            found.append(_found(view_of(access, row), seen))
    with access.database.writing() as session:
        details = {"field": field.value, "found": len(found)}
        record(session, access, actor, Action.PERSON_SOUGHT, details=details)
    return FoundPersons(found, more=len(rows) > MOST_SHOWN)


def timeline(
    access: Access, actor: Actor, key: str, dataset: UUID | None = None, day: date | None = None
) -> Timeline:
    """The care of a person; remaining medication as of a day, today where none is given.

    Raises:
        Missing: no bill of this person is in the actor's scope.
    """
    seen = seen_of(access, actor.scope(Permission.BILLS_VIEW), key, dataset)
    day = day or access.today()
    since = readmissions(pl.concat([care.encounters.select(_STAYS) for care in seen]))
    visits = [
        replace(visit, days_since_stay=since.get(visit.encounter_id))
        for care in seen
        for visit in visits_of(care)
    ]
    with access.database.writing() as session:
        person = with_keys(session, [key]).get(key)
        record(session, access, actor, Action.PERSON_VIEWED, about=("person", key))
    return Timeline(
        person=PersonView(key, None, None, None, None) if person is None else view_of(access, person),
        sex=sex_of(seen),
        birth_year=birth_year_of(seen),
        visits=sorted(visits, key=lambda visit: (visit.started_at or "", visit.encounter_id)),
        medication=medication(pl.concat([_supplied(care) for care in seen]), day_of(day)),
        day=day,
    )


def reveal(
    access: Access,
    actor: Actor,
    key: str,
    fields: Sequence[PersonField],
    reason: str,
    dataset: UUID | None = None,
) -> dict[PersonField, str | None]:
    """Values of a person whole; what was asked, of whom and why stands in the trail before they go.

    Raises:
        Invalid: no reason is given.
        Missing: no bill of this person is in the actor's scope, or the register does not know it.
    """
    if len(reason.strip()) < _SHORTEST_REASON:
        raise Invalid(
            "请写明查看的理由", where="reason", remedy=f"至少 {_SHORTEST_REASON} 个字，供审计员核对"
        )
    seen_of(access, actor.scope(Permission.PERSONS_REVEAL), key, dataset)
    with access.database.writing() as session:
        found = with_keys(session, [key]).get(key)
        if found is None:
            raise missing("这位参保人")
        shown = values_of(access, found, fields)
        details = {"fields": sorted(shown)}
        record(
            session,
            access,
            actor,
            Action.PERSON_REVEALED,
            about=("person", key),
            reason=reason,
            details=details,
        )
    return shown


_STAYS = ("encounter_id", "inpatient", "started_at", "ended_at")


def seen_of(access: Access, scope: Scope, key: str, dataset: UUID | None) -> list[Care]:
    """The care of a person that a scope reaches.

    Raises:
        Missing: there is none.
    """
    seen = list(_visible(access, scope, key, dataset))
    if not seen:
        raise missing("这位参保人")
    return seen


def _visible(access: Access, scope: Scope, key: str, dataset: UUID | None) -> Iterator[Care]:
    """The care of a person that a scope reaches, by dataset; of an encounter the newest dataset's saying."""
    told: set[str] = set()
    for index in open_claims(access, dataset):
        for stand in index.persons([key]):
            care = care_within(index, stand, scope)
            fresh = ~pl.col("encounter_id").is_in(list(told))
            care = replace(care, encounters=care.encounters.filter(fresh), lines=care.lines.filter(fresh))
            told.update(index.rows(stand, "encounters", ["encounter_id"])["encounter_id"])
            if care.encounters.height:
                yield care


def _found(view: PersonView, seen: Sequence[Care]) -> Found:
    visits = [visit for care in seen for visit in visits_of(care)]
    return Found(
        view,
        sex_of(seen),
        len(visits),
        len({visit.institution_id for visit in visits}),
        max((visit.first_day for visit in visits if visit.first_day), default=None),
    )


def sex_of(seen: Sequence[Care]) -> str | None:
    """In words, as bills say it."""
    known = [code for care in seen for code in care.encounters["sex"].drop_nulls()]
    return word("gend", known[0]) if known else None


def birth_year_of(seen: Sequence[Care]) -> int | None:
    """As bills say it."""
    born = pl.concat([care.encounters["birth_date"] for care in seen]).drop_nulls()
    return None if born.is_empty() else int(born.cast(pl.Date).dt.year()[0])


def _supplied(care: Care) -> pl.DataFrame:
    """Lines with what medication is worked out from."""
    of_bill = care.encounters.select("enc", "inpatient", "institution_name")
    lines = care.lines.join(of_bill, on="enc", how="inner", maintain_order="left")
    return lines.with_columns(pl.lit(care.index.lake.path.name).alias("dataset"))
