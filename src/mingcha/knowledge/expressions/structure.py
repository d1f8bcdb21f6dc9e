"""A condition as groups of lines, which a form can show and change; said in text again it is the same condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mingcha.domain import conditions as c
from mingcha.domain.values import ValueType
from mingcha.knowledge.expressions.words import Words
from mingcha.knowledge.expressions.writing import text_of

ALL, ANY, NOT, LINE = "且", "或", "非", "行"
# Operators that take no value, and those that take a list.
UNARY = ("未知", "已知")
OF_LISTS = ("属于", "不属于", "开头为", "开头不为", "包含", "不包含")


@dataclass(frozen=True)
class Node:
    """A group of parts that must all or any hold, or not hold; or one line: left, operator, right.

    Args:
        right: as it is written; several codes with 、 between them; "" where the operator takes none.
    """

    sort: str
    parts: tuple[Node, ...] = ()
    left: str = ""
    operator: str = ""
    right: str = ""


def structure_of(condition: c.Expr, words: Words, types: Mapping[str, ValueType] | None = None) -> Node:
    """The groups and lines of a condition."""
    return _Structure(words, types or {}).node(condition)


def text_of_node(node: Node, *, inner: bool = False) -> str:
    """The text of groups and lines."""
    if node.sort == LINE:
        if node.operator in UNARY:
            return f"{node.left} {node.operator}"
        right = f"[{node.right}]" if node.operator in OF_LISTS else node.right
        return f"{node.left} {node.operator} {right}"
    if node.sort == NOT:
        return f"非 ({text_of_node(node.parts[0])})"
    text = f" {node.sort} ".join(text_of_node(part, inner=True) for part in node.parts)
    return f"({text})" if inner and len(node.parts) > 1 else text


class _Structure:
    def __init__(self, words: Words, types: Mapping[str, ValueType]) -> None:
        self.words = words
        self.types = types

    def node(self, condition: c.Expr) -> Node:
        match condition:
            case c.Both():
                return Node(ALL, tuple(self.flat(condition, c.Both)))
            case c.Either():
                return Node(ANY, tuple(self.flat(condition, c.Either)))
            case c.Not(inner):
                return self.negated(inner)
            case c.Missing(value):
                return Node(LINE, left=self.text(value), operator="未知")
            case c.OneOf(value, values):
                return self.listed(value, "属于", values)
            case c.StartsWithAny(value, c.Constant(values)):
                return self.listed(value, "开头为", values)
            case c.HasNoneOf(value, c.Constant(values)):
                return self.listed(value, "不包含", values)
            case c.Comparison(_, left, _):
                return self.compared(condition, left)
            case _:
                return Node(LINE, left=self.text(condition))

    def flat(self, condition: Any, sort: type[Any]) -> list[Node]:
        """Parts that stand in one another are parts of one group."""
        found = []
        for part in condition.parts():
            found += self.flat(part, sort) if isinstance(part, sort) else [self.node(part)]
        return found

    def negated(self, inner: c.Expr) -> Node:
        match inner:
            case c.Missing(value):
                return Node(LINE, left=self.text(value), operator="已知")
            case c.OneOf(value, values):
                return self.listed(value, "不属于", values)
            case c.StartsWithAny(value, c.Constant(values)):
                return self.listed(value, "开头不为", values)
            case c.HasNoneOf(value, c.Constant(values)):
                return self.listed(value, "包含", values)
            case _:
                return Node(NOT, (self.node(inner),))

    def compared(self, condition: c.Expr, left: c.Expr) -> Node:
        """A comparison is written whole, because a number on one side is written in the unit of the other."""
        whole = text_of(condition, self.words, self.types)
        first = self.text(left) if not isinstance(left, c.Constant) else whole.split(" ", 1)[0]
        operator, right = whole[len(first) :].strip().split(" ", 1)
        return Node(LINE, left=first, operator=operator, right=right)

    def listed(self, value: c.Expr, operator: str, values: Any) -> Node:
        return Node(LINE, left=self.text(value), operator=operator, right="、".join(map(str, values)))

    def text(self, expression: c.Expr) -> str:
        return text_of(expression, self.words, self.types)
