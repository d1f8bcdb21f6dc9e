"""What the checks have to say of a list: each remark a short text that a dataset can keep and a rule can read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mingcha.domain.settlement_list import HEAD, NODES
from mingcha.knowledge.settlement_list.checks.check import Check
from mingcha.knowledge.settlement_list.checks.numbered import BY_NUMBER, CHECKS
from mingcha.knowledge.settlement_list.sent import Row, SentList, Unknown

DIAGNOSES, PROCEDURES = "D", "P"
_LONGEST = 60
_OPEN = "?"
_NODE_OF_LETTER = {letter: node for node, (letter, _) in NODES.items()}
# Node whose rows are looked at → the checks, each with the node it is about.
_OF_NODE = {
    node: tuple((check, _NODE_OF_LETTER[check.number[0]]) for check in CHECKS if check.node == node)
    for node in NODES
}


class Remark(NamedTuple):
    """One thing said of a list: a requirement that is broken, or a fact without which one cannot be judged."""

    check: Check
    place: str
    value: str
    missing: str


class Remarks(NamedTuple):
    """All that is said of a list, and how much of it: of diagnoses, of operations, of the rest.

    The counts of what had no place to be sent are unknown.
    """

    texts: tuple[str, ...]
    of_list: int
    of_diagnoses: int | None
    of_procedures: int | None


def remarks_on(sent: SentList) -> Remarks:
    """All checks of a list, in the order of its nodes and rows."""
    texts = tuple(
        dict.fromkeys(
            text
            for node, checks in _OF_NODE.items()
            for row in sent.nodes.get(node, ())
            for check, about in checks
            if about in sent.nodes
            if (text := _remark(check, node, row, sent))
        )
    )
    return Remarks(
        texts,
        sum(not text.startswith((DIAGNOSES, PROCEDURES)) for text in texts),
        _counted(texts, DIAGNOSES) if "diseinfo" in sent.nodes else None,
        _counted(texts, PROCEDURES) if "oprninfo" in sent.nodes else None,
    )


def read_remark(text: str) -> Remark:
    """A remark that was kept as text."""
    number, place, rest = (*text.split(" ", 2), "")[:3]
    check = BY_NUMBER[number]
    return Remark(check, place, "", rest) if place == _OPEN else Remark(check, place, rest, "")


def _counted(texts: Sequence[str], letter: str) -> int:
    return sum(text.startswith(letter) for text in texts)


def _remark(check: Check, node: str, row: Row, sent: SentList) -> str:
    try:
        if not check.broken(row, sent):
            return ""
    except Unknown as missing:
        return f"{check.number} {_OPEN} {missing.fact}"
    return f"{check.number} {_place(check, node, row)} {_shown(check, row)}".rstrip()


def _place(check: Check, node: str, row: Row) -> str:
    """Where it stands in the message, rows counted from 1 as people count."""
    name = check.field.national[0]
    if node == HEAD:
        return f"{_NODE_OF_LETTER[check.number[0]]}.{name}"
    return f"{node}[{row.number}].{name}"


def _shown(check: Check, row: Row) -> str:
    """What stood there; of a person's own data only how long it is."""
    text = row.texts.get(check.field.name, "") if check.field.owner is NODES[check.node][1] else ""
    if check.field.personal and text:
        return f"（{len(text)} 个字）"
    return " ".join(text[:_LONGEST].split())
