"""A release of the size of the 2025 edition: the starter pack, and points made after its pattern.

Made points are marked 演示 and cite nothing. Each repeats the limit of a starter point for other codes of the
same shape; within a kind a code is named once, so that no two limits of one kind contradict each other.
"""

from __future__ import annotations

import os
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from mingcha.ingest.knowledge.importing import library, read_files
from mingcha.knowledge.kinds.charging import DuplicatePair
from mingcha.knowledge.point import KnowledgePoint, Status, Subject
from mingcha.knowledge.release import Release, release_of
from mingcha.knowledge.starter import starter_points, starter_settings

PAIRS = 300_000
COMMON_PAIRS = 3_000
"""Made pairs whose codes the bills of a city use; the other ones stand in the release only."""
_CODES_A_POINT = 8
_DIGITS = 6
_RECENT = 1_000


@dataclass(frozen=True)
class MadeLibrary:
    """Points of a release, and those of them that the bills of a city are written around."""

    points: tuple[KnowledgePoint, ...]
    common: tuple[KnowledgePoint, ...]

    def release(self) -> Release:
        """All points as one release, with the demonstration settings of the starter pack."""
        return release_of(1, self.points, starter_settings(), with_demonstration=True)


def pairs_of(points: Iterable[KnowledgePoint]) -> int:
    """Point-code pairs: how many codes the points speak about, each as often as it is spoken about."""
    return sum(len(point.codes) for point in points)


def made_library(pairs: int = PAIRS, base: Sequence[KnowledgePoint] | None = None) -> MadeLibrary:
    """A library of at least so many point-code pairs.

    Args:
        base: the points to begin with; the starter pack by default.
    """
    starter = starter_points()
    base = starter if base is None else base
    codes = _Codes({code for point in (*starter, *base) for code in point.codes})
    common = list(_so_many(made_points(starter, codes, "common"), min(pairs - pairs_of(base), COMMON_PAIRS)))
    codes.forget()  # what a city is written around must be all that is known of its codes
    left = pairs - pairs_of(base) - pairs_of(common)
    others = _so_many(made_points(starter, codes, "made"), left)
    return MadeLibrary((*base, *common, *others), (*starter, *common))


def _so_many(points: Iterator[KnowledgePoint], pairs: int) -> Iterator[KnowledgePoint]:
    while pairs > 0:
        point = next(points)
        pairs -= len(point.codes)
        yield point


def made_points(patterns: Sequence[KnowledgePoint], codes: _Codes, name: str) -> Iterator[KnowledgePoint]:
    """Points without end, after each pattern in turn."""
    usable = [p for p in patterns if p.subject is Subject.ITEM and p.status == Status.JUDGEABLE]
    for number in count():
        pattern = usable[number % len(usable)]
        values = {
            **{name: value for name, value in vars(pattern).items() if not name.startswith("source")},
            "point_id": f"{name}:{number:06d}",
            "codes": codes.take(pattern, _CODES_A_POINT),
            "demonstration": True,
            "supersedes": "",
        }
        if pattern.joined_by:
            values[pattern.joined_by] = f"{getattr(pattern, pattern.joined_by)}·{name}{number}"
        if isinstance(pattern, DuplicatePair):
            values["containing"] = codes.take(pattern, 1)
        yield type(pattern)(**values)


class _Codes:
    """New codes in the shape of a pattern's; a third of them such as points of another kind name already.

    The published library has 30,264 pairs about 19,800 codes.
    """

    def __init__(self, taken: set[str]) -> None:
        self._taken = taken
        self._random = Random(20_260_128)
        self._by_shape: dict[str, deque[str]] = defaultdict(partial(deque, maxlen=_RECENT))
        self._by_kind: dict[str, set[str]] = defaultdict(set)

    def take(self, pattern: KnowledgePoint, number: int) -> tuple[str, ...]:
        """So many codes that no point of this kind names."""
        return tuple(self._one(pattern) for _ in range(number))

    def forget(self) -> None:
        """Name none of the codes so far again."""
        self._by_shape.clear()

    def _one(self, pattern: KnowledgePoint) -> str:
        stem = pattern.codes[0][:-_DIGITS]
        known, own = self._by_shape[pattern.codes[0][:1]], self._by_kind[pattern.slug]
        code = ""
        if known and self._random.randrange(3) == 0:
            code = self._random.choice(known)
        if not code or code in own:
            code = self._new(stem)
            known.append(code)
        own.add(code)
        return code

    def _new(self, stem: str) -> str:
        while (code := f"{stem}{self._random.randrange(10**_DIGITS):0{_DIGITS}d}") in self._taken:
            continue
        self._taken.add(code)
        return code


def national_points() -> tuple[KnowledgePoint, ...] | None:
    """The published national points, where their tables lie beside the project (MINGCHA_SHARED); else None."""
    shared = Path(os.environ.get("MINGCHA_SHARED") or Path(__file__).parents[2] / "shared")
    files = [shared / "national" / "knowledge_points.csv", shared / "national" / "two_libraries_xlsx"]
    if not all(path.exists() for path in files):
        return None
    with TemporaryDirectory() as nothing_imported_before:
        return library(Path(nothing_imported_before), read_files(files)).points
