"""What a rule without code may say: words of its conditions by what it judges, and its texts taken apart for a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mingcha.domain.conditions import Expr
from mingcha.domain.fields import Field
from mingcha.domain.values import ValueType
from mingcha.knowledge.definition.form import parameter_types
from mingcha.knowledge.definition.model import Over
from mingcha.knowledge.expressions.reading import condition_of, value_of
from mingcha.knowledge.expressions.structure import Node, structure_of
from mingcha.knowledge.expressions.words import AGES, ENTITIES, type_of
from mingcha.rules.defined import words_of
from mingcha.rules.period import PeriodRule
from mingcha.rules.registry import RULES
from mingcha.rules.settings import Setting

# What stands for a bill as a whole: a precondition may read nothing else.
WHEN, CONDITION, VALUE, LIMIT = "前提", "条件", "读到", "限定"


@dataclass(frozen=True)
class Word:
    """A word that a condition may read.

    Args:
        group: whose fact it is, in words.
        type: what it is compared with: 金额, 数量, 代码, 日期 …
        of_line: whether a rule over bills must put it into a sum.
    """

    name: str
    group: str
    type: str
    unit: str
    codes: str
    choices: tuple[str, ...]
    note: str
    of_line: bool


def word_list(over: Over, kind: str, parameters: Mapping[str, Any]) -> list[Word]:
    """The words that are Chinese and stand alone; others are second names of the same."""
    words = _words(over, kind, parameters)
    types = parameter_types(parameters)
    found: dict[str, Word] = {}
    seen: set[str] = set()
    for name, held in words.items():
        if name.isascii() or "." in name or repr(held) in seen:
            continue
        seen.add(repr(held))
        found[name] = _word(name, held, types)
    return list(found.values())


def _word(name: str, held: Expr, types: Mapping[str, ValueType]) -> Word:
    kind = type_of(held, types).partition("（")[0]
    if isinstance(held, Field):
        group = "知识点" if held.owner not in ENTITIES else held.owner.label
        of_line = held.owner is ENTITIES[0]
        return Word(name, group, kind, held.unit, held.codes, held.one_of, held.note, of_line)
    if isinstance(held, Setting):
        return Word(name, "参数", kind, held.unit, "", (), "", of_line=False)
    return Word(name, "参保人", "整数", AGES.get(name, ""), "", (), "", of_line=False)


def _words(over: Over, kind: str, parameters: Mapping[str, Any]) -> dict[str, Expr]:
    return words_of(over, kind, {name: _named(name) for name in parameters})


def _named(name: str) -> Setting:
    made = Setting(0, name)
    made.name = name
    return made


def structured(text: str, over: Over, kind: str, parameters: Mapping[str, Any]) -> Node:
    """The groups and lines of a condition or a precondition.

    Raises:
        InputError: it cannot be read; the message says at which character, and what was expected.
    """
    words, types = _words(over, kind, parameters), parameter_types(parameters)
    return structure_of(condition_of(text, words, types), words, types)


def check_value(text: str, over: Over, kind: str, parameters: Mapping[str, Any]) -> None:
    """Refuse what is no value: a field, or a sum of fields.

    Raises:
        InputError: it cannot be read.
    """
    value_of(text, _words(over, kind, parameters), parameter_types(parameters))


@dataclass(frozen=True)
class Copiable:
    """A mechanism from which a rule can be made."""

    slug: str
    title: str
    kind: str


def copiable() -> list[Copiable]:
    """All mechanisms but those that compare institutions over a period."""
    return [
        Copiable(slug, rule.title, rule.knowledge.slug if rule.knowledge else "")
        for slug, rule in RULES.items()
        if not issubclass(rule, PeriodRule)
    ]
