"""What stands beside a finding when it is read: its sentence, its knowledge, the law, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from mingcha.catalogue.defined import all_rules
from mingcha.catalogue.messages import evidence, in_words, sentence
from mingcha.catalogue.pages import sections_of_rule
from mingcha.domain.claims import Diagnosis, Encounter, Line, Person, Procedure, Settlement
from mingcha.domain.fields import Entity
from mingcha.domain.schema import OPTIONAL_TABLES
from mingcha.domain.settlement_list import SettlementList
from mingcha.domain.values import ValueType
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.release import Release
from mingcha.knowledge.sources import source

# Where two have a fact of one name, the last one is meant: what lines lack is named after lines.
_ENTITIES: tuple[type[Entity], ...] = (
    *OPTIONAL_TABLES.values(), SettlementList, Procedure, Diagnosis, Settlement, Encounter, Line, Person,
)  # fmt: skip
_FIELDS = {name: field for entity in _ENTITIES for name, field in entity.fields().items()}


@dataclass(frozen=True)
class Explanation:
    """What all findings of one rule and point have in common; None where there is none."""

    point_name: str | None
    basis: str | None
    source: str | None
    legal_basis: str
    remedy: str


class Points(Protocol):
    """Points of a release by id; a mapping, or what looks them up when they are asked for."""

    def get(self, point_id: str, /) -> KnowledgePoint | None:
        """The point, None where there is none."""


class Explainer:
    """Explains findings of one release.

    Args:
        points: where its points are to be had, if not in it.
    """

    def __init__(self, release: Release, points: Points | None = None) -> None:
        self.points: Points = points or {point.point_id: point for point in release.all_points()}
        self.rules = all_rules(release.rules)
        self._known: dict[tuple[str, str | None], Explanation] = {}

    def __call__(self, finding: Mapping[str, Any]) -> Explanation:
        """The explanation that a finding shares with all others of its rule and point."""
        key = (finding["slug"], finding["knowledge_point"])
        if key not in self._known:
            self._known[key] = self._explain(*key)
        return self._known[key]

    def sentence(self, finding: Mapping[str, Any]) -> str:
        """The finding in one Chinese sentence."""
        return sentence(finding, self._point(finding["knowledge_point"]), self.rules[finding["slug"]])

    def evidence(self, finding: Mapping[str, Any]) -> tuple[str | None, str | None]:
        """Value read and limit of a finding as people read them."""
        return evidence(finding, self.rules[finding["slug"]])

    def _explain(self, slug: str, point_id: str | None) -> Explanation:
        point, rule = self._point(point_id), self.rules[slug]
        return Explanation(
            point_name=point.name if point else None,
            basis=point.basis or None if point else None,
            source=citation_of(point) if point else None,
            legal_basis="；".join(source(name).citation for name in rule.legal_basis),
            remedy=sections_of_rule(rule)["处理建议"],
        )

    def _point(self, point_id: str | None) -> KnowledgePoint | None:
        return self.points.get(point_id) if point_id else None


def citation_of(point: KnowledgePoint) -> str:
    """Where a point was published: document, number, row; a demonstration point says that it is one."""
    if point.demonstration:
        return "演示知识点，无公布来源"
    number = f"（{point.source_number}）" if point.source_number else ""
    row = f"第 {point.source_row} 行" if point.source_row else ""
    return f"{point.source_document}{number}{row}"


def fact_label(name: str) -> str:
    """The Chinese name of a fact; what is no field name (an unrecognised column, a reason) stays as it is."""
    field = _FIELDS.get(name.rpartition(".")[2])
    return in_words(name) if field is None else field.label


# Of whom a fact is true or not, where its label says so.
_SUBJECTS = ("开单医师", "机构", "病种")


@lru_cache(maxsize=4096)
def lacking(name: str) -> str:
    """That a fact is missing, in words: 性别未知, 不知是否住院; what is no field name stays as it is."""
    field = _FIELDS.get(name.rpartition(".")[2])
    if field is None:
        return in_words(name)
    if field.type is ValueType.FLAG:
        of = next((one for one in _SUBJECTS if field.label.startswith(one)), "")
        return f"不知{of}是否{field.label.removeprefix(of).removeprefix('是否')}"
    # Most that lack a moment know the day: how a bare date is stored.
    return f"{field.label}未知{'或只有日期' if field.type is ValueType.MOMENT else ''}"
