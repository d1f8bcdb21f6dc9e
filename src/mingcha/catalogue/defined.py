"""Rules without code beside the catalogue's own: their entries, classes, examples and pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mingcha.catalogue.entries import entries
from mingcha.catalogue.example import Example
from mingcha.catalogue.example_tables import Telling
from mingcha.catalogue.examples import read_examples
from mingcha.catalogue.messages import check_message
from mingcha.catalogue.pages import page_of
from mingcha.domain.errors import InputError, MingchaError
from mingcha.domain.fields import Field
from mingcha.domain.values import ValueType
from mingcha.knowledge.definition.model import Over, RuleDefinition
from mingcha.knowledge.entry import Entry
from mingcha.rules.base import Rule
from mingcha.rules.defined import defined_rule, words_of
from mingcha.rules.registry import RULES

CATEGORY, GROUP = "自建类", "自建规则"
_TABLE = {Over.LINE: "逐条明细", Over.BILL: "整张单据", Over.ITEM: "知识点所指的项目", Over.VISIT: "每次就诊"}


def entry_of(definition: RuleDefinition) -> Entry:
    """The catalogue entry of a rule without code."""
    return Entry(
        code=definition.code,
        name=definition.name,
        mechanisms=(definition.slug,),
        certainty=definition.certainty,
        category=CATEGORY,
        group=GROUP,
        items="全部",
        kinds=(definition.kind,) if definition.kind else (),
    )


def all_entries(definitions: Iterable[RuleDefinition]) -> tuple[Entry, ...]:
    """The catalogue, and behind it the rules without code."""
    return (*entries(), *map(entry_of, definitions))


def all_rules(definitions: Iterable[RuleDefinition]) -> dict[str, type[Rule[Any]]]:
    """The mechanisms, and those that definitions become."""
    return {**RULES, **{one.slug: defined_rule(one) for one in definitions}}


def examples_of_definition(definition: RuleDefinition) -> tuple[Example, ...]:
    """The examples of a rule without code; its own points stand in where an example names none.

    Raises:
        InputError: an example that cannot be read.
    """
    rule = defined_rule(definition)
    try:
        check_message(rule)
        return read_examples(rule, {**definition.examples, "code": definition.code}, definition.points)
    except (MingchaError, ValueError, KeyError, TypeError) as error:
        what = error.what if isinstance(error, MingchaError) else f"例子无法读取：{error}"
        raise InputError(
            what,
            where=f"规则 {definition.code} {getattr(error, 'where', '')}".strip(),
            remedy="例子的写法同内置规则的 .cases.yaml：cases 下每例有 name、lines、finds 或 cannot",
        ) from error


def page_of_definition(definition: RuleDefinition, telling: Telling) -> str:
    """The page of a rule without code in Markdown."""
    rule, examples = defined_rule(definition), examples_of_definition(definition)
    return page_of(rule, definition.sections, [entry_of(definition)], examples, telling)


def _type(held: Any) -> str:
    if not isinstance(held, Field):
        return ValueType.NUMBER.value
    kind, unit = held.type.partition("（")[0], held.unit
    return f"{kind}（{unit}）" if unit else kind


def words() -> list[tuple[str, str, str, str]]:
    """What conditions may read, for people: what they look at, name, type, remark."""
    return [
        (
            _TABLE[over],
            name,
            _type(held),
            held.note if isinstance(held, Field) else "",
        )
        for over in (Over.LINE, Over.BILL, Over.VISIT)
        for name, held in words_of(over).items()
        if "." not in name and not name.isascii()
    ]


def points_kind(slug: str) -> str:
    """The kind of knowledge point that a mechanism reads, "" for none."""
    kind = RULES[slug].knowledge
    return kind.slug if kind else ""
