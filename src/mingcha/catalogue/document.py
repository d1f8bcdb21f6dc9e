"""What a page says, before anybody decides how it looks: documents and screens are made from the same blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """Rows under heads."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Items:
    """Short statements, one below the other; `intro` says of what."""

    texts: tuple[str, ...]
    intro: str = ""


@dataclass(frozen=True)
class Text:
    """A paragraph; **…** is stressed, `…` a name that programs know."""

    text: str


Block = Text | Items | Table


@dataclass(frozen=True)
class Part:
    """What stands under one heading."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class LaidOut:
    """An example as people read it: its sentence, what comes of it, and the bills with what is said of them."""

    name: str
    outcome: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class RulePage:
    """The page of a rule.

    Args:
        fault: what is wrong, in a sentence.
        shared: what most examples have alike.
    """

    title: str
    fault: str
    parts: tuple[Part, ...]
    shared: tuple[Block, ...]
    examples: tuple[LaidOut, ...]


def table_of(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table from whatever holds its cells."""
    return Table(tuple(heads), tuple(tuple(row) for row in rows))
