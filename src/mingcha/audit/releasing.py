"""Releases as a service: the account of one, the next one, and what an import would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from mingcha.audit.plans import plan_of
from mingcha.catalogue.defined import all_entries, all_rules
from mingcha.catalogue.entries import check_settings, words_of
from mingcha.domain.errors import DeclarationError, InputError, KnowledgeError
from mingcha.domain.values import day_of
from mingcha.ingest.definitions import definitions_in_use
from mingcha.ingest.knowledge.importing import inherited, library, read_files
from mingcha.ingest.written import read_yaml
from mingcha.knowledge.completion import everywhere
from mingcha.knowledge.definition.model import RuleDefinition
from mingcha.knowledge.release import Difference, Release, RuleSettings, diff, release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.knowledge.statistics import Statistics, stats
from mingcha.knowledge.strategy.form import strategy_of
from mingcha.knowledge.strategy.model import NO_STRATEGY, Strategy
from mingcha.store import releases


def release_or_starter(home: Path) -> tuple[Release, str]:
    """The newest release, or the starter pack where nothing is published yet; and which of them, in words."""
    found = releases.newest(home)
    if found is not None:
        return found, f"第 {found.number} 版"
    starter = release_of(0, starter_points(), starter_settings(), with_demonstration=True)
    return starter, "入门包（还没有发布版）"


def statistics(release: Release) -> Statistics:
    """The account of a release under its own settings for everywhere."""
    return stats(release.all_points(), everywhere(release.settings), notes=len(release.notes))


def _over(settings: RuleSettings, others: RuleSettings) -> RuleSettings:
    """Settings with others over them, name by name."""
    return {
        rule: {
            region: {**settings.get(rule, {}).get(region, {}), **others.get(rule, {}).get(region, {})}
            for region in {**settings.get(rule, {}), **others.get(rule, {})}
        }
        for rule in {**settings, **others}
    }


def next_release(
    home: Path,
    *,
    settings: RuleSettings | None = None,
    strategy: Strategy | None = None,
    effective_from: int | None = None,
    starter: bool = False,
) -> Release:
    """Publish the next release of what has been imported, or of the starter pack.

    Args:
        settings, strategy: those of the newest release where left out.
        effective_from: day number; today where left out.
        starter: the starter pack with its demonstration points and settings, which `settings` go over; for a
            demonstration only.

    Raises:
        KnowledgeError: nothing has been imported, or a setting that no rule has.
    """
    previous = releases.newest(home)
    if starter:
        points = starter_points()
        notes: tuple[str, ...] = ("内置入门包，含演示知识点和演示参数，只供演示",)
        held: RuleSettings = _over(starter_settings(), settings or {})
    else:
        found = library(home)
        points, notes = list(found.points), found.notes
        held = settings if settings is not None else inherited(previous)
    if not points:
        raise KnowledgeError(
            "还没有导入知识，无法发布", where=str(home), remedy="请先运行 mingcha knowledge import 文件…"
        )
    release = release_of(
        previous.number + 1 if previous else 1,
        points,
        held,
        effective_from=day_of(date.today()) if effective_from is None else effective_from,
        notes=notes,
        with_demonstration=starter,
        strategy=strategy if strategy is not None else previous.strategy if previous else NO_STRATEGY,
        rules=definitions_in_use(home),
    )
    check_release(release)
    releases.save(home, release)
    return release


def check_release(release: Release) -> None:
    """Compile the release in every region and rule set: a setting out of bounds is found here, not in a run.

    Raises:
        KnowledgeError: a rule or a parameter that does not exist, or a value that it does not take.
    """
    check_strategy(release.strategy, release.rules)
    try:
        plan = plan_of(release)
        rules = {check.slug: check.rule for key in plan.every_key() for check in plan.variant(*key).checks}
    except DeclarationError as error:
        raise KnowledgeError(
            error.what, where=error.where or "规则参数", remedy=error.remedy or "请改正参数文件"
        ) from error
    for slug, by_region in release.settings.items():
        for region, named in by_region.items():
            unknown = sorted(set(named) - set(rules[slug].values)) if slug in rules else []
            if unknown:
                raise KnowledgeError(
                    f"规则 {slug} 没有参数 {'、'.join(unknown)}",
                    where=f"地区 {region or '（全部）'}",
                    remedy=f"可设的参数：{'、'.join(rules[slug].values) or '无'}",
                )


def check_strategy(strategy: Strategy, rules: Sequence[RuleDefinition] = ()) -> None:
    """What rule sets, exemptions and jurisdictions name must be in the catalogue, settings what the rules take.

    Raises:
        KnowledgeError: a word that the catalogue does not know, or a setting that its rule does not take.
    """
    listed = all_entries(rules)
    known = {word for entry in listed for word in words_of(entry)}
    for place, named in (
        *((f"规则集“{one.name}”", (*one.rules, *one.without)) for one in strategy.sets),
        *((f"特例“{one.id}”", one.rules) for one in strategy.exemptions),
        *((f"异地就医第 {n} 个", one.rules) for n, one in enumerate(strategy.jurisdictions, 1)),
    ):
        unknown = [word for word in named if word not in known]
        if unknown:
            raise KnowledgeError(
                f"规则目录中没有“{'、'.join(unknown)}”",
                where=place,
                remedy="写规则编码、机制标识、类别或分组（用 mingcha rules list 查看），全部规则写“全部”",
            )
    for one in strategy.sets:
        for slug, values in one.settings.items():
            if not any(slug in entry.mechanisms and one.names(entry, slug) for entry in listed):
                raise KnowledgeError(
                    f"给出了规则 {slug} 的参数，而它不在本集的规则中",
                    where=f"规则集“{one.name}”",
                    remedy="把它列入“规则”，或去掉这些参数",
                )
            try:
                check_settings(all_rules(rules)[slug], values)
            except DeclarationError as error:
                raise KnowledgeError(
                    error.what, where=f"规则集“{one.name}”", remedy=error.remedy or "请改正参数"
                ) from error


def read_strategy(path: Path, rules: Sequence[RuleDefinition] = ()) -> Strategy:
    """Rule sets and exemptions from YAML, checked against the catalogue.

    Args:
        rules: rules without code that they may name beside the catalogue's.

    Raises:
        InputError: no such file, or something in it that cannot be read.
        KnowledgeError: a rule or a setting that does not exist.
    """
    strategy = strategy_of(read_yaml(path), str(path))
    check_strategy(strategy, rules)
    return strategy


def read_settings(path: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Settings from YAML as they are written: rule → region ('' is everywhere) → name → value.

    Raises:
        InputError: no such file, or another shape.
    """
    content = read_yaml(path)
    if not _nested(content, 3):
        raise InputError(
            "参数文件的层次不对", where=str(path), remedy="应为三层：规则 → 地区（全部地区写 ''） → 参数: 值"
        )
    return {
        str(rule): {
            str(region): {
                name: tuple(value) if isinstance(value, list) else value for name, value in named.items()
            }
            for region, named in by_region.items()
        }
        for rule, by_region in content.items()
    }


def _nested(content: Any, depth: int) -> bool:
    if depth == 0:
        return True
    return isinstance(content, Mapping) and all(_nested(inner, depth - 1) for inner in content.values())


def preview(home: Path, paths: Sequence[Path]) -> Difference:
    """How the release that importing these files would publish differs from the newest; nothing is kept."""
    before = releases.newest(home)
    found = library(home, read_files(paths))
    after = release_of(
        (before.number if before else 0) + 1,
        found.points,
        inherited(before),
        notes=found.notes,
        strategy=before.strategy if before else NO_STRATEGY,
        rules=definitions_in_use(home),
    )
    return diff(before or release_of(0, []), after)


def difference_json(difference: Difference) -> dict[str, Any]:
    """What changes, as plain values."""
    return {
        "added": [point.point_id for point in difference.added],
        "removed": [point.point_id for point in difference.removed],
        "changed": {
            point_id: {name: list(pair) for name, pair in fields.items()}
            for point_id, fields in difference.changed.items()
        },
        "settings": {name: list(pair) for name, pair in difference.settings.items()},
        "strategy": {name: list(pair) for name, pair in difference.strategy.items()},
    }
