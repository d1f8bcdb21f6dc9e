"""Publication: an approved draft becomes the next release, now or at a set moment; an older release comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from mingcha.access.actor import Actor, console
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Invalid
from mingcha.access.permissions import Permission
from mingcha.access.trail import Action, record
from mingcha.audit.releasing import check_release
from mingcha.domain.errors import MingchaError
from mingcha.domain.values import day_of
from mingcha.knowledge.changes import Change, against, apply
from mingcha.knowledge.release import Release
from mingcha.library.bases import base, newest_number
from mingcha.library.beside import keep_beside
from mingcha.library.drafts import DraftView, State, row_in, row_of, view
from mingcha.library.index import lay_out
from mingcha.library.proposing import changes_together, rows_in
from mingcha.library.reach import check_everywhere
from mingcha.library.readiness import hindrances
from mingcha.library.remarks import Step, remark
from mingcha.library.reviewing import check_ready, check_unchanged
from mingcha.store import releases
from mingcha.store.database.drafts import Draft

SCHEDULER = "定时发布"


def publish(access: Access, actor: Actor, draft_id: UUID, text: str = "") -> DraftView:
    """Make of an approved draft the next release.

    Raises:
        Conflict: it is not approved, or a release since has changed the same.
    """
    check_everywhere(access, actor, Permission.RELEASES_PUBLISH)
    with access.database.reading() as session:
        row = row_of(session, draft_id)
        seen, changes = row.changed_at, changes_together(session, access, row)
    # Made before the transaction: a large library takes seconds, and nobody else should wait for it.
    release = _made_earlier(access, draft_id) or _made(access, row, changes)
    with access.database.writing() as session:
        row = row_in(session, draft_id, (State.APPROVED,))
        check_unchanged(row, seen)
        if release.number not in releases.numbers(access.home):
            keep_beside(access, rows_in(session, row.id), row.title)
            releases.save(access.home, release, origin=_origin(row, actor))
        row.state, row.release, row.publish_at = State.PUBLISHED.value, release.number, None
        row.changed_at = access.now()
        remark(session, access, actor, row, Step.PUBLISHED, text or f"发布为第 {release.number} 版")
        about = ("draft", row.id)
        record(session, access, actor, Action.RELEASE_PUBLISHED, about=about, details=_digests(release))
        done = view(session, access, actor, row)
    lay_out(access, release)
    return done


def _made(access: Access, row: Draft, changes: Sequence[Change]) -> Release:
    """The next release: the newest one with the changes of a draft."""
    newest = newest_number(access)
    ground = base(access, newest)
    if found := against(ground.release, changes):
        raise Conflict(
            f"第 {newest} 版已改过同一内容（{len(found)} 处）",
            where=row.title,
            remedy="请先把草稿移到最新版，逐处决定用哪一个",
        )
    if row.base != newest:
        check_ready(hindrances(ground, list(changes)))
    day = row.effective_from or access.today()
    made = apply(ground.release, changes, number=newest + 1, effective_from=day_of(day))
    check_release(made)
    return made


def _made_earlier(access: Access, draft_id: UUID) -> Release | None:
    """The release that this draft became when the program was stopped before it could say so."""
    for manifest in releases.manifests(access.home):
        if manifest.get("origin", {}).get("draft") == str(draft_id):
            return base(access, manifest["number"]).release
    return None


def schedule(access: Access, actor: Actor, draft_id: UUID, at: datetime) -> DraftView:
    """Publish an approved draft at a moment to come.

    Raises:
        Invalid: the moment is past.
    """
    check_everywhere(access, actor, Permission.RELEASES_PUBLISH)
    if at <= access.now():
        raise Invalid("定时须在将来", where="at", remedy="要立即生效请直接发布")
    with access.database.writing() as session:
        row = row_in(session, draft_id, (State.APPROVED,))
        row.publish_at, row.changed_at = at, access.now()
        remark(session, access, actor, row, Step.SCHEDULED, "")
        details = {"at": at.isoformat()}
        record(session, access, actor, Action.RELEASE_SCHEDULED, about=("draft", row.id), details=details)
        return view(session, access, actor, row)


def unschedule(access: Access, actor: Actor, draft_id: UUID) -> DraftView:
    """Let the set moment pass; the draft stays approved."""
    check_everywhere(access, actor, Permission.RELEASES_PUBLISH)
    with access.database.writing() as session:
        row = row_in(session, draft_id, (State.APPROVED,))
        row.publish_at, row.changed_at = None, access.now()
        remark(session, access, actor, row, Step.UNSCHEDULED, "")
        record(session, access, actor, Action.RELEASE_UNSCHEDULED, about=("draft", row.id))
        return view(session, access, actor, row)


def publish_due(access: Access) -> list[DraftView]:
    """Publish what was set for now or earlier; what cannot be published is said of its draft, and set no more."""
    due = select(Draft).where(Draft.state == State.APPROVED.value, Draft.publish_at <= access.now())
    with access.database.reading() as session:
        waiting = [row.id for row in session.scalars(due.order_by(Draft.publish_at))]
    done = []
    for draft_id in waiting:
        actor = replace(console(SCHEDULER), login=SCHEDULER, via=SCHEDULER)
        try:
            done.append(publish(access, actor, draft_id))
        except MingchaError as error:
            with access.database.writing() as session:
                row = row_in(session, draft_id, (State.APPROVED,))
                row.publish_at, row.changed_at = None, access.now()
                remark(session, access, actor, row, Step.HELD_UP, str(error))
                about = ("draft", row.id)
                record(session, access, actor, Action.RELEASE_UNSCHEDULED, about=about, reason=error.what)
    return done


def roll_back(access: Access, actor: Actor, number: int, reason: str) -> int:
    """Publish anew what an older release said; returns the number under which it is in force again.

    It was reviewed when it was first published, and a mistake must be taken back at once: no draft, no second review.

    Raises:
        Invalid: it says what the newest says.
    """
    check_everywhere(access, actor, Permission.RELEASES_PUBLISH)
    newest = base(access, newest_number(access)).release
    older = base(access, number).release
    if _digests(older) == _digests(newest):
        raise Invalid(f"第 {number} 版与最新版内容相同", where="number", remedy="不需要回退")
    again = replace(older, number=newest.number + 1, effective_from=day_of(access.today()))
    check_release(again)
    with access.database.writing() as session:
        releases.save(
            access.home, again, origin={"restores": number, "publisher": actor.login, "reason": reason}
        )
        about = ("release", again.number)
        details = {"restores": number, **_digests(again)}
        record(
            session, access, actor, Action.RELEASE_ROLLED_BACK, about=about, reason=reason, details=details
        )
    lay_out(access, again)
    return again.number


def _origin(row: Draft, actor: Actor) -> dict[str, Any]:
    """What a release says of where it comes from."""
    return {"draft": str(row.id), "title": row.title, "author": row.author, "publisher": actor.login}


def _digests(release: Release) -> dict[str, str]:
    return {"knowledge": release.knowledge_digest, "settings": release.settings_digest}
