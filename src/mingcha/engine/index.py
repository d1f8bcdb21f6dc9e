"""From a code to what is known of it: exact for most items, by prefix for drug classes, diagnoses and procedures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mingcha.engine.plan import Check, Variant
from mingcha.knowledge.point import KnowledgePoint, Subject

# National codes are some hundred thousand; what is no code at all must not fill the memory.
REMEMBERED = 300_000


class Known(NamedTuple):
    """One point's word about a code; `reason` says why it cannot be judged yet, "" if it can."""

    check: Check
    point: KnowledgePoint
    start: int
    end: int
    reason: str


class Prefixes:
    """What is known by the beginnings of codes: one look-up for each length that a prefix has."""

    def __init__(self) -> None:
        self._known: dict[str, list[Known]] = defaultdict(list)
        self._lengths: set[int] = set()

    def add(self, known: Known) -> None:
        for prefix in known.point.codes:
            self._known[prefix].append(known)
        self._lengths.update(map(len, known.point.codes))

    def of(self, code: str) -> Iterator[Known]:
        """What is known of a code: of itself and of every shorter prefix."""
        seen: set[int] = set()
        for length in self._lengths:
            for known in self._known.get(code[:length], ()) if length <= len(code) else ():
                if id(known.point) not in seen:  # a point may name a code and a prefix of it
                    seen.add(id(known.point))
                    yield known


class Items:
    """What is known by item code: most points name whole codes, some a class by the beginning of its codes."""

    def __init__(self) -> None:
        self._exact: dict[str, list[Known]] = defaultdict(list)
        self._classes = Prefixes()
        self._answers: dict[str, Sequence[Known]] = {}

    def add(self, known: Known) -> None:
        if known.point.by_prefix:
            self._classes.add(known)
            return
        for code in known.point.codes:
            self._exact[code].append(known)

    def of(self, code: str) -> Sequence[Known]:
        """What is known of a code; looked for once, as the same codes come again and again."""
        found = self._answers.get(code)
        if found is None:
            found = (*self._exact.get(code, ()), *self._classes.of(code))
            if len(self._answers) >= REMEMBERED:
                self._answers.clear()
            self._answers[code] = found
        return found

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and bool(self.of(code))


class Index:
    """What a variant knows by code, apart for items of any grain, items of person grain, and coded facts."""

    def __init__(self, variant: Variant) -> None:
        self.items, self.items_by_person = Items(), Items()
        self._coded = {
            subject: Prefixes() for subject in (Subject.DIAGNOSIS, Subject.PROCEDURE, Subject.DISEASE)
        }
        for check in variant.with_knowledge:
            for known in knowledge_of(check):
                self._place(check).add(known)

    def _place(self, check: Check) -> Items | Prefixes:
        if check.subject is not Subject.ITEM:
            return self._coded[check.subject]
        return self.items_by_person if check.by_person else self.items

    def of_coded(self, subject: Subject, code: str) -> Iterator[Known]:
        """What is known of a diagnosis, procedure or disease: of its code and of every shorter prefix."""
        return self._coded[subject].of(code)


def knowledge_of(check: Check) -> Iterable[Known]:
    """All points of a check, judgeable or not."""
    for point in check.points:
        yield Known(check, point, point.effective_from, point.effective_to, "")
    for point, reason in check.incomplete:
        yield Known(check, point, point.effective_from, point.effective_to, reason)
