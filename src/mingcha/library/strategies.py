"""Rule sets and exemptions as their screen shows them: in order, with what is wrong, and which rules a bill gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.permissions import Permission
from mingcha.audit.releasing import check_strategy
from mingcha.catalogue.defined import all_entries
from mingcha.catalogue.messages import title_of
from mingcha.catalogue.setting_forms import SettingView, settings_by_mechanism
from mingcha.domain.claims import Encounter
from mingcha.domain.errors import MingchaError
from mingcha.domain.values import day_of
from mingcha.engine.situations import decided
from mingcha.knowledge.changes import ChangePart
from mingcha.knowledge.checks.problem import Problem
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.point import Certainty
from mingcha.knowledge.strategy.checks import of_strategy
from mingcha.knowledge.strategy.form import (
    ELSEWHERE,
    EXEMPT,
    EXEMPTIONS,
    KINDS,
    RANKS,
    SCOPE,
    SETS,
    strategy_of,
    written_form,
)
from mingcha.knowledge.strategy.jurisdiction import Jurisdiction
from mingcha.knowledge.strategy.model import SCENES, STAGES, Action, RuleSet, Strategy
from mingcha.library.drafts import draft
from mingcha.library.standing import Standing, standing

Written = Mapping[str, Any]


@dataclass(frozen=True)
class Concern:
    """Something that somebody should look at: 被遮蔽, 次序未定 … and what to do."""

    check: str
    what: str
    remedy: str


@dataclass(frozen=True)
class SetView:
    """A rule set: the first decides first.

    Args:
        rules: how many rules it names.
        changed: whether the draft changed it.
    """

    name: str
    priority: int
    rules: int
    changed: bool
    written: Written


@dataclass(frozen=True)
class ExemptionView:
    """An exemption; `ended` is whether its last day is past."""

    number: str
    ended: bool
    changed: bool
    written: Written


@dataclass(frozen=True)
class ElsewhereView:
    """By which of the two regions some rules judge care elsewhere: the first that names a rule decides.

    Args:
        rules: how many rules it names.
    """

    rules: int
    written: Written


@dataclass(frozen=True)
class StrategyView:
    """All of them, what should be looked at, and rules that have left the draft or release.

    Args:
        told: by what it is shown.
        editable: whether the draft can be changed now.
    """

    told: str
    editable: bool
    sets: list[SetView]
    exemptions: list[ExemptionView]
    elsewhere: list[ElsewhereView]
    elsewhere_changed: bool
    problems: list[Concern]


@dataclass(frozen=True)
class WordChoice:
    """A word that may be chosen: what is written, what it is called, and what sort it is of."""

    value: str
    label: str
    sort: str = ""


@dataclass(frozen=True)
class StrategyWords:
    """What may stand in sets and exemptions; `settings` are those of each mechanism that has any."""

    rules: list[WordChoice]
    scope: list[WordChoice]
    exempt: list[WordChoice]
    ranks: list[WordChoice]
    scenes: list[WordChoice]
    stages: list[WordChoice]
    actions: list[str]
    certainties: list[str]
    kinds: list[str]
    settings: Mapping[str, list[SettingView]]


@dataclass(frozen=True)
class CheckedPart:
    """A part of a strategy that somebody writes: why it cannot be read, or what should be looked at."""

    message: str
    where: str
    remedy: str
    rules: int
    problems: list[Concern]


@dataclass(frozen=True)
class DecidedRule:
    """Whether a rule judges a bill, by which set, and what is done with its findings.

    Args:
        judges: 判断, 不判断 or 无法判断.
        fact: without which it cannot be said, in words.
    """

    code: str
    name: str
    mechanism: str
    title: str
    judges: str
    rule_set: str
    region: str
    fact: str
    actions: Mapping[str, str]


def strategy_view(access: Access, actor: Actor, draft_id: UUID | None) -> StrategyView:
    """The sets, exemptions and jurisdictions of a draft, or of the newest release."""
    held = standing(access, actor, draft_id)
    strategy, entries = held.strategy, _entries(held)
    written = written_form(strategy)
    today = day_of(access.today())
    editing = draft(access, actor, draft_id) if draft_id else None
    return StrategyView(
        told=f"草稿“{editing.title}”" if editing else "最新发布版",
        editable=editing is not None and editing.state in ("editing", "returned"),
        sets=[
            SetView(
                name=one.name,
                priority=one.priority,
                rules=_named(strategy, one.name, entries),
                changed=(ChangePart.RULE_SET, one.name) in held.changed,
                written=told,
            )
            for one, told in zip(strategy.sets, written[SETS], strict=True)
        ],
        exemptions=[
            ExemptionView(one.id, one.ends <= today, (ChangePart.EXEMPTION, one.id) in held.changed, told)
            for one, told in zip(strategy.exemptions, written[EXEMPTIONS], strict=True)
        ],
        elsewhere=[
            ElsewhereView(_meant(one, entries), told)
            for one, told in zip(strategy.jurisdictions, written.get(ELSEWHERE, ()), strict=True)
        ],
        elsewhere_changed=(ChangePart.ELSEWHERE, ELSEWHERE) in held.changed,
        problems=[_concern(one) for one in of_strategy(strategy, entries, today)],
    )


def _concern(problem: Problem) -> Concern:
    return Concern(problem.check, problem.what, problem.remedy)


def _entries(held: Standing) -> tuple[Entry, ...]:
    return all_entries(held.definitions)


def _named(strategy: Strategy, name: str, entries: Sequence[Entry]) -> int:
    """How many rules a set names; one with several mechanisms counts once."""
    (one,) = strategy.only((name,)).sets
    return _meant(one, entries)


def _meant(one: RuleSet | Jurisdiction, entries: Sequence[Entry]) -> int:
    return sum(any(one.names(entry, slug) for slug in entry.mechanisms) for entry in entries)


def words(access: Access, actor: Actor, draft_id: UUID | None) -> StrategyWords:
    """What may be chosen: rules by code, category, group and mechanism; facts; scenes."""
    entries = _entries(standing(access, actor, draft_id))
    named: dict[str, WordChoice] = {"全部": WordChoice("全部", "全部规则", "全部")}
    for sort, attribute in (("类别", "category"), ("分组", "group")):
        for entry in entries:
            value = getattr(entry, attribute)
            named.setdefault(value, WordChoice(value, value, sort))
    for entry in entries:
        named.setdefault(entry.code, WordChoice(entry.code, f"{entry.name}（{entry.code}）", "规则"))
    for slug in dict.fromkeys(slug for entry in entries for slug in entry.mechanisms):
        named.setdefault(slug, WordChoice(slug, f"{title_of(slug)}（{slug}）", "机制"))
    codes = {name: field.codes for name, field in Encounter.fields().items()}
    return StrategyWords(
        rules=list(named.values()),
        scope=[WordChoice(label, label, codes.get(fact, "")) for label, fact in SCOPE.items()],
        exempt=[WordChoice(label, label, codes.get(fact, "")) for label, fact in EXEMPT.items()],
        ranks=[WordChoice(word, word) for word in RANKS],
        scenes=[WordChoice(number, f"{number} {label}") for number, label in SCENES.items()],
        stages=[WordChoice(stage, f"{stage}（{_span(held)}）") for stage, held in STAGES.items()],
        actions=[str(one) for one in Action],
        certainties=[str(one) for one in Certainty],
        kinds=list(KINDS),
        settings=settings_by_mechanism(),
    )


def _span(scenes: Sequence[str]) -> str:
    return SCENES[scenes[0]] if len(scenes) == 1 else f"场景 {scenes[0]} 至 {scenes[-1]}"


_LISTS = {
    ChangePart.RULE_SET: (SETS, "名称"),
    ChangePart.EXEMPTION: (EXEMPTIONS, "编号"),
    ChangePart.ELSEWHERE: (ELSEWHERE, ""),
}


def check_part(
    access: Access,
    actor: Actor,
    draft_id: UUID | None,
    part: ChangePart,
    written: Written,
    replaces: str = "",
) -> CheckedPart:
    """What is wrong with a set, an exemption or a setting of care elsewhere, before it is kept in a draft.

    A set and an exemption are looked at beside the others; a setting of care elsewhere stands in no one's way.

    Args:
        replaces: the name or number under which it stood.
    """
    actor.check(Permission.RULES_EDIT)
    held = standing(access, actor, draft_id)
    entries = _entries(held)
    label, named = _LISTS[part]
    name = str(written.get(named) or "")
    try:
        alone = strategy_of({label: [written]})
        check_strategy(alone, held.definitions)
        if part is ChangePart.ELSEWHERE:
            return CheckedPart("", "", "", _meant(alone.jurisdictions[0], entries), [])
        others = {key: value for key, value in held.of(part).items() if key not in (name, replaces)}
        beside = Standing(
            {
                **{a: v for a, v in held.held.items() if a[0] is not part or a[1] in others},
                (part, name): written,
            }
        )
        whole = beside.strategy
    except MingchaError as error:
        return CheckedPart(error.what, error.where, error.remedy, 0, [])
    problems = [
        _concern(one) for one in of_strategy(whole, entries, day_of(access.today())) if one.code == name
    ]
    count = _named(alone, name, entries) if part is ChangePart.RULE_SET else 0
    return CheckedPart("", "", "", count, problems)


def preview(
    access: Access, actor: Actor, draft_id: UUID | None, facts: Mapping[str, str], scene: str, day: date
) -> list[DecidedRule]:
    """Which rules a bill with these facts gets, and what would be done with what they find."""
    held = standing(access, actor, draft_id)
    labels = {fact: label for label, fact in SCOPE.items()}
    told = []
    for entry, slug, place, decision in decided(held.strategy, _entries(held), facts.get, scene, day_of(day)):
        by = decision.rule_set
        judges = "判断" if decision.judges else "无法判断" if decision.fact else "不判断"
        told.append(
            DecidedRule(
                code=entry.code,
                name=entry.name,
                mechanism=slug,
                title=title_of(slug),
                judges=judges,
                rule_set=by.name if by else "",
                region=str(place),
                fact=labels.get(decision.fact, decision.fact),
                actions={certainty: str(action) for certainty, action in by.actions.items()} if by else {},
            )
        )
    return told
