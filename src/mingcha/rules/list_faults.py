"""What the checks of a settlement list say, as verdicts: one for each broken requirement."""

from __future__ import annotations

from typing import Any

from mingcha.domain.claims import Encounter, Person, Settlement
from mingcha.domain.conditions import Condition
from mingcha.domain.fields import Field
from mingcha.domain.settlement_list import SettlementList
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.settlement_list.remarks import Remark, read_remark
from mingcha.rules.base import Group, Verdicts

_FACTS: dict[str, Field[Any]] = {
    name: field
    for entity in (SettlementList, Settlement, Encounter, Person)
    for name, field in entity.fields().items()
}


def with_faults(count: Field[int]) -> Condition:
    """Visits whose list has this many; a stay without a list is not known, any other visit needs none."""
    return (count > 0) & ((Encounter.inpatient == True) | ~count.is_missing())


def faults(group: Group[KnowledgePoint], letters: str, not_checked: tuple[str, ...]) -> Verdicts:
    """The remarks on each visit's list whose number begins with one of these letters.

    Args:
        not_checked: numbers, or beginnings of numbers, that a region leaves out.
    """
    for line in group.lines:
        for place, text in enumerate(group.visit(line).list_faults or ()):
            remark = read_remark(text)
            number = remark.check.number
            if number[0] not in letters or number.startswith(not_checked):
                continue
            if remark.missing:
                yield group.cannot_judge(_FACTS[remark.missing], line)
            else:
                part = group.part(line, f"{number} {remark.place}", place)
                yield group.violates(part, value=_shown(remark), limit=remark.check.requirement)


def _shown(remark: Remark) -> str:
    return f"{remark.check.label}“{remark.value}”" if remark.value else f"{remark.check.label}未填写"
