"""From a code to what is known of it: exact for items, by prefix for diagnoses and procedures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from mingcha.engine.plan import Check, Variant
from mingcha.knowledge.point import KnowledgePoint, Subject


class Known(NamedTuple):
    """One point's word about a code; `reason` says why it cannot be judged yet, "" if it can."""

    check: Check
    point: KnowledgePoint
    start: int
    end: int
    reason: str


class Index:
    """What a variant knows by code, apart for items of any grain, items of person grain, and coded facts."""

    def __init__(self, variant: Variant) -> None:
        self.items: dict[Any, list[Known]] = defaultdict(list)
        self.items_by_person: dict[Any, list[Known]] = defaultdict(list)
        self._prefixes: dict[Subject, dict[str, list[Known]]] = {
            Subject.DIAGNOSIS: defaultdict(list),
            Subject.PROCEDURE: defaultdict(list),
            Subject.DISEASE: defaultdict(list),
        }
        for check in variant.with_knowledge:
            for known in knowledge_of(check):
                self._add(check, known)
        self.items, self.items_by_person = dict(self.items), dict(self.items_by_person)
        self._lengths = {
            subject: sorted({len(prefix) for prefix in prefixes})
            for subject, prefixes in self._prefixes.items()
        }

    def _add(self, check: Check, known: Known) -> None:
        if check.subject is not Subject.ITEM:
            target = self._prefixes[check.subject]
        else:
            target = self.items_by_person if check.by_person else self.items
        for code in known.point.codes:
            target[code].append(known)

    def of_coded(self, subject: Subject, code: str) -> Iterator[Known]:
        """What is known of a diagnosis or procedure code: of itself and of every shorter prefix."""
        prefixes = self._prefixes[subject]
        seen: set[int] = set()
        for length in self._lengths[subject]:
            for known in prefixes.get(code[:length], ()) if length <= len(code) else ():
                if id(known.point) not in seen:  # a point may name a code and a prefix of it
                    seen.add(id(known.point))
                    yield known


def knowledge_of(check: Check) -> Iterable[Known]:
    """All points of a check, judgeable or not."""
    for point in check.points:
        yield Known(check, point, point.effective_from, point.effective_to, "")
    for point, reason in check.incomplete:
        yield Known(check, point, point.effective_from, point.effective_to, reason)
