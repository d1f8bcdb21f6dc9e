"""The rule book: each rule with what a release knows for it, its state, and one firing case run just now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from mingcha.audit.releasing import statistics
from mingcha.audit.trial import faults, trial_plan
from mingcha.catalogue.defined import all_rules
from mingcha.catalogue.entries import entries
from mingcha.catalogue.examples import examples_of
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.point import Status
from mingcha.knowledge.release import Release


class Standing(StrEnum):
    """Whether a rule judges, and if not, for want of what."""

    JUDGES = "可判断"
    NEEDS_POINTS = "待知识点"
    NEEDS_COMPLETION = "待参数或映射"
    NOT_WRITTEN = "尚未实现"


@dataclass(frozen=True)
class Tried:
    """One firing example of a mechanism, and whether it fired as it should when it was run just now."""

    mechanism: str
    example: str
    passed: bool


@dataclass(frozen=True)
class Listed:
    """A rule of the catalogue as it stands.

    Args:
        points, judgeable: knowledge points of the release under its code, and how many of them judge.
        needs: labels of the facts without which its mechanisms cannot judge.
    """

    entry: Entry
    state: Standing
    points: int
    judgeable: int
    needs: tuple[str, ...]
    tried: tuple[Tried, ...]


def rulebook(release: Release, named: Iterable[Entry] | None = None) -> list[Listed]:
    """Every entry of the catalogue with its standing under this release."""
    by_code = {row.group: row for row in statistics(release).by_rule}
    found, rules = [], all_rules(())
    for entry in entries() if named is None else named:
        row = by_code.get(entry.code)
        points = row.points if row else 0
        judgeable = row.by_status.get(Status.JUDGEABLE, 0) if row else 0
        mechanisms = [slug for slug in entry.mechanisms if slug in rules]
        found.append(
            Listed(
                entry,
                standing(entry, points, judgeable),
                points,
                judgeable,
                tuple(dict.fromkeys(field.label for slug in mechanisms for field in rules[slug].needs)),
                tuple(firing_example(slug) for slug in mechanisms),
            )
        )
    return found


def standing(entry: Entry, points: int, judgeable: int) -> Standing:
    """How a rule stands that has so many knowledge points, of which so many judge."""
    if not entry.mechanisms:
        return Standing.NOT_WRITTEN
    if not entry.kind or judgeable:
        return Standing.JUDGES
    return Standing.NEEDS_COMPLETION if points else Standing.NEEDS_POINTS


@cache
def firing_example(slug: str) -> Tried:
    """The first example of a mechanism that must fire, run."""
    example = next(one for one in examples_of(slug) if one.fires)
    return Tried(slug, example.name, not faults(example, trial_plan(example)))


def counted(listed: Sequence[Listed]) -> str:
    """How many official rules and how many of our own there are, and how many have a mechanism, as a sentence."""
    official = [one for one in listed if one.entry.number]
    written = sum(one.state is not Standing.NOT_WRITTEN for one in official)
    judging = sum(one.state is Standing.JUDGES for one in official)
    own = len(listed) - len(official)
    return f"官方规则 {len(official)} 条，其中 {written} 条已有机制、{judging} 条可判断；自有与自建规则 {own} 条。"
