"""What an example case is once it is read: bills with facts, and what a rule must say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from mingcha.domain.claims import Encounter, Line, Person, Settlement
from mingcha.domain.fields import Field
from mingcha.domain.values import MINUTES_A_DAY, ValueType, day_of, minute_of
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.reading import value_of

Facts = dict[str, Any]
FACTS: dict[str, Field[Any]] = {**Person.fields(), **Encounter.fields(), **Settlement.fields()}
LINE = Line.fields()
# What a line brings along; the engine works these two out.
SENT_OF_LINE = tuple(name for name in LINE if name not in {"day", "price_step"})


@dataclass(frozen=True)
class ExampleEncounter:
    """One encounter of a case: facts of person, encounter and settlement, lines after refunds as mappings.

    `stated` names the facts that the case itself says; the others only fill what every encounter must have.
    """

    facts: Mapping[str, Any]
    lines: Sequence[Mapping[str, Any]]
    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    audited: bool
    operated_at: tuple[int | None, ...] = ()
    stated: tuple[str, ...] = ()


@dataclass(frozen=True)
class Expected:
    """A finding that a case must give: on which line, diagnosis, procedure or bill; None is not compared."""

    at: str
    excess: int | None = None
    amount: int | None = None
    value: str | None = None
    limit: str | None = None
    point: str | None = None


@dataclass(frozen=True)
class Example:
    """One example case of a rule.

    Args:
        settings: as a file writes them.
        cannot: pairs of place and missing fact.
        tables: rows of optional facts.
        items: names of the codes that the case speaks of.
    """

    name: str
    rule: str
    points: tuple[KnowledgePoint, ...]
    settings: Mapping[str, Any]
    encounters: tuple[ExampleEncounter, ...]
    finds: tuple[Expected, ...]
    cannot: tuple[tuple[str, str], ...]
    tables: Mapping[str, Sequence[Facts]] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)

    @property
    def fires(self) -> bool:
        return bool(self.finds)

    @property
    def silent(self) -> bool:
        return not self.finds and not self.cannot


def facts_of_example(encounter: ExampleEncounter) -> dict[str, Any]:
    """One encounter of an example as the engine takes it: facts, lines as columns, codes, whether it is audited."""
    return {
        "facts": encounter.facts,
        "lines": {name: [line.get(name) for line in encounter.lines] for name in SENT_OF_LINE},
        "diagnoses": encounter.diagnoses,
        "procedures": encounter.procedures,
        "operated_at": encounter.operated_at,
        "audited": encounter.audited,
    }


def read_fact(field: Field[Any], raw: Any) -> Any:
    """A fact as a case writes it, as it is stored; None is unknown."""
    if raw is None:
        return None
    if field.type is ValueType.MOMENT:
        return _moment(raw)
    return value_of(field, raw)


def _moment(raw: Any) -> int:
    """A moment written as 2026-03-02 10:00; a bare date is midnight, as a missing hour is stored."""
    if isinstance(raw, datetime):
        return minute_of(raw)
    if isinstance(raw, date):
        return day_of(raw) * MINUTES_A_DAY
    return minute_of(datetime.fromisoformat(str(raw)))
