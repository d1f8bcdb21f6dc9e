"""The official list and our own as typed entries, checked against the kinds of knowledge and the mechanisms."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from mingcha.domain.errors import DeclarationError
from mingcha.knowledge.entry import Entry
from mingcha.knowledge.kinds.by_slug import KINDS
from mingcha.knowledge.packaged import packaged
from mingcha.knowledge.strategy.jurisdiction import EVERY_RULE
from mingcha.rules.base import Rule
from mingcha.rules.period import PeriodRule
from mingcha.rules.registry import RULES

LISTS = ("official.yaml", "own.yaml")


@cache
def entries() -> tuple[Entry, ...]:
    """All entries: the official list in its order, then our own in theirs.

    Raises:
        DeclarationError: a code stands twice, or a mechanism or kind is named that does not exist.
    """
    found: dict[str, Entry] = {}
    for name in LISTS:
        for written in packaged("mingcha.catalogue", name) or ():
            entry = _entry(written, name)
            if entry.code in found:
                raise DeclarationError(f"规则编码 {entry.code} 重复", where=name)
            found[entry.code] = entry
    return tuple(found.values())


def entry(code: str) -> Entry:
    """The entry with this code.

    Raises:
        DeclarationError: there is no such entry.
    """
    for candidate in entries():
        if candidate.code == code:
            return candidate
    raise DeclarationError(f"规则目录中没有编码 {code}", remedy="用 mingcha rules list 查看全部编码。")


def entries_of(slug: str) -> tuple[Entry, ...]:
    """The entries that a mechanism judges, in the order of the list."""
    return tuple(candidate for candidate in entries() if slug in candidate.mechanisms)


def rules_citing(source_id: str) -> tuple[Entry, ...]:
    """The rules whose law names a document of knowledge/sources.yaml."""
    return tuple(
        found
        for found in entries()
        if any(source_id in RULES[slug].legal_basis for slug in found.mechanisms if slug in RULES)
    )


def words_of(entry: Entry) -> tuple[str, ...]:
    """The words by which a rule set may name an entry: its code, category, group and mechanisms, or all."""
    return (EVERY_RULE, entry.code, entry.category, entry.group, *entry.mechanisms)


def check_settings(rule: type[Rule[Any]], values: Mapping[str, Any]) -> None:
    """Whether a rule takes these settings.

    Raises:
        DeclarationError: it has no such setting, or the value is of another type or out of bounds.
    """
    declared = rule.settings()
    unknown = sorted(set(values) - set(declared))
    if unknown:
        raise DeclarationError(
            f"规则 {rule.slug} 没有参数 {'、'.join(unknown)}",
            remedy=f"可设的参数：{'、'.join(declared) or '无'}",
        )
    for name, value in values.items():
        declared[name].taken(value, rule.slug)


def _entry(written: dict[str, Any], where: str) -> Entry:
    mechanisms, kinds = _named(written["mechanism"]), _named(written["kind"])
    for slug in mechanisms:
        if slug not in RULES:
            raise DeclarationError(f"没有“{slug}”这个规则机制", where=f"{where} {written['code']}")
    for kind in kinds:
        if kind not in KINDS:
            raise DeclarationError(f"没有“{kind}”这种知识点", where=f"{where} {written['code']}")
    return Entry(
        code=written["code"],
        name=written["name"],
        mechanisms=mechanisms,
        certainty=written["certainty"],
        category=written["class"],
        group=written["group"],
        items=written["items"],
        kinds=kinds,
        number=written.get("number", 0),
        over_period=any(issubclass(RULES[slug], PeriodRule) for slug in mechanisms),
    )


def _named(written: str | list[str] | None) -> tuple[str, ...]:
    """None, one or several slugs."""
    return (written,) if isinstance(written, str) else tuple(written or ())
