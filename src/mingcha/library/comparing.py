"""What a draft changes, and what lies between two releases, in words; and the list of releases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid, missing
from mingcha.access.listing import Listing, Page
from mingcha.access.permissions import Permission
from mingcha.knowledge.changes import Change, changes_between
from mingcha.library.bases import base
from mingcha.library.drafts import row_of
from mingcha.library.proposing import changes_together
from mingcha.library.reach import check_office
from mingcha.library.searching import day_or_none
from mingcha.library.telling import PARTS, Told, told, what_of
from mingcha.store import releases


@dataclass(frozen=True)
class ReleaseView:
    """A published release.

    Args:
        draft: of which it was made, where it was made of one; restores: the older release that it brings back.
    """

    number: int
    effective_from: date | None
    points: int
    rules: int
    knowledge_digest: str
    settings_digest: str
    notes: int
    draft: UUID | None
    title: str
    author: str
    publisher: str
    restores: int | None
    newest: bool


@dataclass(frozen=True)
class Differing:
    """One thing that differs, with where it stands."""

    part: str
    key: str
    told: Told


@dataclass(frozen=True)
class Compared:
    """A page of what differs, and how much of each sort there is: 知识点 新增 → 3."""

    items: Sequence[Differing]
    total: int
    counted: Mapping[str, int]


def release_list(access: Access, actor: Actor, listing: Listing) -> Page[ReleaseView]:
    """The published releases, the newest first."""
    check_office(actor, Permission.KNOWLEDGE_VIEW)
    if listing.sort not in ("", "number", "-number"):
        raise Invalid("不能按这个字段排序", where="sort", remedy="可选：number")
    known = releases.manifests(access.home)
    newest = max((one["number"] for one in known), default=0)
    ordered = known if listing.sort == "number" else known[::-1]
    start = (listing.page - 1) * listing.size
    return Page([_view(one, newest) for one in ordered[start : start + listing.size]], len(known))


def compare(access: Access, actor: Actor, before: int, after: int, listing: Listing) -> Compared:
    """What differs between two releases; 0 is: nothing yet.

    Raises:
        Missing: there is no such release.
    """
    check_office(actor, Permission.KNOWLEDGE_VIEW)
    known = {0, *releases.numbers(access.home)}
    for number in (before, after):
        if number not in known:
            raise missing(f"第 {number} 版")
    return _compared(changes_between(base(access, before).release, base(access, after).release), listing)


def difference_of(access: Access, actor: Actor, draft_id: UUID, listing: Listing) -> Compared:
    """What a draft changes in all, one item a part, however often it was changed."""
    check_office(actor, Permission.KNOWLEDGE_VIEW)
    with access.database.reading() as session:
        changes = changes_together(session, access, row_of(session, draft_id))
    return _compared(changes, listing)


def _compared(changes: Sequence[Change], listing: Listing) -> Compared:
    counted = Counter(f"{PARTS[one.part]} {what_of(one)}" for one in changes)
    start = (listing.page - 1) * listing.size
    shown = changes[start : start + listing.size]
    return Compared([Differing(one.part, one.key, told(one)) for one in shown], len(changes), counted)


def _view(held: Mapping[str, Any], newest: int) -> ReleaseView:
    origin = held.get("origin") or {}
    return ReleaseView(
        number=held["number"],
        effective_from=day_or_none(held["effective_from"]),
        points=sum(held["points"].values()),
        rules=len(held.get("rules") or ()),
        knowledge_digest=held["knowledge_digest"],
        settings_digest=held["settings_digest"],
        notes=len(held["notes"]),
        draft=UUID(origin["draft"]) if "draft" in origin else None,
        title=origin.get("title", ""),
        author=origin.get("author", ""),
        publisher=origin.get("publisher", ""),
        restores=origin.get("restores"),
        newest=held["number"] == newest,
    )
