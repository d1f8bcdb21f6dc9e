"""A table may name a visit twice, by the platform's number and by the institution's own: all join by the main one's.

就诊标识 (mdtrt_id) is given by the platform, 就医流水号 (mdtrt_sn) by the institution; records of care carry both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from mingcha.domain.claims import Encounter, Line
from mingcha.ingest.recognise import Recognition, headings_of, normal

PLATFORMS, INSTITUTIONS = "mdtrt_id", "mdtrt_sn"
NAMED_TWICE = "就诊有两种编号，按费用明细所用的一种联接"
_OWN = frozenset(normal(name) for name in (INSTITUTIONS, *headings_of(INSTITUTIONS)))
_ANY = frozenset(
    normal(name)
    for name in (Encounter.encounter_id.label, "encounter_id", PLATFORMS, *headings_of(PLATFORMS))
)


class Chosen(NamedTuple):
    """The columns that are joined by, and those that are left."""

    columns: list[str]
    left: list[str]


def names_in(columns: Iterable[str]) -> dict[str, list[str]]:
    """The columns of a table under each name of a visit."""
    found: dict[str, list[str]] = {PLATFORMS: [], INSTITUTIONS: []}
    for column in columns:
        known = normal(column)
        if known in _OWN:
            found[INSTITUTIONS].append(column)
        elif known in _ANY:
            found[PLATFORMS].append(column)
    return {name: named for name, named in found.items() if named}


def name_joined_by(recognised: Iterable[tuple[Recognition, Collection[str]]]) -> str:
    """The name of a visit that every table of lines has, the platform's first; "" where they have none in common."""
    of_lines = [set(names_in(columns)) for found, columns in recognised if found.primary is Line]
    common = set.intersection(*of_lines) if of_lines else {PLATFORMS}
    return next((name for name in (PLATFORMS, INSTITUTIONS) if name in common), "")


def chosen(name: str, recognition: Recognition, columns: list[str], mapped: Mapping[str, object]) -> Chosen:
    """The columns of a table without the other name of its visits; a mapping of either is left as it is."""
    names = names_in(columns)
    other = INSTITUTIONS if name == PLATFORMS else PLATFORMS
    told = any(column in mapped for named in names.values() for column in named)
    entity = recognition.primary
    declared = entity.fields().get("encounter_id") if entity is not None else None
    both = declared is not None and {PLATFORMS, INSTITUTIONS} <= set(declared.national)
    if not name or told or not both or name not in names or other not in names:
        return Chosen(columns, [])
    left = names[other]
    return Chosen([column for column in columns if column not in left], left)
