"""The page of a rule as its screen shows it: what the documents say, its settings, and its examples run just now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import missing
from mingcha.access.permissions import Permission
from mingcha.audit.reading.rules import RuleView, definition_kept, in_force, points_by_status, view
from mingcha.audit.telling import told
from mingcha.audit.trial import faults, trial_plan
from mingcha.catalogue.document import Block, LaidOut, Part
from mingcha.catalogue.example import Example
from mingcha.catalogue.mechanisms import Mechanism, mechanism, mechanism_of
from mingcha.catalogue.setting_forms import Plain, SettingView, plain
from mingcha.catalogue.spelled import check_size
from mingcha.domain.errors import DeclarationError, InputError
from mingcha.knowledge.release import RuleSettings


@dataclass(frozen=True)
class MechanismView:
    """A mechanism on the page of a rule; `examples` are asked for apart, they are run when somebody opens them."""

    slug: str
    title: str
    kind: str
    fault: str
    version: int
    since: str
    parts: tuple[Part, ...]
    settings: list[SettingView]
    over_periods: bool


@dataclass(frozen=True)
class RuleDetail:
    """The page of a rule."""

    rule: RuleView
    points: Mapping[str, int]
    mechanisms: list[MechanismView]


@dataclass(frozen=True)
class BillView:
    """A bill of an example as it is written; what is None is unknown."""

    facts: Mapping[str, Plain]
    diagnoses: list[str]
    procedures: list[list[str | None]]
    lines: list[Mapping[str, Plain]]
    audited: bool


@dataclass(frozen=True)
class ExampleView:
    """An example that was run.

    Args:
        faults: where the rule says something else than the example expects.
        points, bills: written out, to be changed and tried; None for the many bills of a period.
    """

    number: int
    name: str
    outcome: str
    blocks: tuple[Block, ...]
    faults: list[str]
    settings: Mapping[str, Plain]
    points: list[Mapping[str, Plain]]
    bills: list[BillView] | None


@dataclass(frozen=True)
class ExamplesView:
    """All examples of a mechanism; `shared` is what most have alike."""

    shared: tuple[Block, ...]
    examples: list[ExampleView]


@dataclass(frozen=True)
class Change:
    """What somebody wants to see otherwise in an example; what is left out stays."""

    settings: Mapping[str, Any] | None = None
    points: Sequence[Mapping[str, Any]] | None = None
    bills: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Tried:
    """What a rule says of an example as it was changed."""

    outcome: str
    blocks: tuple[Block, ...]


def detail(access: Access, actor: Actor, code: str) -> RuleDetail:
    """The page of a rule, without its examples.

    Raises:
        Missing: there is no such rule.
    """
    rule = view(access, actor, code)
    settings = in_force(access.home).settings
    pages = [_page(one, settings) for one in _judging(access, rule)]
    return RuleDetail(rule, points_by_status(access.home, code), pages)


def _judging(access: Access, rule: RuleView) -> list[Mechanism]:
    definition = definition_kept(access.home, rule.code)
    if definition is not None:
        return [mechanism_of(definition)]
    return [mechanism(one.slug) for one in rule.mechanisms]


def said_by(judging: Mechanism, example: Example) -> Mapping[str, Sequence[str]]:
    """What a mechanism says of an example, by running it."""
    if judging.definition is None:
        return told(example)
    return told(example, judging.entries[0], [judging.definition])


def _faults(judging: Mechanism, example: Example) -> list[str]:
    if judging.definition is None:
        return faults(example, trial_plan(example))
    return faults(example, trial_plan(example, judging.entries[0], [judging.definition]))


def _page(judging: Mechanism, settings: RuleSettings) -> MechanismView:
    rule = judging.rule
    return MechanismView(
        slug=rule.slug,
        title=rule.title,
        kind=judging.kind,
        fault=judging.fault,
        version=rule.version,
        since=rule.since,
        parts=tuple(
            part
            for part in judging.parts(lambda example: said_by(judging, example))
            if part.heading != "参数"  # they stand in a table of their own, with what each region says
        ),
        settings=judging.settings(settings.get(rule.slug, {})),
        over_periods=judging.over_periods,
    )


def examples(access: Access, actor: Actor, code: str, slug: str) -> ExamplesView:
    """The examples of a mechanism of a rule, each run just now.

    Raises:
        Missing: there is no such rule, or it has no such mechanism.
    """
    judging = _named(access, actor, code, slug)
    shared, laid = judging.laid_out(judging.examples, lambda example: said_by(judging, example))
    return ExamplesView(shared, [_example(judging, one, number) for number, one in enumerate(laid, 1)])


def _example(judging: Mechanism, laid: LaidOut, number: int) -> ExampleView:
    example = judging.examples[number - 1]
    held = None if judging.over_periods else judging.spelled(number)
    return ExampleView(
        number=number,
        name=laid.name,
        outcome=laid.outcome.strip("（）"),
        blocks=laid.blocks,
        faults=_faults(judging, example),
        settings={name: plain(value) for name, value in example.settings.items()},
        points=held["points"] if held else [],
        bills=[BillView(**bill) for bill in held["bills"]] if held else None,
    )


def attempt(access: Access, actor: Actor, code: str, slug: str, number: int, change: Change) -> Tried:
    """What the rule says of one of its examples, changed: 把数值改一改再试. Nothing is kept.

    Raises:
        Missing: there is no such rule, mechanism or example.
        InputError: something in the change cannot be read.
    """
    judging = _named(access, actor, code, slug)
    if not 1 <= number <= len(judging.examples):
        raise missing("这个例子")
    try:
        return tried(judging, _changed(judging, number, change))
    except DeclarationError as error:
        where, remedy = error.where or "例子", error.remedy or "改正后再试"
        raise InputError(error.what, where=where, remedy=remedy) from error


def _changed(judging: Mechanism, number: int, change: Change) -> Example:
    example = judging.examples[number - 1]
    settings = example.settings if change.settings is None else change.settings
    judging.check_settings({name: value for name, value in settings.items() if value is not None})
    if judging.over_periods:
        return replace(example, settings=settings, finds=(), cannot=())
    case = judging.spelled(number)
    for name in ("points", "bills"):
        if (given := getattr(change, name)) is not None:
            case[name] = given
    # What was expected of the bill as it was says nothing of the changed one.
    return judging.read({**case, "settings": settings, "finds": [], "cannot": []})


def tried(judging: Mechanism, example: Example) -> Tried:
    """One example with what is said of it; what comes of it is what the rule says, whatever was expected."""
    check_size(example)
    said = said_by(judging, example)
    _, (laid,) = judging.laid_out([example], lambda _: said)
    found = [text for texts in said.values() for text in texts]
    open_ = sum(text.startswith("**无法判断**") for text in found)
    outcome = f"报 {len(found) - open_} 条" if len(found) > open_ else "无法判断" if open_ else "不报"
    return Tried(outcome, laid.blocks)


def _named(access: Access, actor: Actor, code: str, slug: str) -> Mechanism:
    actor.check(Permission.RULES_VIEW)
    for judging in _judging(access, view(access, actor, code)):
        if judging.rule.slug == slug:
            return judging
    raise missing("这个机制")
