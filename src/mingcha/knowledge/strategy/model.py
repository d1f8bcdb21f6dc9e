"""Rule sets and exemptions as typed objects, and whether one applies to an encounter: true, false or unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from mingcha.knowledge.entry import Entry
from mingcha.knowledge.point import FOREVER
from mingcha.knowledge.strategy.jurisdiction import EVERY_RULE, Jurisdiction

Facts = Callable[[str], Any]
"""fact name → value, None if unknown"""
Where = tuple[tuple[str, tuple[str, ...]], ...]
"""fact → values of which one must hold; all facts must"""

AFTERWARDS = "事后"
# 触发场景 (trig_scen) of transactions 3101 and 3102, by stage; an audit of settled bills is a scene of ours.
SCENES = {
    "1": "门诊挂号",
    "2": "门诊收费登记",
    "3": "住院登记",
    "4": "住院收费登记",
    "5": "住院执行医嘱",
    "6": "门诊结算",
    "7": "门诊预结算",
    "8": "住院结算",
    "9": "住院预结算",
    "10": "购药划卡",
    AFTERWARDS: "已结算数据的批量审核",
}
STAGES = {
    "事前": ("1", "2", "3", "4", "5"),
    "事中": ("6", "7", "8", "9", "10"),
    AFTERWARDS: (AFTERWARDS,),
}
# Identifiers match whole; codes and regions by prefix.
WHOLE = frozenset(("institution_id", "doctor_id", "person_id", "encounter_id", "item", "institution_rank"))

# What an institution has as a whole; of its insurances, care types and departments a figure over a period has no one.
OF_INSTITUTIONS = frozenset(("region", "institution_id", "institution_rank", "institution_type"))


class Action(StrEnum):
    """What is done with a finding; the firmest last."""

    REMIND = "提醒"
    EXPLAIN = "需说明"
    HAND_OVER = "转人工"
    BLOCK = "拦截"


@dataclass(frozen=True)
class Threshold:
    """Findings that would take away less than this many fen get a milder action; none is dropped."""

    below_fen: int
    action: Action


@dataclass(frozen=True)
class RuleSet:
    """规则集: rules that judge within a scope, with their settings and what is done with their findings.

    Args:
        rules: codes, mechanisms, categories or groups of the catalogue; 全部 for all.
        without: the same, taken out again.
        scope: all encounters if empty.
        scenes: all scenes if empty.
        settings: mechanism → name → value, over the region's.
        starts, ends: day numbers; the set holds for encounters that begin on start … before end.
    """

    name: str
    rules: tuple[str, ...]
    without: tuple[str, ...] = ()
    priority: int = 0
    scope: Where = ()
    scenes: tuple[str, ...] = ()
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    actions: Mapping[str, Action] = field(default_factory=dict)
    threshold: Threshold | None = None
    starts: int = 0
    ends: int = FOREVER

    def names(self, entry: Entry, mechanism: str) -> bool:
        """Whether a rule of the catalogue, judged by this mechanism, belongs to the set."""
        words = {EVERY_RULE, entry.code, mechanism, entry.category, entry.group}
        return bool(words & set(self.rules)) and not words & set(self.without)

    @property
    def of_institutions(self) -> bool:
        """Whether the set speaks of figures of institutions, and not of encounters of a certain kind alone."""
        return all(name in OF_INSTITUTIONS for name, _ in self.scope) and (
            not self.scenes or AFTERWARDS in self.scenes
        )

    def applies(self, facts: Facts, scene: str, day: int) -> bool | str:
        """Whether an encounter lies within the scope; the name of the fact that leaves it open."""
        if (self.scenes and scene not in self.scenes) or not self.starts <= day < self.ends:
            return False
        return holds(self.scope, facts)

    def action(self, certainty: str, amount_fen: int) -> str:
        """What is done with a finding of this certainty and amount; "" where the set does not say."""
        asked = self.actions.get(certainty, "")
        if asked and self.threshold is not None and amount_fen < self.threshold.below_fen:
            return str(self.threshold.action)
        return str(asked)


@dataclass(frozen=True)
class Exemption:
    """特例: findings that are kept and counted apart, for a reason and until a day.

    Args:
        kind: 急救, 特例单议, 白名单.
        where: institution, department, doctor, person, encounter, item, care type.
        rules: as of a rule set; all if empty.
        starts, ends: day numbers of the service; from start … before end.
    """

    id: str
    kind: str
    reason: str
    where: Where
    ends: int
    starts: int = 0
    rules: tuple[str, ...] = ()

    def covers(self, entry: Entry, mechanism: str, facts: Facts, day: int) -> bool:
        """Whether a finding is exempt; what is unknown exempts from nothing."""
        if not self.starts <= day < self.ends:
            return False
        words = {EVERY_RULE, entry.code, mechanism, entry.category, entry.group}
        return (not self.rules or bool(words & set(self.rules))) and holds(self.where, facts) is True


@dataclass(frozen=True)
class Strategy:
    """The rule sets, the exemptions and the jurisdictions of a release; of sets and these the first to decide first."""

    sets: tuple[RuleSet, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    jurisdictions: tuple[Jurisdiction, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sets or self.exemptions or self.jurisdictions)

    def only(self, names: tuple[str, ...]) -> Strategy:
        """The strategy with these sets alone."""
        return replace(self, sets=tuple(one for one in self.sets if one.name in names))


NO_STRATEGY = Strategy()


def holds(where: Where, facts: Facts) -> bool | str:
    """Whether all these facts have one of the wanted values; the name of the first unknown one that decides."""
    unknown = ""
    for name, wanted in where:
        value = facts(name)
        if value is None or value == "":
            unknown = unknown or name
        elif not _matches(name, str(value), wanted):
            return False
    return unknown or True


def _matches(name: str, value: str, wanted: tuple[str, ...]) -> bool:
    return value in wanted if name in WHOLE else value.startswith(wanted)
