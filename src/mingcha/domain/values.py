"""What a value may be, and how it is written down: no float anywhere.

Amounts are integer fen; unit prices are millionths of a yuan; quantities and ratios are ten-thousandths.
Days count from 1970-01-01; moments are minutes from 1970-01-01 00:00 (local time, as hospitals write it).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

EPOCH = date(1970, 1, 1)
MINUTES_A_DAY = 1440
QUANTITY_SCALE = 10_000
PER_CENT = QUANTITY_SCALE // 100
PRICE_SCALE = 1_000_000

# quantity × price in 64 bits holds 9.2 × 10^8 yuan and wraps silently beyond: ingest rejects rows past these bounds.
MAX_QUANTITY = 10_000_000 * QUANTITY_SCALE
MAX_PRICE = 100_000_000 * PRICE_SCALE
MAX_AMOUNT = 100_000_000 * 100


class ValueType(StrEnum):
    """How a field's value is stored; all but texts and codes are 64-bit integers or booleans."""

    TEXT = "文本"
    CODE = "代码"
    CODES = "代码集"
    TEXTS = "文本集"
    DAY = "日期"
    MOMENT = "时间"
    MONEY = "金额（分）"
    PRICE = "单价（百万分之一元）"
    QUANTITY = "数量（万分之一）"
    RATIO = "比例（万分之一）"
    NUMBER = "整数"
    FLAG = "是否"
    SUM = "合计"


def day_of(value: date) -> int:
    """Days from 1970-01-01."""
    return (value - EPOCH).days


def date_of(day: int) -> date:
    """The calendar date of a day number."""
    return EPOCH + timedelta(days=day)


def minute_of(value: datetime) -> int:
    """Minutes from 1970-01-01 00:00; seconds are dropped."""
    return day_of(value.date()) * MINUTES_A_DAY + value.hour * 60 + value.minute


def moment_of(minute: int) -> datetime:
    """The local time of a minute number."""
    return datetime(1970, 1, 1) + timedelta(minutes=minute)


def decimal_text(value: int, scale: int) -> str:
    """`value / scale` written without float and without trailing zeros: (25000, 10000) → 2.5."""
    sign, value = ("-", -value) if value < 0 else ("", value)
    whole, part = divmod(value, scale)
    digits = str(part).rjust(len(str(scale)) - 1, "0").rstrip("0")
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


def yuan(fen: int) -> str:
    """Amount in yuan with two decimals, as on a bill."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def money(fen: int) -> str:
    """Amount in yuan for summaries, its thousands set apart."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02d}"


def written(value: object, type_: ValueType) -> str:
    """A stored value as people read it; an unknown one as 未知."""
    if value is None:
        return "未知"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple | list | frozenset):
        return "、".join(str(part) for part in (sorted(value) if isinstance(value, frozenset) else value))
    if isinstance(value, int):
        return _written_number(value, type_)
    return str(value)


def _written_number(value: int, type_: ValueType) -> str:
    match type_:
        case ValueType.MONEY:
            return yuan(value)
        case ValueType.PRICE:
            return decimal_text(value, PRICE_SCALE)
        case ValueType.QUANTITY | ValueType.RATIO:
            return decimal_text(value, QUANTITY_SCALE)
        case ValueType.DAY:
            return date_of(value).isoformat()
        case ValueType.MOMENT:
            return moment_of(value).isoformat(sep=" ", timespec="minutes")
        case _:
            return str(value)
