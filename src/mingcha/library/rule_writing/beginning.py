"""What to begin with: a new rule, one like another, one to be changed; and one that is taken out of use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import missing
from mingcha.access.permissions import Permission
from mingcha.audit import definitions
from mingcha.audit.reading.rule_pages import BillView
from mingcha.audit.reading.rules import definition_kept
from mingcha.catalogue.setting_forms import Plain
from mingcha.catalogue.spelled import spelled
from mingcha.catalogue.writing import (
    Copiable,
    Word,
    copiable,
    word_list,
)
from mingcha.knowledge.changes import ChangePart
from mingcha.knowledge.definition.model import Over, State
from mingcha.knowledge.sources import sources
from mingcha.library.rule_writing.faults import EXAMPLES
from mingcha.library.standing import standing
from mingcha.store.database.drafts import DraftChange

Written = Mapping[str, Any]


@dataclass(frozen=True)
class Citation:
    """A document that a rule may rest on."""

    id: str
    citation: str


@dataclass(frozen=True)
class WritingWords:
    """What a rule may be made of, by what it judges."""

    words: list[Word]
    mechanisms: list[Copiable]
    sources: list[Citation]


@dataclass(frozen=True)
class CaseView:
    """An example as its form shows it."""

    name: str
    items: Mapping[str, str]
    settings: Mapping[str, Plain]
    bills: list[BillView]
    finds: list[Mapping[str, Plain]]
    cannot: list[list[str]]


@dataclass(frozen=True)
class BegunRule:
    """A rule to write on: its written form without the examples, and these one by one.

    Args:
        known: whether the rule stands in a release or was kept before, so that this is a change of it.
    """

    written: Written
    examples: list[CaseView]
    known: bool


def writing_words(_access: Access, actor: Actor, over: Over, kind: str, parameters: Written) -> WritingWords:
    """Words, mechanisms and documents that a rule may use."""
    actor.check(Permission.RULES_VIEW)
    return WritingWords(
        words=word_list(over, kind, parameters),
        mechanisms=copiable(),
        sources=[Citation(one.id, one.citation) for one in sources().values()],
    )


def begin(
    access: Access,
    actor: Actor,
    draft_id: UUID | None,
    *,
    over: Over | None,
    mechanism: str,
    code: str,
    copy: bool,
) -> BegunRule:
    """A rule to begin with: a new one, one like another, or one that is there, to be changed.

    Raises:
        Missing: there is no rule with this code.
        InputError: no such mechanism.
    """
    actor.check(Permission.RULES_EDIT)
    fresh = definitions.next_code(access.home, _codes_in_drafts(access))
    if code:
        written = standing(access, actor, draft_id).of(ChangePart.DEFINITION).get(code)
        kept = definition_kept(access.home, code)
        written = written or (kept.written if kept else None)
        if written is None:
            raise missing("这条自建规则")
        if copy:
            written = {**written, "编码": fresh, "名称": f"{written.get('名称', '')}（副本）"}
        return _begun(written, known=kept is not None and not copy)
    made = definitions.draft(access.home, mechanism=mechanism, over=over or Over.LINE)
    return _begun({**made, "编码": fresh}, known=False)


def _codes_in_drafts(access: Access) -> list[str]:
    with access.database.reading() as session:
        query = select(DraftChange.key).where(DraftChange.part == ChangePart.DEFINITION.value)
        return list(session.scalars(query.distinct()))


def _begun(written: Written, *, known: bool) -> BegunRule:
    held = dict(written)
    examples = held.pop(EXAMPLES, None) or {}
    cases = [spelled(examples, case) for case in examples.get("cases", ())]
    return BegunRule(
        _texts(held),
        [
            CaseView(
                name=case["name"],
                items=case["items"],
                settings=case["settings"],
                bills=[BillView(**bill) for bill in case["bills"]],
                finds=case["finds"],
                cannot=case["cannot"],
            )
            for case in cases
        ],
        known,
    )


def _texts(value: Any) -> Any:
    """Written values without float: the number 200.01 is the text 200.01."""
    if isinstance(value, Mapping):
        return {str(name): _texts(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [_texts(held) for held in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def retired(access: Access, actor: Actor, draft_id: UUID | None, code: str, reason: str) -> Written:
    """A rule as it is written when it is taken out of use: its versions and its code stay.

    Raises:
        Missing: there is no such rule.
    """
    actor.check(Permission.RULES_EDIT)
    kept = definition_kept(access.home, code)
    written = standing(access, actor, draft_id).of(ChangePart.DEFINITION).get(code) or (
        kept.written if kept else None
    )
    if written is None:
        raise missing("这条自建规则")
    version = (kept.version if kept else 0) + 1
    return {**written, "版本": version, "状态": State.RETIRED.value, "停用原因": reason}
