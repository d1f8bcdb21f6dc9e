"""An indication text taken apart: numbered clauses, what is ruled out, and what is asked beyond a diagnosis."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

from mingcha.knowledge.packaged import packaged

_NUMBER = re.compile(r"(?:(?<=[:;。,])|^)\s*\(?\d{1,2}(?:[.、](?!\d)|\))\s*")
_BRACKETS = re.compile(r"\([^()]*\)")
# Short forms of disease names carry letters (甲(A)型血友病 keeps its bracket).
_KEPT_BRACKET = re.compile(r"甲\(A\)型|乙\(B\)型")
GAP = "|"
# The conditions of `words.yaml` as people read them.
LABELS = {
    "earlier-treatment": "既往治疗",
    "marker-or-gene": "基因或标志物",
    "severity": "严重程度或分期",
    "age": "年龄",
    "examination": "检查或病理",
    "setting-of-care": "使用场合",
    "line-of-therapy": "治疗线数",
    "combination": "联合用药",
    "duration": "支付时限或发病时间",
    "other": "其他",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says: the clauses as diseases are looked for in them, and the conditions beyond a diagnosis."""

    clauses: tuple[str, ...]
    """normalised; names of markers and drugs, brackets and what is ruled out are gaps"""
    conditions: tuple[str, ...]
    """words of `words.yaml`, in its order"""
    ruled_out: tuple[str, ...]
    """passages that take something out of the indication"""


def read(text: str) -> Reading:
    """Take an indication text apart."""
    words = _words()
    normal = normalise(text)
    clauses, ruled_out = [], []
    for clause in split(normal):
        plain = words.not_diseases.sub(GAP, _without_brackets(clause))
        ruled_out += [found[0] for found in words.ruled_out.finditer(plain)]
        clauses.append(words.ruled_out.sub(GAP, plain))
    asked = words.every_age.sub(GAP, words.remarks.sub(GAP, normal))
    conditions = tuple(name for name, pattern in words.conditions.items() if pattern.search(asked))
    return Reading(tuple(clauses), conditions, tuple(ruled_out))


def normalise(text: str) -> str:
    """One spelling: compatibility forms folded (Ⅱ → II, （ → (), blanks away, the leading 限 away."""
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    return folded.removeprefix("限").removeprefix(":")


def split(normal: str) -> list[str]:
    """The numbered clauses of a normalised text; the text itself where nothing is numbered."""
    return [part.strip(";。") for part in _NUMBER.split(normal) if part.strip(";。:")]


def _without_brackets(clause: str) -> str:
    kept = _KEPT_BRACKET.sub(lambda found: found[0].replace("(", "〔").replace(")", "〕"), clause)
    before = ""
    while before != kept:
        before, kept = kept, _BRACKETS.sub("", kept)
    return kept.replace("〔", "(").replace("〕", ")")


@dataclass(frozen=True, slots=True)
class _Words:
    not_diseases: re.Pattern[str]
    remarks: re.Pattern[str]
    ruled_out: re.Pattern[str]
    every_age: re.Pattern[str]
    conditions: dict[str, re.Pattern[str]]


@cache
def _words() -> _Words:
    held: dict[str, Any] = packaged("mingcha.knowledge.indications", "words.yaml")
    return _Words(
        not_diseases=_any(held["not-diseases"]),
        remarks=_any([pattern for pattern in held["not-diseases"] if pattern.startswith("尚未")]),
        ruled_out=_any(held["ruled-out"]),
        every_age=_any(held["every-age"]),
        conditions={name: _any(patterns) for name, patterns in held["conditions"].items()},
    )


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
