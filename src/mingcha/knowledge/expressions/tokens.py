"""A condition's text cut into tokens; Chinese needs no blanks, so the longest known word wins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple

from mingcha.domain.errors import InputError

KEYWORDS = (
    "且", "或", "非", "属于", "不属于", "开头为", "开头不为", "包含", "不包含", "未知", "已知",
    "合计", "种数", "行数", "绝对值", "是", "否", "and", "or", "not",
)  # fmt: skip
_FIXED = re.compile(
    r"(?P<code>\d*[A-Za-z][A-Za-z0-9.]*)|(?P<date>\d{4}-\d{1,2}-\d{1,2})|(?P<number>\d+(?:\.\d+)?%?)|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<list>[\[【［][^\]】］\[]*[\]】］])|(?P<symbol><=|>=|!=|<>|==|[=<>＝＜＞≤≥≠+＋\-－*×()（）])"
)
_SAME = {
    "=": "==", "＝": "==", "＜": "<", "＞": ">", "≤": "<=", "≥": ">=", "≠": "!=", "<>": "!=",
    "＋": "+", "－": "-", "×": "*", "（": "(", "）": ")", "and": "且", "or": "或", "not": "非",
}  # fmt: skip
_BLANK = re.compile(r"\s+")
_WORD = re.compile(r"[^\s<>=!≤≥≠+\-*()（）\[\]'\"]+")


class Token(NamedTuple):
    """A piece of the text: its sort (word, number, list, symbol …), and where it begins."""

    sort: str
    text: str
    place: int


def tokens_of(text: str, words: Iterable[str]) -> list[Token]:
    """The tokens of a condition, an end behind them.

    Raises:
        InputError: a word that is neither known nor a keyword; the message offers those that are like it.
    """
    known = sorted({*words, *KEYWORDS}, key=len, reverse=True)
    found: list[Token] = []
    place = 0
    while place < len(text):
        blank = _BLANK.match(text, place)
        if blank:
            place = blank.end()
            continue
        token = _token(text, place, known)
        found.append(token)
        place += len(token.text)
    meant = [token._replace(text=_SAME.get(token.text, token.text)) for token in found]
    return [*meant, Token("end", "", len(text))]


def _token(text: str, place: int, known: list[str]) -> Token:
    word = next((word for word in known if text.startswith(word, place)), None)
    if word is not None:
        return Token("keyword" if word in KEYWORDS else "word", word, place)
    fixed = _FIXED.match(text, place)
    if fixed:
        return Token(str(fixed.lastgroup), fixed[0], place)
    unknown = _WORD.match(text, place)
    wrong = unknown[0] if unknown else text[place]
    near = (
        get_close_matches(wrong, known, n=3, cutoff=0.4) or [word for word in known if wrong[:2] in word][:3]
    )
    raise InputError(
        f"不认得“{wrong}”",
        where=f"“{text}”第 {place + 1} 个字",
        remedy=f"是不是：{'、'.join(near)}？"
        if near
        else "用 mingcha rules words 查看可用的词语；代码和文字要加引号，如 'A03'",
    )
