"""Which columns of a table are which facts: by our name, the national name, the Chinese label, or a mapping.

A name may mean several fields (`ownpay_amt` of a settlement or of a line, `dise_codg` of a stay or of a diagnosis):
then the table's role decides, and what its rows are is seen from its unmistakable columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from mingcha.domain.claims import Diagnosis, Encounter, Line, Person, Procedure, Settlement
from mingcha.domain.fields import Entity, Field
from mingcha.domain.schema import OPTIONAL_TABLES
from mingcha.ingest.parse import half_width
from mingcha.knowledge.packaged import packaged

CLAIMS: tuple[type[Entity], ...] = (Line, Diagnosis, Procedure, Encounter, Settlement, Person)
# Person, encounter and settlement facts are gathered into one row per encounter, whatever table they stand in.
FACTS: tuple[type[Entity], ...] = (Person, Encounter, Settlement)

# Head of a column that holds what is left of a quantity after refunds: in a source it is the quantity that was billed.
_BILLED: dict[Field[Any], Field[Any]] = {
    Line.quantity: Line.billed_quantity,
    Line.amount: Line.billed_amount,
}


_TELLING_FIELDS = 1
_KEYS = ("encounter_id", "person_id", "institution_id")
# A large table comes in parts: insured-periods-0001.
_PART = re.compile(r"[-_]\d+$")
_NON_KEYS = {entity: tuple(f for name, f in entity.fields().items() if name not in _KEYS) for entity in FACTS}


def normal(name: str) -> str:
    """A column name as it is compared: half width, lower case, without blanks, quotes and marks."""
    return "".join(half_width(name).lower().split()).strip("\ufeff\"'`*:：")


@cache
def _headings() -> dict[str, tuple[str, ...]]:
    content = packaged("mingcha.ingest", "headings.yaml")
    return {national: tuple(labels) for national, labels in content.items()}


def headings_of(national: str) -> tuple[str, ...]:
    """The Chinese names of columns under which a national field is recognised."""
    return _headings().get(national, ())


def names_of(declared: Field[Any]) -> tuple[str, ...]:
    """All names under which this field is recognised, best known first."""
    own = (f"{declared.owner.__name__}.{declared.name}", f"{declared.owner.label}.{declared.label}")
    labels = tuple(label for national in declared.national for label in headings_of(national))
    return (*own, declared.name, declared.label, *declared.national, *labels)


@cache
def known_names(entities: tuple[type[Entity], ...] = CLAIMS) -> dict[str, tuple[Field[Any], ...]]:
    """Normal name → the fields it may mean."""
    found: dict[str, list[Field[Any]]] = {}
    for entity in entities:
        for declared in entity.fields().values():
            meant = _BILLED.get(declared, declared)
            if meant.derived:
                continue
            for name in names_of(declared):
                candidates = found.setdefault(normal(name), [])
                if not any(other is meant for other in candidates):
                    candidates.append(meant)
    return {name: tuple(fields) for name, fields in found.items()}


@cache
def _optional_names() -> dict[type[Entity], dict[str, tuple[Field[Any], ...]]]:
    return {entity: known_names((entity,)) for entity in OPTIONAL_TABLES.values()}


@dataclass
class Recognition:
    """What a table holds: for each entity its fields' source columns; primary is what its rows are.

    Personal columns stand apart; of them `of_person` tells name, ID number and phone of who the row is about.
    """

    primary: type[Entity] | None = None
    columns: dict[type[Entity], dict[str, str]] = field(default_factory=dict)
    personal: list[str] = field(default_factory=list)
    of_person: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    def source(self, declared: Field[Any]) -> str | None:
        """The source column of a field."""
        return self.columns.get(declared.owner, {}).get(declared.name)

    def missing(self) -> list[Field[Any]]:
        """Required fields of what the rows are that no column gives."""
        if self.primary is None or self.primary in FACTS:
            return []
        given = self.columns.get(self.primary, {})
        return [f for f in self.primary.fields().values() if f.required and f.name not in given]


def recognise(
    columns: Iterable[str], mapped: Mapping[str, tuple[Field[Any], ...]], name: str = ""
) -> Recognition:
    """Recognise a table by its column names: claims, or optional facts where these explain more columns.

    Args:
        columns: the names as they stand.
        mapped: what a mapping file says of some of them; that always wins.
        name: the file's name, which may be that of an optional table (directory, 医保目录条目 …).
    """
    columns = list(columns)
    claims = _as_claims(columns, mapped)
    explained = {column for fields in claims.columns.values() for column in fields.values()}
    best, most = claims, len(explained)
    for slug, entity in OPTIONAL_TABLES.items():
        named = _PART.sub("", normal(name)) in (slug, normal(entity.label))
        optional = _as_optional(entity, columns, mapped, named=named)
        if optional is None:
            continue
        if named:
            return optional
        if len(optional.columns[entity]) > most:
            best, most = optional, len(optional.columns[entity])
    return best


def recognise_as(entity: type[Entity], columns: Sequence[str]) -> Recognition:
    """Recognise the columns of a table of which it is known what it holds."""
    optional = None if entity in CLAIMS else _as_optional(entity, columns, {}, named=True)
    return _as_claims(columns, {}) if optional is None else optional


def _as_optional(
    entity: type[Entity],
    columns: Sequence[str],
    mapped: Mapping[str, tuple[Field[Any], ...]],
    *,
    named: bool,
) -> Recognition | None:
    """The table as optional facts; None where a required one has no column, or nothing tells it from others."""
    chosen: dict[str, str] = {}
    personal: list[str] = []
    for column in columns:
        fields = mapped[column] if column in mapped else _optional_names()[entity].get(normal(column), ())
        for declared in fields:
            if entity.fields().get(declared.name) is declared and not declared.personal:
                chosen.setdefault(declared.name, column)
            elif declared.personal:
                personal.append(column)
    if any(f.required and not f.personal and n not in chosen for n, f in entity.fields().items()):
        return None
    # Keys and a period alone stand in many tables and say nothing.
    if not named and len(chosen.keys() - {*entity.key, "valid_from", "valid_to"}) < _TELLING_FIELDS:
        return None
    unknown = [name for name in columns if name not in personal and name not in chosen.values()]
    return Recognition(entity, {entity: chosen}, personal, unknown=unknown)


def _as_claims(columns: Sequence[str], mapped: Mapping[str, tuple[Field[Any], ...]]) -> Recognition:
    candidates = {
        name: mapped[name] if name in mapped else known_names().get(normal(name), ()) for name in columns
    }
    candidates = {name: fields for name, fields in candidates.items() if name in mapped or fields}
    recognition = Recognition(unknown=[name for name in columns if name not in candidates])
    for name, fields in candidates.items():
        for declared in fields:
            if declared.personal and name not in recognition.personal:
                recognition.personal.append(name)
            if declared.personal and declared.owner is Person:
                recognition.of_person.setdefault(declared.name, name)
    useful = {n: f for n, f in candidates.items() if n not in recognition.personal}
    recognition.primary = _primary(useful)
    for entity in _order(recognition.primary):
        if entity in (Diagnosis, Procedure) and entity is not recognition.primary:
            chosen = _unmistakable(entity, useful)
        else:
            chosen = _choose(entity, useful, recognition.columns, mapped)
        if chosen:
            recognition.columns[entity] = chosen
    recognition.primary = _settled(recognition)
    read = {column for fields in recognition.columns.values() for column in fields.values()}
    idle = [
        n
        for n, fields in useful.items()
        if n not in read and fields and not any(_is_key(f.name) for f in fields)
    ]
    recognition.unknown = [name for name in columns if name in recognition.unknown or name in idle]
    return recognition


def _settled(recognition: Recognition) -> type[Entity] | None:
    """What the rows are, now that it is seen which entities have a key; a line table may be told what it lacks."""
    primary, columns = recognition.primary, recognition.columns
    if primary is Line or primary in columns:
        return primary
    if Encounter in columns or Settlement in columns:
        return Encounter if Encounter in columns else Settlement
    columns.clear()
    return None


def _primary(candidates: Mapping[str, tuple[Field[Any], ...]]) -> type[Entity] | None:
    """What a row of this table is."""

    def may_be(*fields: Field[Any]) -> bool:
        return any(one is f for found in candidates.values() for one in found for f in fields)

    if may_be(Line.item_code) and may_be(Line.billed_quantity, Line.billed_amount):
        return Line
    if may_be(Settlement.total_amount, Settlement.fund_paid):
        return Settlement
    if may_be(Encounter.started_at, Encounter.ended_at):
        return Encounter
    if may_be(Diagnosis.diagnosis_code):
        return Diagnosis
    if may_be(Procedure.procedure_code):
        return Procedure
    if may_be(Encounter.encounter_id) and may_be(*_NON_KEYS[Encounter], *_NON_KEYS[Settlement]):
        return Encounter
    if may_be(Person.person_id) and may_be(Person.sex, Person.birth_date, Person.death_date):
        return Person
    return None


def _order(primary: type[Entity] | None) -> list[type[Entity]]:
    """The primary entity chooses first."""
    if primary is None:
        return []
    rest = [
        entity for entity in (Encounter, Settlement, Person, Diagnosis, Procedure) if entity is not primary
    ]
    return [primary, *rest]


def _choose(
    entity: type[Entity],
    candidates: Mapping[str, tuple[Field[Any], ...]],
    taken: Mapping[type[Entity], Mapping[str, str]],
    mapped: Mapping[str, tuple[Field[Any], ...]],
) -> dict[str, str]:
    """This entity's fields and their columns; nothing if only keys would be left, which say nothing new."""
    used = {column for fields in taken.values() for name, column in fields.items() if not _is_key(name)}
    chosen: dict[str, str] = {}
    for column, fields in candidates.items():
        for declared in fields:
            free = column not in used or column in mapped or _is_key(declared.name)
            if declared.owner is entity and free:
                chosen.setdefault(declared.name, column)
    facts = [name for name in chosen if not _is_key(name)]
    anchored = "encounter_id" in chosen or entity is Line or (entity is Person and "person_id" in chosen)
    return chosen if facts and anchored else {}


def _unmistakable(entity: type[Entity], candidates: Mapping[str, tuple[Field[Any], ...]]) -> dict[str, str]:
    """A diagnosis or operation that stands in another table's rows, under a name that means nothing else."""
    code = Diagnosis.diagnosis_code if entity is Diagnosis else Procedure.procedure_code
    chosen = {
        declared.name: column
        for column, fields in candidates.items()
        for declared in fields
        if declared.owner is entity and (len(fields) == 1 or declared.name == "encounter_id")
    }
    return chosen if {code.name, "encounter_id"} <= chosen.keys() else {}


def _is_key(name: str) -> bool:
    return name in _KEYS
