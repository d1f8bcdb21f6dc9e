"""The fields that examples and conditions may speak of, in the words of people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.permissions import Permission
from mingcha.catalogue.example import FACTS, LINE, SENT_OF_LINE
from mingcha.domain.fields import Field
from mingcha.knowledge.kinds.by_slug import KINDS


@dataclass(frozen=True)
class FieldView:
    """A field as a form shows it; what is `worked_out` of others is not given in an example."""

    name: str
    label: str
    type: str
    unit: str
    codes: str
    choices: tuple[str, ...]
    note: str
    worked_out: bool


@dataclass(frozen=True)
class PointKindView:
    """A kind of knowledge point, and the fields of its points."""

    slug: str
    label: str
    matches: str
    fields: list[FieldView]


@dataclass(frozen=True)
class RuleWords:
    """Facts of a bill, fields of a line, and kinds of knowledge point by slug."""

    facts: list[FieldView]
    lines: list[FieldView]
    kinds: Mapping[str, PointKindView]


def rule_words(_access: Access, actor: Actor) -> RuleWords:
    """All of them."""
    actor.check(Permission.RULES_VIEW)
    return _words()


@cache
def _words() -> RuleWords:
    return RuleWords(
        facts=[field_view(held) for held in FACTS.values() if not held.personal],
        lines=[field_view(LINE[name]) for name in SENT_OF_LINE],
        kinds={
            slug: PointKindView(
                slug, kind.label, str(kind.subject), [*map(field_view, kind.fields().values())]
            )
            for slug, kind in KINDS.items()
        },
    )


def field_view(held: Field[Any]) -> FieldView:
    """A field by its type without the parts in which it is stored."""
    return FieldView(
        held.name,
        held.label,
        held.type.partition("（")[0],
        held.unit,
        held.codes,
        held.one_of,
        held.note,
        # What a table beside the bill says, or how many lines were turned away, nothing else can tell.
        worked_out=held.derived and not held.beside and held.name != "lines_rejected",
    )
