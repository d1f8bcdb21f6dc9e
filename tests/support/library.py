"""A library to edit: a small published release, and people who write, review and publish."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.roles import Role
from mingcha.knowledge.changes import ChangePart
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.release import Release, release_of
from mingcha.knowledge.starter import starter_points
from mingcha.library import drafts, proposing, publishing, reviewing
from mingcha.library.drafts import DraftView
from mingcha.library.proposing import ChangeView, Proposed
from mingcha.store import releases
from tests.support.platform import Town

SEX = "GZ10000301004000"
SETTING = "quantity-over-limit//tolerance"


def small_release(number: int = 1) -> Release:
    """What the starter pack says of two kinds."""
    held = [point for point in starter_points() if point.slug in ("sex-limit", "quantity-limit")]
    return release_of(number, held, with_demonstration=True)


def renamed(point: KnowledgePoint, name: str, **more: Any) -> KnowledgePoint:
    return type(point)(**{**vars(point), "name": name, **more})


@dataclass
class Office:
    """Two who write, one who reviews, one who publishes; each over everything."""

    town: Town

    @property
    def access(self) -> Access:
        return self.town.access

    def _actor(self, login: str, role: Role) -> Actor:
        self.town.user(login, self.town.grant(role))
        return self.town.actor(login)

    @cached_property
    def writer(self) -> Actor:
        return self._actor("writer", Role.RULE_ADMIN)

    @cached_property
    def second(self) -> Actor:
        return self._actor("second", Role.RULE_ADMIN)

    @cached_property
    def reviewer(self) -> Actor:
        return self._actor("reviewer", Role.RE_REVIEWER)

    @cached_property
    def chief(self) -> Actor:
        return self._actor("chief", Role.DECIDER)

    @property
    def points(self) -> list[KnowledgePoint]:
        newest = releases.newest(self.access.home)
        assert newest is not None
        return [point for point in newest.all_points() if point.rule_code == SEX]

    def release(self, number: int) -> Release:
        return releases.load(self.access.home, number)

    def draft(self, title: str = "改一条") -> DraftView:
        return drafts.create(self.access, self.writer, title)

    def set(self, draft: DraftView, value: Any = "2", actor: Actor | None = None) -> ChangeView:
        wanted = Proposed(ChangePart.SETTING, SETTING, value)
        return proposing.propose(self.access, actor or self.writer, draft.id, wanted)

    def rename(self, draft: DraftView, name: str, at: int = 0, actor: Actor | None = None) -> ChangeView:
        point = renamed(self.points[at], name)
        return proposing.propose(
            self.access, actor or self.writer, draft.id, Proposed(ChangePart.POINT, point.point_id, point)
        )

    def approved(self, draft: DraftView) -> DraftView:
        reviewing.hand_in(self.access, self.writer, draft.id)
        return reviewing.approve(self.access, self.reviewer, draft.id)

    def published(self, draft: DraftView) -> DraftView:
        self.approved(draft)
        return publishing.publish(self.access, self.chief, draft.id)

    def state(self, draft_id: UUID) -> DraftView:
        return drafts.draft(self.access, self.reviewer, draft_id)


def office_in(town: Town) -> Office:
    """An office with one published release."""
    releases.save(town.access.home, small_release())
    return Office(town)


def library_calls(draft: str) -> dict[tuple[str, str], tuple[str, Any]]:
    """One request for every route of drafts and releases, about one draft."""
    why, one = {"reason": "例行核对"}, f"/drafts/{draft}"
    setting = {"part": "setting", "key": "quantity-over-limit//tolerance", "after": 1}
    return {
        ("GET", "/drafts/states"): ("/drafts/states", None),
        ("GET", "/drafts"): ("/drafts", None),
        ("POST", "/drafts"): ("/drafts", {"title": "改一条"}),
        ("GET", "/drafts/{draft_id}"): (one, None),
        ("PATCH", "/drafts/{draft_id}"): (one, {"title": "改一条"}),
        ("POST", "/drafts/{draft_id}/abandon"): (f"{one}/abandon", why),
        ("GET", "/drafts/{draft_id}/changes"): (f"{one}/changes", None),
        ("POST", "/drafts/{draft_id}/changes"): (f"{one}/changes", setting),
        ("DELETE", "/drafts/{draft_id}/changes/{change_id}"): (f"{one}/changes/{draft}", None),
        ("GET", "/drafts/{draft_id}/difference"): (f"{one}/difference", None),
        ("GET", "/drafts/{draft_id}/hindrances"): (f"{one}/hindrances", None),
        ("GET", "/drafts/{draft_id}/clashes"): (f"{one}/clashes", None),
        ("POST", "/drafts/{draft_id}/rebase"): (f"{one}/rebase", {}),
        ("GET", "/drafts/{draft_id}/remarks"): (f"{one}/remarks", None),
        ("POST", "/drafts/{draft_id}/remarks"): (f"{one}/remarks", why),
        ("POST", "/drafts/{draft_id}/hand-in"): (f"{one}/hand-in", {}),
        ("POST", "/drafts/{draft_id}/take-back"): (f"{one}/take-back", {}),
        ("POST", "/drafts/{draft_id}/return"): (f"{one}/return", why),
        ("POST", "/drafts/{draft_id}/approve"): (f"{one}/approve", {}),
        ("POST", "/drafts/{draft_id}/publish"): (f"{one}/publish", {}),
        ("PUT", "/drafts/{draft_id}/schedule"): (f"{one}/schedule", {"at": "2030-01-01T00:00:00Z"}),
        ("DELETE", "/drafts/{draft_id}/schedule"): (f"{one}/schedule", None),
        ("POST", "/knowledge/drafts/{draft_id}/imports"): (f"/knowledge{one}/imports?name=x.csv", {}),
        ("POST", "/knowledge/drafts/{draft_id}/points"): (
            f"/knowledge{one}/points",
            {"point_id": "X1", "kind": "sex-limit", "values": {}},
        ),
        ("PUT", "/knowledge/diseases"): ("/knowledge/diseases?name=x.txt", {}),
        ("POST", "/knowledge/drafts/{draft_id}/mappings"): (
            f"/knowledge{one}/mappings",
            {"point_id": "X1", "text": "限高血压", "codes": ["I10"], "fully": True},
        ),
        ("POST", "/knowledge/drafts/{draft_id}/ends"): (
            f"/knowledge{one}/ends",
            {"point_id": "X1", "last_day": "2026-12-31", **why},
        ),
        ("GET", "/releases"): ("/releases", None),
        ("GET", "/releases/difference"): ("/releases/difference?before=0&after=1", None),
        ("POST", "/releases/{number}/restore"): ("/releases/1/restore", why),
    }


def writing_calls(code: str, draft: str) -> dict[tuple[str, str], tuple[str, Any]]:
    """One request for every route of rule sets and of rules without code."""
    rest = {"名称": "其余", "规则": ["全部"]}
    retired = {"draft_id": draft, "reason": "例行核对"}
    return {
        ("GET", "/strategy"): ("/strategy", None),
        ("GET", "/strategy/words"): ("/strategy/words", None),
        ("POST", "/strategy/check"): ("/strategy/check", {"part": "rule_set", "written": rest}),
        ("POST", "/strategy/preview"): ("/strategy/preview", {"scene": "1", "day": "2026-03-02"}),
        ("POST", "/own-rules/words"): ("/own-rules/words", {"over": "明细"}),
        ("POST", "/own-rules/begin"): ("/own-rules/begin", {"over": "明细"}),
        ("POST", "/own-rules/check"): ("/own-rules/check", {"written": {"名称": "试"}, "examples": []}),
        ("POST", "/own-rules/{code}/retire"): (f"/own-rules/{code}/retire", retired),
    }


def knowledge_calls() -> dict[tuple[str, str], tuple[str, Any]]:
    """One request for every route that reads knowledge; it is the same for all who may read it."""
    return {
        ("GET", "/knowledge/kinds"): ("/knowledge/kinds", None),
        ("GET", "/knowledge/template"): ("/knowledge/template", None),
        ("GET", "/knowledge/points"): ("/knowledge/points?text=sx", None),
        ("GET", "/knowledge/facets"): ("/knowledge/facets", None),
    }
