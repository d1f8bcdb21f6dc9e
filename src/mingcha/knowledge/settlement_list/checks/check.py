"""What a numbered check is, and how checks of more than one field are entered where they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mingcha.domain.fields import Field
from mingcha.domain.settlement_list import HEAD, NODES
from mingcha.knowledge.settlement_list.sent import Row, SentList

# Whether a requirement is broken by a row of a list.
Test = Callable[[Row, SentList], bool]
INTERFACE, FILLING = "interface-specification", "settlement-list"


@dataclass(frozen=True, slots=True)
class Check:
    """One requirement.

    Args:
        number: its number, never reused.
        node: the node whose rows are looked at, one by one.
        field: what a finding shows.
        requirement: what must hold, for people.
        source: the document that says so (`knowledge/sources.yaml`).
        broken: whether a row breaks it; raises `Unknown` where a fact is missing.
    """

    number: str
    node: str
    field: Field[str]
    requirement: str
    source: str
    broken: Test

    @property
    def label(self) -> str:
        """What the field is called."""
        return self.field.label


class Entered(list[Check]):
    """Checks of more than one field, in the order in which they stand in their module."""

    def check(
        self,
        number: str,
        field: Field[str],
        requirement: str,
        *,
        source: str = FILLING,
        of_list: bool = False,
    ) -> Callable[[Test], Test]:
        """Enter a check of each row of the field's node, or of the list as a whole."""

        def enter(test: Test) -> Test:
            node = (
                HEAD
                if of_list
                else next(node for node, (_, entity) in NODES.items() if entity is field.owner)
            )
            self.append(Check(number, node, field, requirement, source, test))
            return test

        return enter
