"""A rule as a rule manager defines it: from a mechanism or a condition, with points, settings, words and examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mingcha.domain.values import ValueType
from mingcha.knowledge.point import KnowledgePoint


class State(StrEnum):
    """Only a rule in use stands in a release; a code is never used again."""

    DRAFT = "草稿"
    IN_USE = "启用"
    RETIRED = "停用"


class Over(StrEnum):
    """What a condition looks at."""

    LINE = "明细"
    BILL = "单据"
    ITEM = "项目"
    VISIT = "就诊"


HEADINGS = ("检查什么", "为何违规", "不报什么", "处理建议")


@dataclass(frozen=True)
class Parameter:
    """A setting of a condition: its type, its default in stored form, and its bounds."""

    name: str
    type: ValueType
    default: int | str | None
    unit: str = ""
    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, eq=False)
class RuleDefinition:
    """自建规则.

    Args:
        over: what the condition looks at; None where a mechanism judges.
        mechanism: slug of the mechanism it is made from, "" for a condition.
        when, condition, value, limit: texts of the condition language.
        kind: kind of its knowledge points, "" for none.
        settings: values that replace the defaults of the mechanism.
        examples: in the form of the example files, to be passed before the rule may be tried.
        written: the definition as it was written, for digest, difference and change.
    """

    code: str
    name: str
    version: int
    state: State
    certainty: str
    over: Over | None
    mechanism: str
    when: str
    condition: str
    value: str
    limit: str
    kind: str
    points: tuple[KnowledgePoint, ...]
    parameters: tuple[Parameter, ...]
    settings: Mapping[str, Any]
    message: str
    sources: tuple[str, ...]
    sections: Mapping[str, str]
    examples: Mapping[str, Any]
    written: Mapping[str, Any] = field(repr=False)

    @property
    def slug(self) -> str:
        """The mechanism that this definition becomes."""
        return f"own-{self.code.lower()}"
