"""Doses as doctors write them (0.5g, 2片, 100万单位), read into whole numbers and converted by the specification.

A writing that leaves a doubt (a range, two strengths, an unknown unit) is not read: unknown is never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from mingcha.domain.values import QUANTITY_SCALE


class Measure(StrEnum):
    """What a dose is counted in; each by its base unit, in ten-thousandths."""

    MASS = "质量"
    UNITS = "效价"
    VOLUME = "容量"
    PIECES = "制剂数"


# Spelled in lower case after NFKC: (measure, how many base units: micrograms, units, millilitres).
_MEASURED: dict[str, tuple[Measure, Fraction]] = {
    **dict.fromkeys(("kg", "千克", "公斤"), (Measure.MASS, Fraction(10**9))),
    **dict.fromkeys(("g", "gm", "克"), (Measure.MASS, Fraction(10**6))),
    **dict.fromkeys(("mg", "毫克"), (Measure.MASS, Fraction(10**3))),
    **dict.fromkeys(("μg", "ug", "mcg", "微克"), (Measure.MASS, Fraction(1))),
    **dict.fromkeys(("ng", "纳克"), (Measure.MASS, Fraction(1, 1000))),
    **dict.fromkeys(("iu", "u", "单位", "国际单位", "unit", "units"), (Measure.UNITS, Fraction(1))),
    **dict.fromkeys(("万iu", "万u", "万单位", "万国际单位"), (Measure.UNITS, Fraction(10**4))),
    **dict.fromkeys(("百万iu", "百万u", "百万单位"), (Measure.UNITS, Fraction(10**6))),
    **dict.fromkeys(("亿iu", "亿u", "亿单位"), (Measure.UNITS, Fraction(10**8))),
    **dict.fromkeys(("l", "升"), (Measure.VOLUME, Fraction(10**3))),
    **dict.fromkeys(("ml", "毫升", "cc"), (Measure.VOLUME, Fraction(1))),
    **dict.fromkeys(("μl", "ul", "微升"), (Measure.VOLUME, Fraction(1, 1000))),
}
# Words for one preparation, by the word that stands for them all. Drops and puffs are their own: a bottle holds many.
_PIECES = {
    **dict.fromkeys(("片", "tab", "tabs", "tablet"), "片"),
    **dict.fromkeys(("粒", "颗", "胶囊", "cap", "caps", "capsule"), "粒"),
    **dict.fromkeys(("支", "安瓿", "针", "amp", "syr"), "支"),
    **dict.fromkeys(("袋", "包", "bag", "pkt"), "袋"),
    **dict.fromkeys(("瓶", "vial"), "瓶"),
    **{word: word for word in ("丸", "枚", "贴", "块", "锭", "条")},
    **{word: word for word in ("滴", "喷", "揿", "吸")},
}
_PARTS = frozenset(("滴", "喷", "揿", "吸"))
_PACKS = ("盒", "瓶", "袋", "包", "听", "罐", "桶", "板", "筒", "管", "套")
_CHINESE_NUMBERS = {
    "半": "0.5",
    "一": "1",
    "二": "2",
    "两": "2",
    "三": "3",
    "四": "4",
    "五": "5",
    "六": "6",
    "八": "8",
    "十": "10",
}


def _either(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_NUMBER = r"(\d+/[1-9]\d*|\d+(?:\.\d+)?)"
_AMOUNT = re.compile(rf"{_NUMBER}({_either((*_MEASURED, *_PIECES))})")
_COUNT = re.compile(rf"(\d+)({_either((*_PIECES, *_PACKS))})?")
_OF_A_PIECE = re.compile(r"\(([^()]*/[^()]+|每[^()]+)\)")
_BRACKETS = re.compile(r"\([^()]*\)")
_EACH_TIME = re.compile(r"^(?:每次|一次|1次|单次|每回)|(?:/次|每次)$")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


class Amount(NamedTuple):
    """So much of a measure, in ten-thousandths of its base unit; `word` names the preparation counted."""

    value: int
    measure: Measure
    word: str = ""


class Specification(NamedTuple):
    """What one preparation holds and how many are packed together; None is not told."""

    active: Amount | None = None
    volume: Amount | None = None
    word: str = ""
    packed: int | None = None
    pack: str = ""


NOTHING_TOLD = Specification()


def tidy(text: str) -> str:
    """The text in one width and case, without spaces, signs of multiplication alike."""
    narrow = unicodedata.normalize("NFKC", text).lower()
    narrow = re.sub(r"\s+", "", narrow).replace("µ", "μ")
    narrow = re.sub(r"[×✕✖＊]|(?<=[^a-z])x(?=\d)|(?<=[glu])x(?=\d)", "*", narrow)
    return _THOUSANDS.sub("", narrow)


def unit_of(word: str) -> tuple[Measure, Fraction] | None:
    """What a unit is counted in and how many base units it is: (质量, 1000) for mg, (制剂数, 1) for 片."""
    word = tidy(word)
    return (Measure.PIECES, Fraction(1)) if word in _PIECES else _MEASURED.get(word)


@cache
def amount(text: str) -> Amount | None:
    """One amount with its unit, None if it is not exactly that: 0.5g, 半片, 100万单位, 1/2片."""
    plain = tidy(text)
    if plain[:1] in _CHINESE_NUMBERS:
        plain = _CHINESE_NUMBERS[plain[0]] + plain[1:]
    found = _AMOUNT.fullmatch(plain)
    if found is None:
        return None
    number, word = found.groups()
    value = Fraction(number)
    if word in _PIECES:
        return _scaled(value, Measure.PIECES, _PIECES[word])
    measure, base = _MEASURED[word]
    return _scaled(value * base, measure)


def _scaled(value: Fraction, measure: Measure, word: str = "") -> Amount | None:
    # A part that is too small to be written is dropped: the smaller dose flags less.
    scaled = int(value * QUANTITY_SCALE)
    return Amount(scaled, measure, word) if scaled > 0 else None


@cache
def specification(text: str) -> Specification:
    """What a specification tells: 0.25g*24片/盒, 10ml:50mg*5支, 0.9%:100ml; nothing where it cannot be read."""
    plain = _BRACKETS.sub("", tidy(text)).replace("：", ":")
    plain, pack = _without_pack(plain)
    head, *counts = plain.split("*")
    word, count = "", None
    if head and (found := _COUNT.fullmatch(head)) and found[2] in _PIECES:
        head, counts = "", [found[0], *counts]
    for part in counts:
        told = _COUNT.fullmatch(part)
        if told is None:
            return NOTHING_TOLD
        count = (count or 1) * int(told[1])
        word = word or _PIECES.get(told[2] or "", "")
    if not counts and pack in _PIECES:
        word = _PIECES[pack]
    active, volume = _held(head)
    return Specification(active, volume, word, count, pack)


def _without_pack(text: str) -> tuple[str, str]:
    """The text before the last stroke and the pack or preparation behind it: (0.25g*24片, 盒)."""
    if text.startswith("每") and len(text) > 2 and text[1] in _PIECES:
        return text[2:].removeprefix("含"), text[1]
    before, stroke, last = text.rpartition("/")
    if stroke and (last in _PIECES or last in _PACKS):
        return before, last
    return text, ""


def _held(head: str) -> tuple[Amount | None, Amount | None]:
    """Active substance and volume of one preparation."""
    parts = re.split("[:/]", head)
    if len(parts) > 2:
        return None, None
    shares = [part for part in parts if part.endswith("%")]
    amounts = {read.measure: read for part in parts if (read := amount(part)) is not None}
    if len(amounts) + len(shares) != len(parts):  # something unread, or two of a kind: a compound preparation
        return None, None
    volume = amounts.get(Measure.VOLUME)
    active = amounts.get(Measure.MASS) or amounts.get(Measure.UNITS)
    if shares and volume is not None:
        active = _dissolved(shares[0], volume)
    return active, volume


def _dissolved(share: str, volume: Amount) -> Amount | None:
    """Grams in a hundred millilitres: 0.9% of 100 ml is 0.9 g."""
    number = re.fullmatch(r"(\d+(?:\.\d+)?)%", share)
    if number is None:
        return None
    return _scaled(Fraction(number[1]) * 10_000 * Fraction(volume.value, QUANTITY_SCALE), Measure.MASS)


class Dose(NamedTuple):
    """A single dose as far as it can be told, in ten-thousandths of each base unit; None is unknown."""

    mass: int | None = None
    units: int | None = None
    volume: int | None = None
    pieces: int | None = None


UNKNOWN_DOSE = Dose()


@cache
def dose(text: str | None, spec: str | None) -> Dose:
    """A written dose in every measure that the writing and the specification tell."""
    if text is None:
        return UNKNOWN_DOSE
    written, within = _dose_text(text)
    given = amount(written)
    if given is None:
        return UNKNOWN_DOSE
    held = specification(within or spec or "")
    return Dose(*(_converted(given, held, measure) for measure in Measure))


def _dose_text(text: str) -> tuple[str, str]:
    """The amount alone, and what the brackets say of one preparation: 2粒(0.25g/粒)."""
    plain = tidy(text)
    within = _OF_A_PIECE.search(plain)
    return _EACH_TIME.sub("", _BRACKETS.sub("", plain)), within[1] if within else ""


def _converted(given: Amount, held: Specification, wanted: Measure) -> int | None:
    """An amount in another measure, by way of what one preparation holds; rounded down."""
    if given.measure is wanted:
        return None if given.word in _PARTS else given.value
    one = _one(given, held)
    target = _one(Amount(0, wanted, held.word), held)
    if one is None or target is None:
        return None
    return given.value * target // one


def _one(of: Amount, held: Specification) -> int | None:
    """How much of a measure one preparation is."""
    if of.measure is Measure.PIECES:
        # A specification without a count speaks of the one preparation there is, whatever it is called.
        same = of.word == held.word or (not held.word and of.word not in _PARTS)
        return QUANTITY_SCALE if same else None
    told = held.volume if of.measure is Measure.VOLUME else held.active
    return told.value if told is not None and told.measure is of.measure else None


@cache
def pieces_a_unit(spec: str | None, unit: str | None) -> int | None:
    """How many preparations one billed unit is: a 盒 of 24片 is 24, a 片 is 1; None where it is not told."""
    if spec is None or unit is None:
        return None
    held, word = specification(spec), tidy(unit)
    if held.word and _PIECES.get(word) == held.word and held.pack != word:
        return 1
    if held.packed is None:
        return 1 if held.pack == word and word in _PIECES else None
    return held.packed if word == held.pack or (not held.pack and word in _PACKS) else None
