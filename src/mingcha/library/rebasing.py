"""A draft whose ground has moved: where both changed the same, and the draft on the newest release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict
from mingcha.access.permissions import Permission
from mingcha.access.trail import Action, record
from mingcha.knowledge.changes import Address, Against, Change, ChangePart, against
from mingcha.library.bases import base, newest_number
from mingcha.library.drafts import OPEN, DraftView, State, row_in, row_of, view
from mingcha.library.proposing import EDIT, add, changes_in, changes_together
from mingcha.library.reach import check_office, check_regions, regions_of
from mingcha.library.readable import check_readable
from mingcha.library.remarks import Step, remark
from mingcha.library.telling import Told, told


class Choice(StrEnum):
    """Which of two that changed the same is to stand."""

    DRAFT = "draft"
    RELEASE = "release"


@dataclass(frozen=True)
class Clash:
    """A part that the draft and a release since have both changed.

    Args:
        draft: what the draft changes.
        release: what was changed by publication since.
    """

    part: ChangePart
    key: str
    draft: Told
    release: Told


def clashes(access: Access, actor: Actor, draft_id: UUID) -> list[Clash]:
    """Where the draft and the newest release contradict each other."""
    check_office(actor, Permission.KNOWLEDGE_VIEW)
    with access.database.reading() as session:
        changes = changes_together(session, access, row_of(session, draft_id))
    return [_clash(one) for one in against(base(access, newest_number(access)).release, changes)]


def rebase(
    access: Access, actor: Actor, draft_id: UUID, choices: Mapping[Address, Choice] | None = None
) -> DraftView:
    """Put a draft on the newest release.

    What clashes is decided one by one, as further changes of the draft; the draft is then to be handed in anew. Where
    nothing clashes, the changes are just those that were looked at, and the draft stays as far as it had come.

    Raises:
        Conflict: something clashes that nobody has decided.
    """
    check_office(actor, Permission.KNOWLEDGE_EDIT)
    choices = choices or {}
    newest = newest_number(access)
    with access.database.writing() as session:
        row = row_in(session, draft_id, OPEN)
        ground = base(access, newest)
        standing = {one.address: one for one in changes_in(session, access, row)}
        found = against(ground.release, changes_together(session, access, row))
        undecided = [one for one in found if one.change.address not in choices]
        if undecided:
            raise Conflict(
                f"有 {len(undecided)} 处与第 {newest} 版的改动冲突",
                where="、".join(one.change.key for one in undecided[:3]),
                remedy="逐处选择用草稿的还是用已发布的",
            )
        for one in found:
            wanted = one.change.after if choices[one.change.address] is Choice.DRAFT else one.now
            decided = Change(one.change.part, one.change.key, one.now, wanted, decided=True)
            check_regions(access, actor, EDIT[decided.part], regions_of(decided))
            check_readable(decided, {**ground.content, **{at: held.after for at, held in standing.items()}})
            add(session, access, actor, row, decided, note=f"移到第 {newest} 版时决定")
        if found and State(row.state) not in (State.EDITING, State.RETURNED):
            row.state, row.publish_at = State.EDITING.value, None
        details = {"from": row.base, "to": newest, "decided": len(found)}
        row.base, row.changed_at = newest, access.now()
        remark(session, access, actor, row, Step.REBASED, f"移到第 {newest} 版，{len(found)} 处冲突已决定")
        record(session, access, actor, Action.DRAFT_REBASED, about=("draft", row.id), details=details)
        return view(session, access, actor, row)


def _clash(one: Against) -> Clash:
    part, key = one.change.address
    return Clash(part, key, told(one.change), told(Change(part, key, one.change.before, one.now)))
