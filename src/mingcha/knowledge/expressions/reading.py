"""From the text of a condition to its tree: precedence 或, 且, 非, comparison, + -, *; no code is ever run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from mingcha.domain import conditions as c
from mingcha.domain.claims import Line
from mingcha.domain.errors import InputError
from mingcha.domain.fields import Field
from mingcha.domain.values import PRICE_SCALE, QUANTITY_SCALE, ValueType
from mingcha.knowledge.expressions.tokens import Token, tokens_of
from mingcha.knowledge.expressions.words import Words, type_of
from mingcha.knowledge.reading import code_of, day_from, scaled

_SCALES = {
    ValueType.MONEY: 100,
    ValueType.PRICE: PRICE_SCALE,
    ValueType.QUANTITY: QUANTITY_SCALE,
    ValueType.RATIO: QUANTITY_SCALE,
    ValueType.NUMBER: 1,
}
_NUMERIC = frozenset((*_SCALES, ValueType.DAY))
_COMPARES = ("==", "!=", "<", "<=", ">", ">=")
_FLAGS = {"是": True, "否": False}
MOST_DEPTH = 30


class Literal(c.Expr):
    """A number, date, text or 是/否 as written, until what it is compared with tells its unit."""

    def __init__(self, token: Token) -> None:
        self.token = token


def condition_of(text: str, words: Words, types: Mapping[str, ValueType] | None = None) -> c.Condition:
    """The condition that a text says.

    Args:
        words: what it may read, see `words.vocabulary`.
        types: value types of the rule's settings.

    Raises:
        InputError: it cannot be read; the message names the place and what was expected.
    """
    reader = _Reader(text, words, types or {})
    found = reader.condition()
    reader.end()
    return found


def value_of(text: str, words: Words, types: Mapping[str, ValueType] | None = None) -> c.Expr:
    """The value that a text says: a word, or a sum of words.

    Raises:
        InputError: it cannot be read, or is a condition.
    """
    reader = _Reader(text, words, types or {})
    found = reader.value()
    reader.end()
    return found


class _Reader:
    def __init__(self, text: str, words: Words, types: Mapping[str, ValueType]) -> None:
        self.text = text
        self.words = words
        self.types = types
        self.tokens = tokens_of(text, words)
        self.next = 0
        self.depth = 0

    def condition(self) -> c.Condition:
        found = self._either()
        if isinstance(found, c.Condition):
            return found
        if self._type(found) is ValueType.FLAG:
            return found == True
        return self._wrong("这里应是一个条件（如 年龄 < 18），不是一个值", self._here)

    def value(self) -> c.Expr:
        found = self._sum()
        if isinstance(found, c.Condition | Literal):
            return self._wrong("这里应是一个字段或算式", self.tokens[0])
        return found

    def end(self) -> None:
        if self._here.sort != "end":
            self._wrong(f"“{self._here.text}”之前应有 且、或，或者已经结束", self._here)

    def _either(self) -> c.Expr:
        found = self._both()
        while self._take("keyword", "或"):
            found = self._judged(found) | self._judged(self._both())
        return found

    def _both(self) -> c.Expr:
        found = self._not()
        while self._take("keyword", "且"):
            found = self._judged(found) & self._judged(self._not())
        return found

    def _not(self) -> c.Expr:
        if self._take("keyword", "非"):
            with _Deeper(self):
                return ~self._judged(self._not())
        return self._compared()

    def _compared(self) -> c.Expr:
        left = self._sum()
        token = self._here
        if token.sort == "symbol" and token.text in _COMPARES:
            self.next += 1
            return self._comparison(token, left, self._sum())
        if token.sort == "keyword" and token.text in _OF_LISTS:
            self.next += 1
            return self._of_list(token, left)
        for word in ("未知", "已知"):
            if self._take("keyword", word):
                missing = self._known_value(left, token).is_missing()
                return missing if word == "未知" else ~missing
        return left

    def _comparison(self, token: Token, left: c.Expr, right: c.Expr) -> c.Condition:
        if isinstance(left, Literal) and isinstance(right, Literal):
            return self._wrong("两边都是常数，不必比较", token)
        if ValueType.CODES in {self._type(side) for side in (left, right) if not isinstance(side, Literal)}:
            return self._wrong("代码集只能用 包含 […] 或 不包含 […]", token)
        if isinstance(left, Literal):
            left = self._constant(left, right)
        elif isinstance(right, Literal):
            right = self._constant(right, left)
        mine, its = self._type(left), self._type(right)
        both_codes = {mine, its} <= {ValueType.CODE, ValueType.TEXT}
        if not (both_codes or mine is its or c.Constant in (type(left), type(right))):
            return self._wrong(f"{mine}不能与{its}比较", token)
        if token.text not in ("==", "!=") and mine not in _NUMERIC:
            return self._wrong(f"{mine}只能用 = 或 ≠ 比较", token)
        return c.Comparison(token.text, left, right)

    def _of_list(self, token: Token, left: c.Expr) -> c.Condition:
        listed = self._here
        if not self._take("list"):
            return self._wrong(f"“{token.text}”之后应是方括号里的列表，如 [21, 52]", listed)
        entries = [part.strip(" '\"") for part in re.split(r"[,，、;；]", listed.text[1:-1])]
        entries = [part for part in entries if part]
        if not entries:
            return self._wrong("列表是空的", listed)
        field, type_ = self._known_value(left, token), self._type(left)
        if token.text in ("包含", "不包含"):
            if type_ is not ValueType.CODES:
                return self._wrong(f"“{token.text}”只用于代码集（如 诊断编码）", token)
            none = field.has_none_of(c.Constant(tuple(map(code_of, entries))))
            return none if token.text == "不包含" else ~none
        if type_ not in (ValueType.CODE, ValueType.TEXT):
            return self._wrong(f"“{token.text}”只用于代码", token)
        if token.text in ("开头为", "开头不为"):
            starts = field.starts_with_any(c.Constant(tuple(map(code_of, entries))))
            return starts if token.text == "开头为" else ~starts
        among = field.is_in(*map(code_of, entries))
        return among if token.text == "属于" else ~among

    def _sum(self) -> c.Expr:
        found = self._product()
        while self._here.sort == "symbol" and self._here.text in ("+", "-"):
            token = self._taken()
            right = self._product()
            found = self._added(token, found, right)
        return found

    def _added(self, token: Token, left: c.Expr, right: c.Expr) -> c.Expr:
        if isinstance(left, Literal):
            return self._wrong("算式应以字段开头", left.token)
        of_days = self._type(left) is ValueType.DAY
        if isinstance(right, Literal):
            right = self._number(right, ValueType.NUMBER) if of_days else self._constant(right, left)
        mine, its = self._type(left), self._type(right)
        if mine not in _NUMERIC or not (
            isinstance(right, c.Constant) or mine is its or (of_days and its is ValueType.NUMBER)
        ):
            return self._wrong(f"{mine}与{its}不能相加减", token)
        return left + right if token.text == "+" else left - right

    def _product(self) -> c.Expr:
        found = self._factor()
        while self._here.sort == "symbol" and self._here.text == "*":
            token = self._taken()
            right = self._factor()
            if isinstance(found, Literal) or not isinstance(right, Literal):
                return self._wrong("乘法应写成 字段 * 整数", token)
            if self._type(found) not in _SCALES:
                return self._wrong(f"{self._type(found)}不能相乘", token)
            found = found * self._number(right, ValueType.NUMBER)
        return found

    def _factor(self) -> c.Expr:
        token = self._taken()
        if token.sort == "word":
            return self.words[token.text]
        if token.sort in ("number", "date", "text", "code") or token.text in _FLAGS:
            return Literal(token)
        if token.text == "-" and self._here.sort == "number":
            number = self._taken()
            return Literal(number._replace(text=f"-{number.text}"))
        if token.text == "(":
            with _Deeper(self):
                found = self._either()
            self._expect(")")
            return found
        if token.text == "行数":
            return c.count
        if token.text in ("合计", "种数", "绝对值"):
            return self._function(token)
        return self._wrong("这里应是字段、数字或括号", token)

    def _function(self, token: Token) -> c.Expr:
        self._expect("(")
        with _Deeper(self):
            inner = self._known_value(self._sum(), token)
        self._expect(")")
        if token.text == "绝对值":
            return abs(inner)
        if token.text == "合计" and self._type(inner) not in _SCALES:
            return self._wrong(f"{self._type(inner)}不能合计", token)
        if not all(field.owner is Line for field in inner.walk() if isinstance(field, Field)):
            return self._wrong(f"“{token.text}”只用于费用明细的字段", token)
        return c.total(inner) if token.text == "合计" else c.distinct(inner)

    def _constant(self, literal: Literal, beside: c.Expr) -> c.Constant:
        """A literal in the unit of what it is compared with."""
        token, type_ = literal.token, self._type(beside)
        raw = token.text.strip("'\"")
        if type_ is ValueType.FLAG:
            if token.text not in _FLAGS:
                self._wrong("这里应是 是 或 否", token)
            return c.Constant(_FLAGS[token.text])
        if type_ in (ValueType.CODE, ValueType.TEXT):
            return c.Constant(code_of(raw) if type_ is ValueType.CODE else raw)
        if type_ is ValueType.DAY:
            return c.Constant(self._tried(lambda: day_from(raw), token))
        return self._number(literal, type_)

    def _number(self, literal: Literal, type_: ValueType) -> c.Constant:
        token = literal.token
        if token.sort != "number":
            self._wrong("这里应是数字", token)
        scale, text = _SCALES[type_], token.text
        if text.endswith("%"):
            if type_ is not ValueType.RATIO:
                self._wrong("百分数只用于比例", token)
            return c.Constant(self._tried(lambda: scaled(text[:-1], scale // 100), token))
        return c.Constant(self._tried(lambda: scaled(text, scale), token))

    def _tried(self, reading: Any, token: Token) -> int:
        try:
            return int(reading())
        except ValueError as error:
            return self._wrong(str(error), token)

    def _judged(self, found: c.Expr) -> c.Condition:
        if isinstance(found, c.Condition):
            return found
        if not isinstance(found, Literal) and self._type(found) is ValueType.FLAG:
            return found == True
        return self._wrong("且、或、非 的两边应是条件", self._here)

    def _known_value(self, found: c.Expr, token: Token) -> c.Expr:
        if isinstance(found, Literal | c.Condition):
            return self._wrong(f"“{token.text}”用于字段，不用于常数或条件", token)
        return found

    def _type(self, expression: c.Expr) -> ValueType:
        if isinstance(expression, c.Condition | Literal):
            return self._wrong("条件不能再比较或计算", self._here)
        return type_of(expression, self.types)

    @property
    def _here(self) -> Token:
        return self.tokens[self.next]

    def _taken(self) -> Token:
        token = self._here
        self.next += token.sort != "end"
        return token

    def _take(self, sort: str, text: str = "") -> bool:
        found = self._here.sort == sort and text in ("", self._here.text)
        self.next += found
        return found

    def _expect(self, symbol: str) -> None:
        if not self._take("symbol", symbol):
            self._wrong(f"这里应是“{symbol}”", self._here)

    def _wrong(self, what: str, token: Token) -> NoReturn:
        raise InputError(
            what,
            where=f"“{self.text}”第 {token.place + 1} 个字",
            remedy="写法如：性别 ≠ 1 且 (年龄 < 18 或 险种 属于 [310, 390])",
        )


_OF_LISTS = ("属于", "不属于", "开头为", "开头不为", "包含", "不包含")


class _Deeper:
    """One bracket more; a text of thousands of them is refused before Python's own stack is."""

    def __init__(self, reader: _Reader) -> None:
        self.reader = reader

    def __enter__(self) -> None:
        self.reader.depth += 1
        if self.reader.depth > MOST_DEPTH:
            raise InputError("括号嵌套过深", remedy=f"至多 {MOST_DEPTH} 层")

    def __exit__(self, *_error: object) -> None:
        self.reader.depth -= 1
