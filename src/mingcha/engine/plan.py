"""A plan: an index from the codes on a bill to what the release knows of them, compiled once per release.

Cost follows the knowledge attached to the codes on the bill, not the number of rules: a line whose code
nothing speaks about costs one look-up. Regions whose knowledge or settings differ get a variant of the plan
each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from mingcha.domain.collecting import collecting_paused
from mingcha.domain.conditions import HasNoneOf, StartsWithAny
from mingcha.domain.errors import DeclarationError
from mingcha.domain.fields import Field
from mingcha.domain.item_codes import beginnings
from mingcha.engine.layout import Layout, fields_of, is_line, row_name
from mingcha.knowledge.completion import Incomplete, complete
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.point import KnowledgePoint, Subject
from mingcha.knowledge.release import Release
from mingcha.knowledge.strategy.jurisdiction import Jurisdictions, Place
from mingcha.rules.base import BillRule, Grain, LineFacts, LineRule, Rule, StandardRule, VisitRule
from mingcha.rules.period import PeriodRule
from mingcha.rules.registry import RULES


@dataclass(eq=False)
class Check:
    """One mechanism under one set of settings, with the points it judges by, if it needs any."""

    number: int
    rule: Rule[Any]
    rule_code: str = ""
    certainty: str = ""
    points: list[KnowledgePoint] = field(default_factory=list)
    incomplete: list[tuple[KnowledgePoint, str]] = field(default_factory=list)

    @cached_property
    def slug(self) -> str:
        return self.rule.slug

    @cached_property
    def subject(self) -> Subject:
        if self.rule.knowledge is not None:
            return self.rule.knowledge.subject
        return Subject.VISIT if isinstance(self.rule, VisitRule) else Subject.ITEM

    @property
    def over_period(self) -> PeriodRule:
        """The rule of a check that judges sums over a period."""
        assert isinstance(self.rule, PeriodRule)
        return self.rule

    @cached_property
    def by_person(self) -> bool:
        return self.rule.grain is Grain.PERSON

    @cached_property
    def by_prefix(self) -> bool:
        return self.rule.knowledge is not None and self.rule.knowledge.by_prefix

    @cached_property
    def joined_by(self) -> str:
        return self.rule.knowledge.joined_by if self.rule.knowledge else ""

    def group_of(self, point: KnowledgePoint) -> tuple[int, Any]:
        """What rows share that are judged together: the check, and the point or the class that joins points."""
        return self.number, getattr(point, self.joined_by) if self.joined_by else id(point)

    def code_of(self, point: KnowledgePoint | None) -> str:
        """The official code a finding bears: the point's, or the rule's own where it needs no knowledge."""
        return self.rule_code if point is None else point.rule_code

    def certainty_of(self, point: KnowledgePoint | None) -> str:
        return self.certainty if point is None else point.certainty


# A region with a say of its own; the rule sets with settings of their own, the first to decide first; the place whose
# rules are meant where a person is insured elsewhere, "" for all rules; the turn of the jurisdictions.
Key = tuple[str, tuple[str, ...], str, int]
EVERYWHERE: Key = ("", (), "", 0)


class Variant:
    """The checks that hold in one region, under the settings of some rule sets."""

    def __init__(self, region: str, checks: Sequence[Check], layout: Layout) -> None:
        self.region = region
        self.checks = checks
        self.layout = layout
        self.standard_checks = [check for check in checks if isinstance(check.rule, StandardRule)]
        self.line_checks = [check for check in checks if isinstance(check.rule, LineRule)]
        self.bill_checks = [check for check in checks if isinstance(check.rule, BillRule)]
        self.visit_checks = [check for check in checks if isinstance(check.rule, VisitRule)]
        self.period_checks = [check for check in checks if isinstance(check.rule, PeriodRule)]
        apart = (PeriodRule, StandardRule)
        self.case_checks = [check for check in checks if not isinstance(check.rule, apart)]
        self.with_knowledge = [check for check in self.case_checks if check.rule.knowledge is not None]

    @cached_property
    def checks_by_number(self) -> dict[int, Check]:
        return {check.number: check for check in self.checks}


# What a rule reads never changes, and a trial compiles a plan of all rules for each example.
_FACTS: WeakKeyDictionary[type[Rule[Any]], frozenset[str]] = WeakKeyDictionary()


class Plan:
    """A compiled release. `variant` gives the checks for a region and rule sets, compiled when first asked for.

    Args:
        rules: the mechanisms by slug; all there are, unless a trial or a test wants others.
    """

    def __init__(
        self,
        release: Release,
        entries: Iterable[Entry],
        rules: Mapping[str, type[Rule[Any]]] = RULES,
    ) -> None:
        self.release = release
        self.entries = {entry.code: entry for entry in entries}
        self.rules = rules
        self.layout = Layout(_extras(rules.values()))
        self.summed = _summed(rules.values())
        self.regions = _regions(release)
        self.jurisdictions = Jurisdictions(release.strategy.jurisdictions)
        self._sets = {one.name: one for one in release.strategy.sets}
        self._variants: dict[Key, Variant] = {}
        self.variant("")

    def variant(
        self, region: str | None, sets: tuple[str, ...] = (), place: Place | str = "", turn: int = 0
    ) -> Variant:
        """The variant of the most specific region that this release says anything special about.

        Args:
            sets: names of the rule sets whose settings lie over the region's, the first to decide first.
            place: only the rules that judge by this place where care was given elsewhere; "" for all.
            turn: the turn of the jurisdictions in which they do.
        """
        key = (self.region_of(region), sets, str(place), turn)
        if key not in self._variants:
            with collecting_paused():
                self._variants[key] = self._compile(*key)
        return self._variants[key]

    def every_key(self) -> list[Key]:
        """Every region and every rule set with settings once: what must compile for the release to be sound."""
        sets = [(), *((one.name,) for one in self._sets.values() if one.settings)]
        return [(region, names, "", 0) for region in ("", *sorted(self.regions)) for names in sets]

    def region_of(self, region: str | None) -> str:
        """The longest region with knowledge or settings of its own that this one lies in; "" for none."""
        matches = [special for special in self.regions if (region or "").startswith(special)]
        return max(matches, key=len, default="")

    def _compile(self, region: str, sets: tuple[str, ...], place: str, turn: int) -> Variant:
        checks: list[Check] = []
        for slug, rule_class in self.rules.items():
            judging = {code for code, entry in self.entries.items() if self._judges(entry, slug, place, turn)}
            rule = rule_class(self._values(slug, region, sets))
            if rule.knowledge is None:
                checks += self._without_knowledge(rule, len(checks), judging)
                continue
            held = in_region(self.release.points.get(rule.knowledge.slug, ()), region)
            points = [point for point in held if self._entry(point).code in judging]
            # Sums are of one rule of the catalogue each, and of a bill without standard it is said which cannot judge.
            if isinstance(rule, PeriodRule | StandardRule):
                for code in sorted({point.rule_code for point in points}):
                    entry = self.entries[code]
                    check = Check(len(checks), rule, code, entry.certainty)
                    checks.append(_with(check, [p for p in points if p.rule_code == code], region))
            elif points:
                checks.append(_with(Check(len(checks), rule), points, region))
        return Variant(region, checks, self.layout)

    def _without_knowledge(self, rule: Rule[Any], number: int, judging: Collection[str]) -> list[Check]:
        judged = [entry for entry in self.entries.values() if entry.code in judging]
        return [Check(n, rule, entry.code, entry.certainty) for n, entry in enumerate(judged, number)]

    def _values(self, slug: str, region: str, sets: tuple[str, ...]) -> dict[str, Any]:
        """The settings of a rule: the region's, and over them those of the first set that has any for it."""
        values = self.release.settings_of(slug, region)
        for one in (self._sets[name] for name in sets):
            if slug in one.settings:
                return {**values, **one.settings[slug]}
        return values

    def _judges(self, entry: Entry, slug: str, place: str, turn: int) -> bool:
        """Whether a mechanism judges for an entry at all: a rule that no rule set names is not even compiled."""
        if slug not in entry.mechanisms:
            return False
        if place and self.jurisdictions.place(entry, slug, turn) != place:
            return False
        return not self._sets or any(one.names(entry, slug) for one in self._sets.values())

    def _entry(self, point: KnowledgePoint) -> Entry:
        try:
            return self.entries[point.rule_code]
        except KeyError:
            raise DeclarationError(
                f"知识点 {point.point_id} 的规则编码 {point.rule_code} 不在规则目录中",
                remedy="核对规则编码，或先在规则目录中登记。",
            ) from None


def _with(check: Check, points: Iterable[KnowledgePoint], region: str) -> Check:
    """The check with these points, those apart that wait for a setting."""
    for point in points:
        completed = complete(point, check.rule.values, region)
        if isinstance(completed, Incomplete):
            check.incomplete.append((point, completed.reason))
        else:
            check.points.append(completed)
    return check


def in_region(points: Sequence[KnowledgePoint], region: str) -> list[KnowledgePoint]:
    """The points that hold in a region: a narrower region's point replaces the wider one's.

    Replaced is only what the narrower point also speaks about (same rule, code and partner or group), and
    only while it is in force: the wider point is cut down to its other codes and days.
    """
    here = [point for point in points if region.startswith(point.region)]
    narrower: dict[Any, list[KnowledgePoint]] = defaultdict(list)
    for point in here:
        if point.region:
            for code in point.codes:
                narrower[point.rule_code, code, point.parallel].append(point)
    if not narrower:
        return here
    return [part for point in here for part in _cut(point, narrower)]


def _cut(point: KnowledgePoint, narrower: Mapping[Any, Sequence[KnowledgePoint]]) -> Iterator[KnowledgePoint]:
    by_days: dict[tuple[tuple[int, int], ...], list[str]] = defaultdict(list)
    for code in point.codes:
        days = [(point.effective_from, point.effective_to)]
        for other in _about(code, point, narrower):
            if len(other.region) > len(point.region):
                days = [part for span in days for part in _outside(span, other)]
        by_days[tuple(days)].append(code)
    for spans, codes in by_days.items():
        for start, end in spans:
            if len(codes) == len(point.codes) and (start, end) == (point.effective_from, point.effective_to):
                yield point
            else:
                changed = {"codes": tuple(codes), "effective_from": start, "effective_to": end}
                yield type(point)(**{**vars(point), **changed})


def _about(
    code: str, point: KnowledgePoint, narrower: Mapping[Any, Sequence[KnowledgePoint]]
) -> Iterator[KnowledgePoint]:
    """Points of narrower regions that speak of all that this code of a point names."""
    named = [code, *beginnings(code)] if point.by_prefix else [code]
    for name in named:
        yield from narrower.get((point.rule_code, name, point.parallel), ())


def _outside(span: tuple[int, int], other: KnowledgePoint) -> list[tuple[int, int]]:
    start, end = span
    before = (start, min(end, other.effective_from))
    after = (max(start, other.effective_to), end)
    return [part for part in (before, after) if part[0] < part[1]]


def expressions_of(rule: Rule[Any] | type[Rule[Any]]) -> tuple[Any, ...]:
    """Every expression a rule declares."""
    if isinstance(rule, PeriodRule) or (isinstance(rule, type) and issubclass(rule, PeriodRule)):
        return rule.expressions()
    return (rule.when, rule.forbids, rule.only_if, rule.per, rule.value, rule.limit, *rule.needs, *rule.reads)


def _summed(rules: Iterable[type[Rule[Any]]]) -> frozenset[str]:
    """Names of the facts of a line that rules over periods read."""
    over_periods = [rule for rule in rules if issubclass(rule, PeriodRule)]
    read = fields_of(part for rule in over_periods for part in rule.expressions())
    return frozenset(row_name(field) for field in read if is_line(field))


def _extras(rules: Iterable[type[Rule[Any]]]) -> tuple[str, ...]:
    read = frozenset(name for rule in rules for name in _facts_of_line(rule))
    return tuple(sorted(read - set(LineFacts._fields)))


def _facts_of_line(rule: type[Rule[Any]]) -> frozenset[str]:
    if issubclass(rule, PeriodRule):  # it reads columns, never a row
        return frozenset()
    if rule not in _FACTS:
        read = fields_of(expressions_of(rule))
        _FACTS[rule] = frozenset(row_name(field) for field in read if is_line(field))
    return _FACTS[rule]


def _regions(release: Release) -> frozenset[str]:
    of_points = {point.region for points in release.points.values() for point in points}
    of_settings = {region for by_region in release.settings.values() for region in by_region}
    return frozenset(of_points | of_settings) - {""}


def prefix_conditions(rule: Rule[Any]) -> list[StartsWithAny | HasNoneOf]:
    """The conditions of a rule that compare codes with prefixes that a point names."""
    return [
        part
        for expression in expressions_of(rule)
        if expression is not None
        for part in expression.walk()
        if isinstance(part, StartsWithAny | HasNoneOf) and isinstance(part.prefixes, Field)
    ]
