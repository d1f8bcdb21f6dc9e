"""A fact of a person's health, and the facts of a person as they are kept: packed into one row, each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session
from zstandard import ZstdCompressor, ZstdDecompressor

from mingcha.access.context import Access
from mingcha.access.labelled import Labelled
from mingcha.store.database.health import HealthRow

# Sources that are no dataset begin with it: a message, by its call.
CALL = "call:"
_MOST_BYTES = 64 * 1024 * 1024


class FactKind(Labelled):
    """What a fact is about."""

    ALLERGY = "allergy", "过敏"
    REGISTRATION = "registration", "慢特病备案"
    DIAGNOSIS = "diagnosis", "诊断"
    EXAMINATION = "examination", "检查检验"
    OPERATION = "operation", "手术操作"
    DRUG = "drug", "用药"


class HealthFact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One fact.

    Args:
        code, name: of what; one of both is known.
        day: on which it was found or began, days since 1970; None where the source does not say.
        until: the last day on which it holds, where it ends.
        said: what else the source says, label and value as people read them.
        institution_id, region: where it was found; empty where it is nobody's own, like a registration.
        source: which dataset, document or call told it.
        reference: number of the report or registration there.
        as_of: when it was told, in seconds since 1970.
        withdrawn: its source took it back (有效标志 0).
    """

    kind: str
    code: str = ""
    name: str = ""
    day: int | None = None
    until: int | None = None
    said: tuple[tuple[str, str], ...] = ()
    institution_id: str = ""
    region: str = ""
    encounter_id: str = ""
    source: str = ""
    reference: str = ""
    as_of: int = 0
    withdrawn: bool = False

    @property
    def newness(self) -> tuple[int, bool]:
        """What decides between two sayings; of one second, that it was taken back."""
        return self.as_of, self.withdrawn

    @property
    def same(self) -> tuple[object, ...]:
        """What two sayings of one fact share."""
        named = self.code or self.name
        return self.kind, named, self.day, self.institution_id, self.encounter_id, self.reference


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[HealthFact]).decode


def merged(known: Iterable[HealthFact], told: Iterable[HealthFact]) -> list[HealthFact]:
    """All facts, each once, by its newest saying; telling twice is telling once."""
    found: dict[tuple[object, ...], HealthFact] = {}
    for one in (*known, *told):
        before = found.get(one.same)
        if before is None or one.newness >= before.newness:
            found[one.same] = one
    return list(found.values())


def facts_of(session: Session, person: str) -> list[HealthFact]:
    """What is kept of a person and stands, by the person's index."""
    row = session.get(HealthRow, person)
    return [] if row is None else [one for one in unpack(row.packed) if not one.withdrawn]


def tell(session: Session, access: Access, told: Mapping[str, Sequence[HealthFact]]) -> None:
    """Add facts to those of some persons, by index of the person."""
    if not told:
        return
    query = select(HealthRow).where(HealthRow.person.in_(list(told))).order_by(HealthRow.person)
    rows = {row.person: row for row in session.scalars(query.with_for_update())}
    for person, facts in told.items():
        row = rows.get(person)
        known = [] if row is None else unpack(row.packed)
        packed = pack(merged(known, facts))
        if row is None:
            session.add(HealthRow(person=person, packed=packed, updated_at=access.now()))
        else:
            row.packed, row.updated_at = packed, access.now()


def pack(facts: Sequence[HealthFact]) -> bytes:
    """A row's content."""
    return ZstdCompressor(level=3).compress(_encode(facts))


def unpack(packed: bytes) -> list[HealthFact]:
    """What a row holds."""
    return _decode(ZstdDecompressor().decompress(packed, max_output_size=_MOST_BYTES))
