"""From a condition's tree back to the text that says it; read again it is the same condition."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from mingcha.domain import conditions as c
from mingcha.domain.errors import DeclarationError
from mingcha.domain.values import PRICE_SCALE, QUANTITY_SCALE, ValueType, date_of, decimal_text
from mingcha.knowledge.expressions.words import Words, name_of, type_of

_SCALES = {
    ValueType.MONEY: 100,
    ValueType.PRICE: PRICE_SCALE,
    ValueType.QUANTITY: QUANTITY_SCALE,
    ValueType.RATIO: QUANTITY_SCALE,
}
_SIGNS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}


def text_of(condition: c.Expr, words: Words, types: Mapping[str, ValueType] | None = None) -> str:
    """The text of a condition over these words."""
    return _Writer(words, types or {}).text(condition)


class _Writer:
    def __init__(self, words: Words, types: Mapping[str, ValueType]) -> None:
        self.words = words
        self.types = types

    def text(self, expression: c.Expr) -> str:
        match expression:
            case c.Both(left, right):
                return f"({self.text(left)}) 且 ({self.text(right)})"
            case c.Either(left, right):
                return f"({self.text(left)}) 或 ({self.text(right)})"
            case c.Not(inner):
                return f"非 ({self.text(inner)})"
            case c.Missing(value):
                return f"{self.text(value)} 未知"
            case c.OneOf(value, values):
                return f"{self.text(value)} 属于 [{', '.join(values)}]"
            case c.StartsWithAny(value, c.Constant(prefixes)) if isinstance(prefixes, tuple):
                return f"{self.text(value)} 开头为 [{', '.join(prefixes)}]"
            case c.HasNoneOf(value, c.Constant(prefixes)) if isinstance(prefixes, tuple):
                return f"{self.text(value)} 不包含 [{', '.join(prefixes)}]"
            case c.Comparison(operator, left, right):
                sides = (self._beside(left, right), self._beside(right, left))
                return f" {_SIGNS.get(operator, operator)} ".join(sides)
            case c.Arithmetic("*", left, c.Constant(value)):
                return f"({self.text(left)}) * {value}"
            case c.Arithmetic(operator, left, right):
                return f"({self.text(left)} {operator} {self._beside(right, left, added=True)})"
            case c.Absolute(value):
                return f"绝对值({self.text(value)})"
            case c.Total(value):
                return f"合计({self.text(value)})"
            case c.Distinct(value):
                return f"种数({self.text(value)})"
            case c.Count():
                return "行数"
            case c.Constant() | c.Always() | c.StartsWithAny() | c.HasNoneOf():
                raise DeclarationError(f"条件 {expression!r} 没有文字写法")
            case _:
                return name_of(expression, self.words)

    def _beside(self, expression: c.Expr, other: c.Expr, *, added: bool = False) -> str:
        """A side of a comparison; a constant in the unit of the other side."""
        if not isinstance(expression, c.Constant):
            return self.text(expression)
        type_, value = type_of(other, self.types), expression.value
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, str):
            return f"'{value}'"
        assert isinstance(value, int)
        if type_ is ValueType.DAY and not added:
            return date_of(value).isoformat()
        return decimal_text(value, _SCALES[type_]) if type_ in _SCALES else str(Decimal(value))
