"""What is judged by as a draft says it so far, or as the newest release says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.permissions import Permission
from mingcha.audit.reading.rules import in_force
from mingcha.knowledge.changes import Address, ChangePart, content
from mingcha.knowledge.definition.form import definition_of
from mingcha.knowledge.definition.model import RuleDefinition
from mingcha.knowledge.strategy.form import ELSEWHERE, EXEMPTIONS, SETS, strategy_of
from mingcha.knowledge.strategy.model import Strategy
from mingcha.library.drafts import row_of
from mingcha.library.proposing import changes_in
from mingcha.library.reach import check_office


class Standing:
    """Rules, sets and settings, part by part; points are no concern here.

    Args:
        changed: what the draft has changed.
    """

    def __init__(self, held: Mapping[Address, Any], changed: frozenset[Address] = frozenset()) -> None:
        self.held = held
        self.changed = changed

    def of(self, part: ChangePart) -> dict[str, Any]:
        """All of one part, by key."""
        return {key: value for (sort, key), value in self.held.items() if sort is part and value is not None}

    @property
    def strategy(self) -> Strategy:
        """Rule sets, exemptions and jurisdictions."""
        written = {
            SETS: list(self.of(ChangePart.RULE_SET).values()),
            EXEMPTIONS: list(self.of(ChangePart.EXEMPTION).values()),
            ELSEWHERE: self.of(ChangePart.ELSEWHERE).get(ELSEWHERE),
        }
        return strategy_of(written)

    @property
    def definitions(self) -> list[RuleDefinition]:
        """Rules without code."""
        return [definition_of(value) for value in self.of(ChangePart.DEFINITION).values()]


def standing(access: Access, actor: Actor, draft_id: UUID | None) -> Standing:
    """As a draft says it; without one, as the newest release does.

    Raises:
        Missing: there is no such draft.
    """
    if draft_id is None:
        actor.check(Permission.RULES_VIEW)
        return Standing(content(in_force(access.home)))
    check_office(actor, Permission.KNOWLEDGE_VIEW)
    with access.database.reading() as session:
        row = row_of(session, draft_id)
        changes = [one for one in changes_in(session, access, row) if one.part is not ChangePart.POINT]
        held = content(in_force(access.home, row.base))
    held |= {change.address: change.after for change in changes}
    return Standing(held, frozenset(change.address for change in changes))
