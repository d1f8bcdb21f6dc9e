"""The health record of a person as far as a scope reaches: dated facts, from bills and from what stands beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import polars as pl

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.permissions import Permission
from mingcha.access.persons import PersonView, indexes_of, view_of, with_keys
from mingcha.access.scope import Place, Scope
from mingcha.access.trail import Action, record
from mingcha.audit.health.facts import CALL, FactKind, HealthFact, facts_of
from mingcha.audit.reading.care import Care, coded_rows
from mingcha.audit.reading.persons import birth_year_of, seen_of, sex_of
from mingcha.audit.reading.told import Said, known
from mingcha.domain.claims import Line
from mingcha.domain.values import MINUTES_A_DAY, ValueType

_DRUGS = ("X", "Z")
BILL, RECORD, DOCUMENT = "单据", "病历或备案", "健康文档"
_DOCUMENT = "fhir:"


@dataclass(frozen=True)
class FactView:
    """A fact in a list.

    Args:
        source: what told it; a bill can be opened by its encounter.
    """

    kind: FactKind
    day: str | None
    until: str | None
    code: str | None
    name: str | None
    said: list[Said]
    institution: str | None
    source: str
    encounter_id: str | None
    dataset: str | None


@dataclass(frozen=True)
class HealthRecord:
    """All that is known of a person's health, the newest first."""

    person: PersonView
    sex: str | None
    birth_year: int | None
    facts: list[FactView]


def record_of(access: Access, actor: Actor, key: str, dataset: UUID | None = None) -> HealthRecord:
    """The record of a person; looking at it stands in the trail.

    Raises:
        Missing: no bill of this person is in the actor's scope.
    """
    scope = actor.scope(Permission.HEALTH_VIEW)
    seen = seen_of(access, scope, key, dataset)
    names = {one: name for care in seen for one, name in _institutions(care)}
    facts = [fact for care in seen for fact in _of_bills(care)]
    index = indexes_of(access, [key]).get(key)
    with access.database.writing() as session:
        kept = [] if index is None else facts_of(session, index)
        person = with_keys(session, [key]).get(key)
        record(session, access, actor, Action.HEALTH_VIEWED, about=("person", key))
    facts += [_told(one, names) for one in kept if _reached(one, scope)]
    return HealthRecord(
        person=PersonView(key, None, None, None, None) if person is None else view_of(access, person),
        sex=sex_of(seen),
        birth_year=birth_year_of(seen),
        facts=sorted(facts, key=lambda one: (one.day or "", one.kind, one.name or ""), reverse=True),
    )


def _reached(fact: HealthFact, scope: Scope) -> bool:
    """A registration is the person's own; what an institution found is seen by whom it belongs to."""
    if not fact.institution_id:
        return True
    return scope.covers(Place(fact.region or None, fact.institution_id))


def _institutions(care: Care) -> Iterator[tuple[str, str]]:
    named = care.encounters.select("institution_id", "institution_name").drop_nulls().unique()
    yield from named.iter_rows()


def _told(fact: HealthFact, names: dict[str, str]) -> FactView:
    document = fact.source.startswith(_DOCUMENT)
    return FactView(
        kind=FactKind(fact.kind),
        day=known(fact.day, ValueType.DAY),
        until=known(fact.until, ValueType.DAY),
        code=fact.code or None,
        name=fact.name or None,
        said=[Said(label, label, text) for label, text in fact.said],
        institution=names.get(fact.institution_id) or fact.institution_id or None,
        source=DOCUMENT if document else RECORD,
        encounter_id=fact.encounter_id or None,
        dataset=None if document or fact.source.startswith(CALL) else fact.source,
    )


def _of_bills(care: Care) -> Iterator[FactView]:
    """Diagnoses and procedures of the encounters that are reached, and drugs on the lines that are."""
    place = care.encounters.select("enc", "encounter_id", "institution_id", "institution_name", "started_at")
    for table, kind, code, at in (
        ("diagnoses", FactKind.DIAGNOSIS, "diagnosis", "diagnosed_at"),
        ("procedures", FactKind.OPERATION, "procedure", "operated_at"),
    ):
        rows = coded_rows(care, table).join(place, on="enc", how="inner")
        rows = rows.with_columns(pl.coalesce(at, "started_at").alias("at"))
        named = rows.rename({f"{code}_code": "code", f"{code}_name": "name"})
        yield from _views(named, kind, care)
    drugs = care.lines.filter(pl.col("item_code").str.slice(0, 1).is_in(_DRUGS), pl.col("quantity") > 0)
    drugs = drugs.select("enc", "item_code", "item_name", "charged_at", "quantity", "unit")
    drugs = drugs.join(place, on="enc", how="inner").with_columns(
        pl.coalesce("charged_at", "started_at").alias("at")
    )
    yield from _views(drugs.rename({"item_code": "code", "item_name": "name"}), FactKind.DRUG, care)


def _views(rows: pl.DataFrame, kind: FactKind, care: Care) -> Iterator[FactView]:
    for row in rows.iter_rows(named=True):
        amount = known(row.get("quantity"), ValueType.QUANTITY)
        unit = row.get("unit") or ""
        yield FactView(
            kind=kind,
            day=known(None if row["at"] is None else row["at"] // MINUTES_A_DAY, ValueType.DAY),
            until=None,
            code=row["code"],
            name=row["name"],
            said=[]
            if amount is None
            else [Said("quantity", Line.quantity.label, f"{amount} {unit}".strip())],
            institution=row["institution_name"] or row["institution_id"],
            source=BILL,
            encounter_id=row["encounter_id"],
            dataset=care.index.lake.path.name,
        )
