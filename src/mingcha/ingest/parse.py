"""What a single written value says: dates in the forms hospitals write, decimals without float, yes and no.

Each function takes cleaned text and returns the stored value or raises `Unreadable` with the reason in Chinese.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from mingcha.domain.values import (
    MAX_AMOUNT,
    MAX_PRICE,
    MAX_QUANTITY,
    MINUTES_A_DAY,
    PRICE_SCALE,
    QUANTITY_SCALE,
    ValueType,
    day_of,
)


class Unreadable(ValueError):
    """A written value that cannot be taken for what its field declares; the reason is its message."""


FIRST_DAY, LAST_DAY = day_of(date(1850, 1, 1)), day_of(date(2299, 12, 31))
# What systems write where a date must stand and none is known: nobody is discharged on these days.
UNKNOWN_DAYS = (date(1, 1, 1), date(1900, 1, 1), date(9999, 12, 31))
NOT_A_DAY = frozenset(map(day_of, UNKNOWN_DAYS))
NO_DAY = "系统用来表示“没有日期”的日期，按未知处理"
# Excel counts days from 1899-12-30 (its year 1900 has a 29 February that never was).
EXCEL_EPOCH = day_of(date(1899, 12, 30))
SCALES: dict[ValueType, int] = {
    ValueType.MONEY: 100,
    ValueType.PRICE: PRICE_SCALE,
    ValueType.QUANTITY: QUANTITY_SCALE,
}
SCALES |= {ValueType.RATIO: QUANTITY_SCALE, ValueType.NUMBER: 1}
BOUNDS = {
    ValueType.MONEY: (-MAX_AMOUNT, MAX_AMOUNT),
    ValueType.PRICE: (-MAX_PRICE, MAX_PRICE),
    ValueType.QUANTITY: (-MAX_QUANTITY, MAX_QUANTITY),
    ValueType.RATIO: (-(2**31), 2**31),
    ValueType.NUMBER: (-(2**31) + 1, 2**31 - 1),
}
# Beyond this, quantity × price no longer fits 64 bits, and no bill is that high.
MAX_PRODUCT = 900_000_000 * QUANTITY_SCALE * PRICE_SCALE
EMPTY = frozenset({"", "null", "none", "nan", "nat", "\\n", "-", "--", "—", "/", "n/a", "#n/a"})
# Further decimals are the noise of a binary float that was printed (12.340000000000001), not a price.
KEPT_DECIMALS = 12
_FINEST: int = 10**KEPT_DECIMALS
LONGEST_NUMBER = 60

FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {
    "\u3000": " ",
    "\u00a0": " ",
}
_HALF = str.maketrans(FULL_WIDTH)
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_PLAIN_DAY = re.compile(r"\d{4}-\d\d-\d\d(?!\s*日)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(
    r"[T\s]*(\d{1,2})\s*[:时]\s*(\d{1,2})\s*(?:[:分]\s*(?:(\d{1,2})(?:\.\d*)?\s*秒?)?)?"
    r"\s*(Z|\+08:?00)?$"
)
_COMPACT_TIME = re.compile(r"[T\s]*(\d{2})(\d{2})(?:\d{2}(?:\.?\d{1,6})?)?$")
_SERIAL = re.compile(r"(\d{5})(?:\.(\d{1,15}))?$")
_NUMBER = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,2}))?$")
_TRUE = frozenset({"1", "是", "Y", "YES", "TRUE", "T", "有", "真", "1.0"})
_FALSE = frozenset({"0", "否", "N", "NO", "FALSE", "F", "无", "假", "0.0"})


def half_width(text: str) -> str:
    """The text with full-width characters and odd blanks written in half width."""
    return text if text.isascii() else text.translate(_HALF)


def _day(year: str, month: str, day: str) -> int:
    try:
        found = day_of(date(int(year), int(month), int(day)))
    except ValueError:
        raise Unreadable("日期不存在") from None
    if found in NOT_A_DAY:
        raise Unreadable(NO_DAY)
    if not FIRST_DAY <= found <= LAST_DAY:
        raise Unreadable("年份不在 1850 到 2299 之间")
    return found


def _minute(hour: str, minute: str) -> int:
    if int(hour) > 24 or int(minute) > 59 or (int(hour) == 24 and int(minute)):
        raise Unreadable("时刻不存在")
    return int(hour) * 60 + int(minute)


def moment(text: str) -> int:
    """Minutes from 1970-01-01 of a written date, with or without a time of day (then 00:00)."""
    if _PLAIN_DAY.match(text):  # days and times of day come again and again, moments do not
        return _start_of(text[:10]) + _since_start(text[10:])
    return _other_moment(text)


@lru_cache(maxsize=1 << 12)
def _start_of(day: str) -> int:
    """The minute in which a day begins that is written yyyy-MM-dd."""
    return _day(day[:4], day[5:7], day[8:]) * MINUTES_A_DAY


@lru_cache(maxsize=1 << 17)
def _since_start(rest: str) -> int:
    """Minutes from the beginning of a day to the time written after it."""
    if not rest.strip():
        return 0
    clock = _TIME.match(rest) or _COMPACT_TIME.match(rest)
    if clock is None:
        raise Unreadable("无法识别为日期时间")
    # Hospitals write Beijing time; machines may write UTC.
    ahead = 8 * 60 if clock.re is _TIME and clock[4] == "Z" else 0
    return _minute(clock[1], clock[2]) + ahead


@lru_cache(maxsize=1 << 16)
def _other_moment(text: str) -> int:
    if found := _DATE.match(text):
        rest = text[found.end() :]
    elif serial := _SERIAL.match(text):
        return _from_serial(serial[1], serial[2] or "")
    elif (found := _COMPACT.match(text)) is not None:
        rest = text[found.end() :]
    else:
        raise Unreadable("无法识别为日期时间")
    return _day(found[1], found[2], found[3]) * MINUTES_A_DAY + _since_start(rest)


def _from_serial(days: str, fraction: str) -> int:
    number = EXCEL_EPOCH + int(days)
    # Serials of 1954 to 2119: shorter and longer numbers are more likely something else.
    if not 20_000 <= int(days) <= 80_000:
        raise Unreadable("无法识别为日期时间")
    scale: int = 10 ** len(fraction)
    # Excel's fractions are rounded: 09:30 may arrive as 0.39583333333, so the nearest second counts.
    seconds = (int(fraction or 0) * 86_400 * 2 + scale) // (2 * scale)
    return number * MINUTES_A_DAY + seconds // 60


def day(text: str) -> int:
    """Days from 1970-01-01 of a written date; a time of day is left away."""
    return moment(text) // MINUTES_A_DAY


@lru_cache(maxsize=1 << 16)
def scaled(text: str, type_: ValueType) -> int:
    """A written decimal as a scaled integer, exactly.

    Raises:
        Unreadable: no number, more decimals than the type keeps, or beyond the bounds of `domain.values`.
    """
    if len(text) > LONGEST_NUMBER:
        raise Unreadable("无法识别为数字")
    found = _NUMBER.match(text) or _NUMBER.match(text.translate(_MONEY_SIGNS))
    if found is None or not (found[2] or found[3]):
        raise Unreadable("无法识别为数字")
    sign, whole, fraction, exponent = found[1], found[2] or "", found[3] or "", int(found[4] or 0)
    digits, decimals = whole + fraction, len(fraction) - exponent
    value = _without_noise(int(digits), decimals)
    scale = SCALES[type_]
    number, rest = divmod(value * scale, _FINEST)
    if rest:
        raise Unreadable("应为整数" if scale == 1 else f"小数超过 {len(str(scale)) - 1} 位")
    number = -number if sign == "-" else number
    low, high = BOUNDS[type_]
    if not low <= number <= high:
        raise Unreadable("超出允许范围")
    return number


_MONEY_SIGNS = str.maketrans("", "", ",，￥¥元 ")


def _without_noise(digits: int, decimals: int) -> int:
    """`digits / 10^decimals` in units of 10^-12, rounded half away from zero beyond."""
    if decimals <= KEPT_DECIMALS:
        return digits * int(10 ** (KEPT_DECIMALS - decimals))
    scale = int(10 ** (decimals - KEPT_DECIMALS))
    return (digits * 2 + scale) // (2 * scale)


def flag(text: str) -> bool:
    """Yes or no, as digits or words."""
    word = text.upper()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Unreadable("无法识别为是否")


def value(text: str, type_: ValueType) -> int | bool:
    """The stored value of cleaned, non-empty text for a type that is not text or code."""
    match type_:
        case ValueType.MOMENT:
            return moment(text)
        case ValueType.DAY:
            return day(text)
        case ValueType.FLAG:
            return flag(text)
        case _:
            return scaled(text, type_)
