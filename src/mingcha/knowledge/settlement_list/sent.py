"""A settlement list as it was sent, beside what is known of its bill: what the checks look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mingcha.domain.fields import Field
from mingcha.domain.settlement_list import HEAD


class Unknown(Exception):
    """A check cannot be judged because this fact is missing."""

    def __init__(self, fact: str) -> None:
        super().__init__(fact)
        self.fact = fact


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a node.

    Args:
        texts: field name → as sent, "" where it was left blank; a field that is absent had no place to be sent.
        values: field name → what a number (10⁻⁴), a day, a moment or a duration (minutes) says, if it can be read.
        number: its place in the node, from 1.
    """

    texts: Mapping[str, str]
    values: Mapping[str, int]
    number: int = 1

    def text(self, wanted: Field[str]) -> str:
        """What was written.

        Raises:
            Unknown: there was no place for it.
        """
        if wanted.name not in self.texts:
            raise Unknown(wanted.name)
        return self.texts[wanted.name]

    def value(self, wanted: Field[str]) -> int | None:
        """What it says, None where it is blank or cannot be read: then other checks tell.

        Raises:
            Unknown: there was no place for it.
        """
        self.text(wanted)
        return self.values.get(wanted.name)


@dataclass(frozen=True, slots=True)
class SentList:
    """A list: the rows of its nodes, and the facts of person, encounter and settlement it belongs to.

    `nodes` lacks those that had no place to be sent (a list given as one table).
    """

    nodes: Mapping[str, Sequence[Row]]
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def head(self) -> Row:
        return self.nodes[HEAD][0]

    def fact(self, wanted: Field[Any]) -> Any:
        """A fact of the bill.

        Raises:
            Unknown: it is not known.
        """
        found = self.facts.get(wanted.name)
        if found is None:
            raise Unknown(wanted.name)
        return found
