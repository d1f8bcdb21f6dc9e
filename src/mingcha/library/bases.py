"""Published releases as drafts stand on them: read once by a process, because they never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from mingcha.access.context import Access
from mingcha.knowledge.changes import Address, content
from mingcha.knowledge.release import Release, release_of
from mingcha.store import releases

# A base and the newest, or the two that somebody compares.
_HELD = 2


@dataclass(frozen=True, eq=False)
class Base:
    """A release, and all that it says by address."""

    release: Release

    @cached_property
    def content(self) -> Mapping[Address, Any]:
        """All that it says."""
        return content(self.release)


def newest_number(access: Access) -> int:
    """The number of the newest release; 0 where there is none yet."""
    return max(releases.numbers(access.home), default=0)


def base(access: Access, number: int) -> Base:
    """A release to stand on; an empty one where none is published yet.

    Raises:
        KnowledgeError: there is no such release, or its files are not as they were published.
    """
    return _read(access.home.resolve(), number)


@lru_cache(maxsize=_HELD)
def _read(home: Path, number: int) -> Base:
    return Base(release_of(0, ()) if number == 0 else releases.load(home, number))
