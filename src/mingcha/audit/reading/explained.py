"""Sentences, knowledge and law of findings; of a large release only the points that are asked for are read."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from mingcha.audit.explain import Explainer
from mingcha.knowledge.point import KnowledgePoint
from mingcha.store import releases

_MOST_POINTS = 20_000


class LookedUp:
    """The points of a release that were asked for so far."""

    def __init__(self, home: Path, number: int) -> None:
        self._of = (home, number)
        self._known: dict[str, KnowledgePoint | None] = {}

    def get(self, point_id: str, /) -> KnowledgePoint | None:
        """The point, None where the release has none of this id."""
        if point_id not in self._known:
            self.look_up([point_id])
        return self._known.get(point_id)

    def look_up(self, point_ids: Iterable[str]) -> None:
        """Read at once those that are not known yet."""
        wanted = set(point_ids) - self._known.keys()
        if not wanted:
            return
        if len(self._known) > _MOST_POINTS:
            self._known.clear()
        found = {point.point_id: point for point in releases.points_named(*self._of, wanted)}
        self._known |= {name: found.get(name) for name in wanted}


@lru_cache(maxsize=8)
def explainer_of(home: Path, number: int) -> tuple[Explainer, LookedUp]:
    """Who explains findings of a published release; releases never change.

    Raises:
        KnowledgeError: there is none with this number, or it was damaged.
    """
    points = LookedUp(home, number)
    return Explainer(releases.outline(home, number), points), points
