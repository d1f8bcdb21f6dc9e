"""The register of insured persons: what sources call somebody, and the key under which the lake knows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mingcha.access.context import Access
from mingcha.access.personal import PersonField, index_of, masked, opened, seal
from mingcha.store.database.base import Base
from mingcha.store.database.persons import InsuredPerson
from mingcha.store.keys import Keys

_AT_ONCE = 20_000
_MOST_FOUND = 200
_KEY = re.compile(r"[0-9a-f]{32}")
# What may become known, or other, of somebody who is in the register already.
_CHANGING = (PersonField.FULL_NAME, PersonField.ID_NUMBER, PersonField.PHONE)
_ROW = Base.metadata.tables[InsuredPerson.__tablename__]


@dataclass(frozen=True, slots=True)
class Told:
    """What a source tells of a person: the number that its bills bear, and what else it happens to carry."""

    number: str
    full_name: str | None = None
    id_number: str | None = None
    phone: str | None = None

    def said(self, field: PersonField) -> str | None:
        """What is told of one field."""
        text: str | None = getattr(self, field.value)
        return text or None


@dataclass(frozen=True)
class PersonView:
    """A person as lists show them, names and numbers masked."""

    key: str
    number: str | None
    full_name: str | None
    id_number: str | None
    phone: str | None


def key_of(row_id: UUID) -> str:
    """The key of a person in datasets."""
    return row_id.hex


def id_of(key: str) -> UUID | None:
    """The row that a key names; None where it is the key of nobody's."""
    return UUID(hex=key) if _KEY.fullmatch(key) else None


def enter(access: Access, told: Iterable[Told]) -> Iterator[str]:
    """The key of each; whoever is not in the register gets a new one, and what is told newly is kept, sealed.

    Rejected rows that come again already bear the key instead of the number; it stands for itself.
    """
    waiting = iter(told)
    while batch := list(islice(waiting, _AT_ONCE)):
        yield from _enter(access, batch)


def _enter(access: Access, batch: Sequence[Told]) -> list[str]:
    keys = access.keys
    indexes = [index_of(keys, PersonField.NUMBER, one.number) for one in batch]
    with access.database.writing() as session:
        known = _known(session, indexes) | _meant_by_key(session, zip(batch, indexes, strict=True))
        new: dict[str, Told] = {}
        for one, index in zip(batch, indexes, strict=True):
            if index not in known:
                new.setdefault(index, one)
        if new:
            _insert(session, access, new)
            known |= _known(session, list(new))  # who came first counts, where two enter the same
        for field in _CHANGING:
            changes = [
                (known[index].id, text)
                for one, index in zip(batch, indexes, strict=True)
                if one is not new.get(index)
                and (text := one.said(field)) is not None
                and known[index].indexes[field] != index_of(keys, field, text)
            ]
            _change(session, keys, field, changes)
    return [key_of(known[index].id) for index in indexes]


@dataclass(frozen=True, slots=True)
class _Known:
    id: UUID
    indexes: dict[PersonField, str | None]


_INDEXES = [_ROW.c[f"{field}_index"] for field in _CHANGING]


def _known(session: Session, indexes: Sequence[str]) -> dict[str, _Known]:
    query = select(_ROW.c.number_index, _ROW.c.id, *_INDEXES).where(_ROW.c.number_index.in_(indexes))
    return {
        index: _Known(row_id, dict(zip(_CHANGING, others, strict=True)))
        for index, row_id, *others in session.execute(query)
    }


def _meant_by_key(session: Session, rows: Iterable[tuple[Told, str]]) -> dict[str, _Known]:
    meant = {row_id: index for one, index in rows if (row_id := id_of(one.number)) is not None}
    if not meant:
        return {}
    query = select(_ROW.c.id, *_INDEXES).where(_ROW.c.id.in_(list(meant)))
    return {
        meant[row_id]: _Known(row_id, dict(zip(_CHANGING, others, strict=True)))
        for row_id, *others in session.execute(query)
    }


def _insert(session: Session, access: Access, new: dict[str, Told]) -> None:
    keys, now, rows = access.keys, access.now(), []
    for index, one in new.items():
        row_id = uuid4()
        row: dict[str, Any] = {"id": row_id, "number_index": index, "created_at": now}
        row["number"], _ = seal(keys, PersonField.NUMBER, row_id, one.number)
        for field in _CHANGING:
            text = one.said(field)
            row[field.value], row[f"{field}_index"] = (
                (None, None) if text is None else seal(keys, field, row_id, text)
            )
        rows.append(row)
    insert: Any = sqlite.insert if access.database.is_sqlite else postgresql.insert
    session.execute(insert(_ROW).on_conflict_do_nothing(index_elements=["number_index"]), rows)


def _change(session: Session, keys: Keys, field: PersonField, changes: Sequence[tuple[UUID, str]]) -> None:
    if not changes:
        return
    rows = [
        {"row": row_id, "sealed": sealed, "index": index}
        for row_id, text in changes
        for sealed, index in (seal(keys, field, row_id, text),)
    ]
    values: dict[str, Any] = {field.value: bindparam("sealed"), f"{field}_index": bindparam("index")}
    session.connection().execute(update(_ROW).where(_ROW.c.id == bindparam("row")).values(values), rows)


def with_value(session: Session, access: Access, field: PersonField, value: str) -> list[InsuredPerson]:
    """Persons of whom just this is known; found without reading others."""
    wanted = getattr(InsuredPerson, f"{field}_index") == index_of(access.keys, field, value)
    if field is PersonField.ID_NUMBER:
        # Some sources write the ID number where others write the person number.
        wanted = or_(wanted, InsuredPerson.number_index == index_of(access.keys, PersonField.NUMBER, value))
    query = select(InsuredPerson).where(wanted).order_by(InsuredPerson.id).limit(_MOST_FOUND)
    return list(session.scalars(query))


def with_keys(session: Session, keys: Iterable[str]) -> dict[str, InsuredPerson]:
    """Persons by their keys in datasets; keys that the register does not know are left out."""
    ids = [row_id for key in keys if (row_id := id_of(key)) is not None]
    found = session.scalars(select(InsuredPerson).where(InsuredPerson.id.in_(ids)))
    return {key_of(row.id): row for row in found}


def indexes_of(access: Access, keys: Iterable[str]) -> dict[str, str]:
    """Under which blind index persons are known, by their keys in datasets; unknown ones are left out."""
    ids = iter([row_id for key in keys if (row_id := id_of(key)) is not None])
    query = select(InsuredPerson.id, InsuredPerson.number_index)
    found = {}
    with access.database.reading() as session:
        while some := list(islice(ids, _AT_ONCE)):
            for row_id, index in session.execute(query.where(InsuredPerson.id.in_(some))):
                found[key_of(row_id)] = index
    return found


def view_of(access: Access, row: InsuredPerson) -> PersonView:
    """A person with everything masked."""
    shown = {field: masked(access.keys, field, row.id, getattr(row, field.value)) for field in PersonField}
    return PersonView(key_of(row.id), *(shown[field] for field in PersonField))


def values_of(
    access: Access, row: InsuredPerson, fields: Sequence[PersonField]
) -> dict[PersonField, str | None]:
    """Values of a person whole; only for whoever has put into the trail why."""
    shown: dict[PersonField, str | None] = {}
    for field in fields:
        sealed = getattr(row, field.value)
        shown[field] = None if sealed is None else opened(access.keys, field, row.id, sealed)
    return shown
