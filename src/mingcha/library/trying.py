"""The release that a draft would become if it were published now, to be tried before anybody approves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict
from mingcha.access.permissions import Permission
from mingcha.audit.releasing import check_release
from mingcha.knowledge.changes import Change, against, apply
from mingcha.knowledge.release import Release
from mingcha.library.bases import base, newest_number
from mingcha.library.drafts import row_of
from mingcha.library.proposing import changes_together
from mingcha.library.reach import check_office


@dataclass(frozen=True, eq=False)
class Tried:
    """A base, and what a draft makes of it; it judges from the base's day on, so that both judge the same services.

    Args:
        changed_at: when the draft was last changed.
    """

    base: Release
    made: Release
    changes: int
    changed_at: datetime


def release_to_try(access: Access, actor: Actor, draft_id: UUID) -> Tried:
    """A draft laid over the newest release.

    Raises:
        Conflict: it changes nothing, contradicts the newest release, or nothing is published yet.
        KnowledgeError: it cannot be compiled.
    """
    ground, changes, changed_at = changes_to_try(access, actor, draft_id)
    made = apply(ground, changes, number=ground.number + 1)
    check_release(made)
    return Tried(ground, made, len(changes), changed_at)


def changes_to_try(access: Access, actor: Actor, draft_id: UUID) -> tuple[Release, list[Change], datetime]:
    """The newest release, what a draft changes in it, and when the draft was last changed.

    Raises:
        Conflict: it changes nothing, contradicts the newest release, or nothing is published yet.
    """
    check_office(actor, Permission.KNOWLEDGE_VIEW)
    with access.database.reading() as session:
        row = row_of(session, draft_id)
        changes = changes_together(session, access, row)
        title, changed_at = row.title, row.changed_at
    newest = newest_number(access)
    if newest == 0:
        raise Conflict("还没有发布版可以比较", where=title, remedy="第一版发布以后再试运行")
    ground = base(access, newest).release
    if found := against(ground, changes):
        raise Conflict(
            f"草稿与第 {newest} 版有 {len(found)} 处冲突", where=title, remedy="先把草稿移到最新版，再试运行"
        )
    if not changes:
        raise Conflict("草稿里没有任何改动", where=title, remedy="先加入要改的内容，再试运行")
    return ground, changes, changed_at
