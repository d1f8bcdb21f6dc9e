"""An immutable, numbered set of knowledge and settings: what findings are judged by and replayed with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from mingcha.domain.errors import KnowledgeError
from mingcha.knowledge.definition.model import RuleDefinition
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.strategy.form import ELSEWHERE, written_form
from mingcha.knowledge.strategy.model import NO_STRATEGY, Strategy

RuleSettings = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""rule slug → region ('' is everywhere) → name → value"""


@dataclass(frozen=True, eq=False)
class Release:
    """Points by kind, settings by rule and region, and the digests that stand on every finding.

    Args:
        points: kind slug → points.
        effective_from: day number from which this release judges.
        notes: what a reader of the release should know (exclusions, differences between sources).
    """

    number: int
    points: Mapping[str, tuple[KnowledgePoint, ...]]
    settings: RuleSettings = field(default_factory=dict)
    effective_from: int = 0
    knowledge_digest: str = ""
    settings_digest: str = ""
    notes: tuple[str, ...] = ()
    strategy: Strategy = NO_STRATEGY
    rules: tuple[RuleDefinition, ...] = ()

    def with_sets(self, names: tuple[str, ...]) -> Release:
        """This release with these of its rule sets alone.

        Raises:
            KnowledgeError: it has no set of such a name.
        """
        unknown = set(names) - {one.name for one in self.strategy.sets}
        if unknown:
            known = "、".join(one.name for one in self.strategy.sets) or "无"
            raise KnowledgeError(
                f"第 {self.number} 版没有规则集“{'、'.join(sorted(unknown))}”",
                remedy=f"可用的规则集：{known}",
            )
        strategy = self.strategy.only(names)
        return replace(
            self, strategy=strategy, settings_digest=settings_digest(self.settings, strategy, self.rules)
        )

    def settings_of(self, rule: str, region: str = "") -> dict[str, Any]:
        """The settings of a rule in a region: the wider region's first, the narrower one's over them."""
        by_region = self.settings.get(rule, {})
        values: dict[str, Any] = {}
        for prefix in sorted(by_region, key=len):
            if region.startswith(prefix):
                values.update(by_region[prefix])
        return values

    def all_points(self) -> list[KnowledgePoint]:
        """All points of all kinds."""
        return [point for points in self.points.values() for point in points]


def release_of(
    number: int,
    points: Iterable[KnowledgePoint],
    settings: RuleSettings | None = None,
    *,
    effective_from: int = 0,
    notes: Iterable[str] = (),
    with_demonstration: bool = False,
    strategy: Strategy = NO_STRATEGY,
    rules: Iterable[RuleDefinition] = (),
) -> Release:
    """A release of these points and those of its rules; demonstration points stay out unless asked for."""
    rules = tuple(rules)
    points = chain(points, *(rule.points for rule in rules))
    by_kind: dict[str, list[KnowledgePoint]] = {}
    for point in points:
        if with_demonstration or not point.demonstration:
            by_kind.setdefault(point.slug, []).append(point)
    held = {slug: tuple(by_kind[slug]) for slug in sorted(by_kind)}
    settings = settings or {}
    return Release(
        number=number,
        points=held,
        settings=settings,
        effective_from=effective_from,
        knowledge_digest=digest(point for points in held.values() for point in points),
        settings_digest=settings_digest(settings, strategy, rules),
        notes=tuple(notes),
        strategy=strategy,
        rules=rules,
    )


def digest(points: Iterable[KnowledgePoint]) -> str:
    """SHA-256 over the points in canonical form: neither their order nor the order of their codes matters."""
    lines = sorted(canonical(point) for point in points)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def settings_digest(
    settings: RuleSettings, strategy: Strategy = NO_STRATEGY, rules: Iterable[RuleDefinition] = ()
) -> str:
    """SHA-256 over settings, rule sets, exemptions and rules without code in canonical form."""
    own = {rule.code: rule.written for rule in rules}
    content = (
        _json(settings) + (_json(written_form(strategy)) if strategy else "") + (_json(own) if own else "")
    )
    return hashlib.sha256(content.encode()).hexdigest()


def canonical(point: KnowledgePoint) -> str:
    """One line that is the same for the same facts: fields by name, defaults left out, codes sorted."""
    return f"{point.slug} {_json(stated(point))}"


def stated(point: KnowledgePoint) -> dict[str, Any]:
    """The fields in which the point differs from the defaults of its kind."""
    declared = _declared(type(point))
    return {
        name: sorted(value) if isinstance(value, tuple) else value
        for name, value in vars(point).items()
        if value != declared.get(name)
    }


_DEFAULTS: dict[type[KnowledgePoint], dict[str, Any]] = {}


def _declared(kind: type[KnowledgePoint]) -> dict[str, Any]:
    if kind not in _DEFAULTS:
        _DEFAULTS[kind] = {name: declared.default for name, declared in kind.fields().items()}
    return _DEFAULTS[kind]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=list)


@dataclass(frozen=True)
class Difference:
    """What changes from one release to another."""

    added: tuple[KnowledgePoint, ...]
    removed: tuple[KnowledgePoint, ...]
    changed: Mapping[str, Mapping[str, tuple[Any, Any]]]
    """point id → field → (before, after)"""
    settings: Mapping[str, tuple[Any, Any]]
    """rule/region/name → (before, after); None where there was or is none"""
    strategy: Mapping[str, tuple[Any, Any]]
    """规则集/name, 特例/number, 自建规则/code or 异地就医 → (before, after) in its written form"""

    @property
    def empty(self) -> bool:
        return not (self.added or self.removed or self.changed or self.settings or self.strategy)


def diff(before: Release, after: Release) -> Difference:
    """Points added, removed and changed, matched by their id, and settings that differ."""
    old = {point.point_id: point for point in before.all_points()}
    new = {point.point_id: point for point in after.all_points()}
    changed = {
        point_id: differing
        for point_id, point in new.items()
        if point_id in old and (differing := _differing(old[point_id], point))
    }
    return Difference(
        added=tuple(point for point_id, point in new.items() if point_id not in old),
        removed=tuple(point for point_id, point in old.items() if point_id not in new),
        changed=changed,
        settings=_differing_values(_flat(before.settings), _flat(after.settings)),
        strategy=_differing_values(_named(before), _named(after)),
    )


def _differing(old: KnowledgePoint, new: KnowledgePoint) -> dict[str, tuple[Any, Any]]:
    before, after = stated(old), stated(new)
    if before == after and type(old) is type(new):
        return {}
    names = sorted(before.keys() | after.keys())
    found = {
        name: (getattr(old, name, None), getattr(new, name, None))
        for name in names
        if before.get(name) != after.get(name)
    }
    if type(old) is not type(new):
        found["kind"] = (old.slug, new.slug)
    return found


def _differing_values(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        name: (before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    }


def _named(release: Release) -> dict[str, Any]:
    """Each rule set, exemption and rule without code in its written form by name; jurisdictions, whose order counts,
    together."""
    own: dict[str, Any] = {f"自建规则/{rule.code}": dict(rule.written) for rule in release.rules}
    written: dict[str, Any] = written_form(release.strategy)
    together = {ELSEWHERE: written.pop(ELSEWHERE)} if ELSEWHERE in written else {}
    by_name = {f"{what}/{next(iter(one.values()))}": one for what, held in written.items() for one in held}
    return own | by_name | together


def _flat(settings: RuleSettings) -> dict[str, Any]:
    return {
        f"{rule}/{region}/{name}": list(value) if isinstance(value, tuple) else value
        for rule, regions in settings.items()
        for region, named in regions.items()
        for name, value in named.items()
    }
