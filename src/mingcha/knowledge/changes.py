"""Changes to a release as values: what they make of it, what lies between two releases, what stands against them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mingcha.domain.errors import KnowledgeError
from mingcha.knowledge.definition.form import definition_of
from mingcha.knowledge.definition.model import State
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.release import Release, canonical, release_of
from mingcha.knowledge.strategy.form import ELSEWHERE, EXEMPTIONS, SETS, strategy_of, written_form


class ChangePart(StrEnum):
    """What of a release is changed. The key of each, and its value:

    point: its id, a `KnowledgePoint`; setting: rule/region/name, the value as it is written; rule set: its name,
    exemption: its number, definition: its code, each in its written form; elsewhere: one key, the list of all.
    """

    POINT = "point"
    SETTING = "setting"
    RULE_SET = "rule_set"
    EXEMPTION = "exemption"
    DEFINITION = "definition"
    ELSEWHERE = "elsewhere"


Address = tuple[ChangePart, str]
Content = Mapping[Address, Any]
"""all that a release says, part by part; nothing stands there as None"""


@dataclass(frozen=True, eq=False)
class Change:
    """One part of a release, as it was and as it is to be; None is: not there.

    Args:
        decided: made on what the release says, whatever earlier changes of the same part were made on.
    """

    part: ChangePart
    key: str
    before: Any
    after: Any
    decided: bool = False

    @property
    def address(self) -> Address:
        """What is changed."""
        return self.part, self.key


@dataclass(frozen=True)
class Against:
    """A change whose ground has moved: what it was made on, what it makes, and what stands there now."""

    change: Change
    now: Any


def content(release: Release) -> dict[Address, Any]:
    """All that a release says; points of rules without code are said by their rule."""
    of_rules = {point.point_id for rule in release.rules for point in rule.points}
    written = written_form(release.strategy)
    held: dict[Address, Any] = {
        (ChangePart.POINT, point.point_id): point
        for point in release.all_points()
        if point.point_id not in of_rules
    }
    held |= {
        (ChangePart.SETTING, f"{rule}/{region}/{name}"): value
        for rule, regions in release.settings.items()
        for region, named in regions.items()
        for name, value in named.items()
    }
    held |= {(ChangePart.RULE_SET, one["名称"]): one for one in written[SETS]}
    held |= {(ChangePart.EXEMPTION, one["编号"]): one for one in written[EXEMPTIONS]}
    held |= {(ChangePart.DEFINITION, rule.code): dict(rule.written) for rule in release.rules}
    if ELSEWHERE in written:
        held[ChangePart.ELSEWHERE, ELSEWHERE] = written[ELSEWHERE]
    return held


def apply(
    base: Release, changes: Iterable[Change], *, number: int | None = None, effective_from: int | None = None
) -> Release:
    """The release that these changes make of a base, the later over the earlier.

    Args:
        number, effective_from: those of the base where left out.

    Raises:
        KnowledgeError, InputError: a value that cannot be read as what it is said to be.
    """
    held = content(base)
    for change in changes:
        if change.after is None:
            held.pop(change.address, None)
        else:
            held[change.address] = change.after
    by_part: dict[ChangePart, dict[str, Any]] = {part: {} for part in ChangePart}
    for (part, key), value in held.items():
        by_part[part][key] = value
    strategy = {
        SETS: [_named(one, "名称", key) for key, one in by_part[ChangePart.RULE_SET].items()],
        EXEMPTIONS: [_named(one, "编号", key) for key, one in by_part[ChangePart.EXEMPTION].items()],
        ELSEWHERE: by_part[ChangePart.ELSEWHERE].get(ELSEWHERE),
    }
    rules = [definition_of(_named(one, "编码", key)) for key, one in by_part[ChangePart.DEFINITION].items()]
    return release_of(
        base.number if number is None else number,
        by_part[ChangePart.POINT].values(),
        _settings(by_part[ChangePart.SETTING]),
        effective_from=base.effective_from if effective_from is None else effective_from,
        notes=base.notes,
        # Whether a demonstration point belongs in was decided when it came into the base, or is what is proposed.
        with_demonstration=True,
        strategy=strategy_of(strategy),
        rules=sorted((rule for rule in rules if rule.state is State.IN_USE), key=lambda rule: rule.code),
    )


def changes_between(before: Release, after: Release) -> list[Change]:
    """What makes of one release what the other says."""
    old, new = content(before), content(after)
    return [
        Change(part, key, old.get((part, key)), new.get((part, key)))
        for part, key in dict.fromkeys((*old, *new))
        if not same(old.get((part, key)), new.get((part, key)))
    ]


def net(changes: Iterable[Change]) -> list[Change]:
    """One change an address: from what the first was made on to what the last makes; what comes to nothing is out."""
    found: dict[Address, Change] = {}
    for change in changes:
        first = change if change.decided else found.get(change.address, change)
        found[change.address] = Change(change.part, change.key, first.before, change.after)
    return [change for change in found.values() if not same(change.before, change.after)]


def against(base: Release, changes: Iterable[Change]) -> list[Against]:
    """The changes that were made on something else than what the base says now, unless it says what they make."""
    held = content(base)
    return [
        Against(change, now)
        for change in net(changes)
        if not same(now := held.get(change.address), change.before) and not same(now, change.after)
    ]


def same(one: Any, other: Any) -> bool:
    """Whether two values of a part say the same; the order of a point's codes says nothing."""
    if isinstance(one, KnowledgePoint) and isinstance(other, KnowledgePoint):
        return one is other or canonical(one) == canonical(other)
    return bool(_plain(one) == _plain(other))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _named(written: Any, label: str, key: str) -> Mapping[str, Any]:
    """A written form, which must bear the name under which it is kept."""
    if not isinstance(written, Mapping) or written.get(label) != key:
        raise KnowledgeError(f"“{label}”与所改的“{key}”不一致", where=key, remedy=f"把“{label}”写成 {key}")
    return written


def _settings(named: Mapping[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    settings: dict[str, dict[str, dict[str, Any]]] = {}
    for key, value in named.items():
        parts = key.split("/")
        if len(parts) != 3:
            raise KnowledgeError(f"参数“{key}”的写法不对", where=key, remedy="应为 规则/地区/参数")
        rule, region, name = parts
        stored = tuple(value) if isinstance(value, list) else value
        settings.setdefault(rule, {}).setdefault(region, {})[name] = stored
    return settings
