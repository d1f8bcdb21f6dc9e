"""The rule library as its screen shows it: the tree, the list, and what a release knows for each rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import missing
from mingcha.access.labelled import Labelled
from mingcha.access.listing import Listing, Page, page_of_rows
from mingcha.access.permissions import Permission
from mingcha.audit.releasing import release_or_starter, statistics
from mingcha.audit.rulebook import standing
from mingcha.catalogue.defined import entry_of
from mingcha.catalogue.entries import entries
from mingcha.catalogue.messages import in_words, title_of
from mingcha.ingest.definitions import kept_definitions
from mingcha.knowledge.definition.model import RuleDefinition, State
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.kinds.by_slug import KINDS
from mingcha.knowledge.point import Status
from mingcha.knowledge.release import Release, release_of
from mingcha.knowledge.starter import starter_settings
from mingcha.knowledge.statistics import Row
from mingcha.store import releases


class Origin(Labelled):
    """Whose rule it is."""

    OFFICIAL = "official", "官方规则"
    OWN = "own", "自有规则"
    DEFINED = "defined", "自建规则"


@dataclass(frozen=True)
class Named:
    """Something by the name that programs know, and what people call it."""

    slug: str
    label: str


@dataclass(frozen=True)
class RuleView:
    """A rule in the list.

    Args:
        number: place in the official list, 0 for others.
        points, judgeable: knowledge points of the newest release under its code, and how many of them judge.
    """

    code: str
    name: str
    number: int
    origin: Origin
    category: str
    group: str
    items: str
    certainty: str
    state: str
    mechanisms: list[Named]
    kinds: list[Named]
    points: int
    judgeable: int


@dataclass(frozen=True)
class Branch:
    """A group of rules in the tree, and how many it holds."""

    origin: Origin
    origin_label: str
    category: str
    group: str
    rules: int


@dataclass(frozen=True)
class Basis:
    """By what the library is shown: which release, and since when it judges."""

    number: int
    told: str
    effective_from: int
    waiting_for: Mapping[str, int]


@dataclass(frozen=True)
class RuleFilter:
    """Which rules; what is left out limits nothing."""

    text: str | None = None
    origin: Origin | None = None
    category: str | None = None
    group: str | None = None
    certainty: str | None = None
    state: str | None = None
    mechanism: str | None = None
    items: str | None = None


_SORTS: dict[str, Callable[[RuleView], Any]] = {
    "place": lambda _: 0,  # as the catalogue has them
    "code": lambda rule: rule.code,
    "name": lambda rule: rule.name,
    "certainty": lambda rule: rule.certainty,
    "state": lambda rule: rule.state,
    "points": lambda rule: rule.points,
}


def rules(access: Access, actor: Actor, wanted: RuleFilter, listing: Listing) -> Page[RuleView]:
    """The rules of the catalogue in its order, those without code behind them."""
    actor.check(Permission.RULES_VIEW)
    found = [rule for rule in _all(access.home) if _fits(rule, wanted)]
    return page_of_rows(found, listing, _SORTS, default="place")


def tree(access: Access, actor: Actor) -> list[Branch]:
    """All groups with the number of their rules, in the order of the catalogue."""
    actor.check(Permission.RULES_VIEW)
    grouped = groupby(_all(access.home), key=lambda rule: (rule.origin, rule.category, rule.group))
    return [
        Branch(origin, origin.label, category, group, len(list(held)))
        for (origin, category, group), held in grouped
    ]


def view(access: Access, actor: Actor, code: str) -> RuleView:
    """One rule.

    Raises:
        Missing: there is no such rule.
    """
    actor.check(Permission.RULES_VIEW)
    for rule in _all(access.home):
        if rule.code == code:
            return rule
    raise missing("这条规则")


def definition_kept(home: Path, code: str) -> RuleDefinition | None:
    """The newest version of a rule without code, None where the code is of the catalogue or of nothing."""
    return next((one for one in kept_definitions(home) if one.code == code), None)


def in_force(home: Path, number: int | None = None) -> Release:
    """A release without its points, the newest by default; the settings of the starter pack where there is none."""
    if number is None:
        number = max(releases.numbers(home), default=0)
    return releases.without_points(home, number) if number else release_of(0, (), starter_settings())


def basis(access: Access, actor: Actor) -> Basis:
    """By which release the library is shown."""
    actor.check(Permission.RULES_VIEW)
    known = _known(access.home)
    return Basis(known.number, known.told, known.effective_from, known.waiting_for)


@dataclass(frozen=True)
class _Known:
    """What a release says of each rule; small enough to be kept, unlike its points."""

    number: int
    told: str
    effective_from: int
    by_rule: Mapping[str, Row]
    waiting_for: Mapping[str, int]


def _known(home: Path) -> _Known:
    known = releases.numbers(home)
    return _counted(home, known[-1] if known else 0)


@lru_cache(maxsize=4)
def _counted(home: Path, _number: int) -> _Known:
    """Counted once for every release: it never changes."""
    release, told = release_or_starter(home)
    counted = statistics(release)
    waiting = {in_words(reason): points for reason, points in counted.waiting_for.items()}
    by_rule = {row.group: row for row in counted.by_rule}
    return _Known(release.number, told, release.effective_from, by_rule, waiting)


def _all(home: Path) -> list[RuleView]:
    by_rule = _known(home).by_rule
    own = (_seen(entry_of(one), by_rule, one) for one in kept_definitions(home))
    return [*(_seen(entry, by_rule) for entry in entries()), *own]


def _seen(entry: Entry, by_rule: Mapping[str, Row], definition: RuleDefinition | None = None) -> RuleView:
    row = by_rule.get(entry.code)
    points = row.points if row else 0
    judgeable = _judgeable(row)
    state = str(standing(entry, points, judgeable))
    mechanisms: Sequence[str] = entry.mechanisms
    if definition is not None:
        mechanisms = (definition.mechanism,) if definition.mechanism else ()
        state = state if definition.state is State.IN_USE else str(definition.state)
    return RuleView(
        code=entry.code,
        name=entry.name,
        number=entry.number,
        origin=_origin(entry, definition),
        category=entry.category,
        group=entry.group,
        items=entry.items,
        certainty=entry.certainty,
        state=state,
        mechanisms=[Named(slug, title_of(slug)) for slug in mechanisms],
        kinds=[Named(slug, KINDS[slug].label) for slug in entry.kinds],
        points=points,
        judgeable=judgeable,
    )


def _judgeable(row: Row | None) -> int:
    return row.by_status.get(Status.JUDGEABLE, 0) if row else 0


def _origin(entry: Entry, definition: RuleDefinition | None) -> Origin:
    if definition is not None:
        return Origin.DEFINED
    return Origin.OFFICIAL if entry.number else Origin.OWN


def points_by_status(home: Path, code: str) -> dict[str, int]:
    """How many knowledge points of a rule stand in which state."""
    row = _known(home).by_rule.get(code)
    return dict(row.by_status) if row else {}


def _fits(rule: RuleView, wanted: RuleFilter) -> bool:
    text = (wanted.text or "").strip().casefold()
    told = (rule.code, rule.name, *(word for one in rule.mechanisms for word in (one.slug, one.label)))
    return (
        (not text or any(text in part.casefold() for part in told))
        and all(
            getattr(wanted, name) in (None, getattr(rule, name))
            for name in ("origin", "category", "group", "certainty", "state", "items")
        )
        and (wanted.mechanism is None or wanted.mechanism in {one.slug for one in rule.mechanisms})
    )
