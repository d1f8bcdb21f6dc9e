"""Values as people write them in YAML and spreadsheets, turned into the stored form of a field."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Any

from mingcha.domain.fields import Field
from mingcha.domain.values import PRICE_SCALE, QUANTITY_SCALE, ValueType, day_of

# How many stored units one written unit is.
SCALES = {
    ValueType.MONEY: 100,
    ValueType.PRICE: PRICE_SCALE,
    ValueType.QUANTITY: QUANTITY_SCALE,
    ValueType.RATIO: QUANTITY_SCALE,
}
_NUMBER = re.compile(r"(-?)(\d+)(?:\.(\d*))?")
_DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")
_FLAGS = {"是": True, "否": False, "1": True, "0": False, "true": True, "false": False}


def value_of(field: Field[Any], raw: object) -> Any:
    """The stored value of what is written for a field: amounts in fen, quantities in ten-thousandths, days.

    Raises:
        ValueError: it cannot be read as this field; the message says in Chinese what is expected.
    """
    match field.type:
        case ValueType.CODES:
            return codes_of(raw)
        case ValueType.CODE:
            return code_of(raw)
        case ValueType.TEXTS:
            return tuple(map(str, raw)) if isinstance(raw, list | tuple) else (str(raw),)
        case ValueType.TEXT:
            return str(raw).strip()
        case ValueType.DAY:
            return day_from(raw)
        case ValueType.FLAG:
            return _flag(raw)
        case ValueType.NUMBER:
            return scaled(raw, 1)
        case ValueType.RATIO:
            return _ratio(raw)
        case ValueType.MONEY | ValueType.PRICE | ValueType.QUANTITY:
            return scaled(raw, SCALES[field.type])
        case ValueType.MOMENT:
            raise ValueError("知识点没有时刻字段")


def code_of(raw: object) -> str:
    """A code in half-width capitals without blanks; two spellings of one code must meet."""
    return "".join(unicodedata.normalize("NFKC", str(raw)).upper().split())


def codes_of(raw: object) -> tuple[str, ...]:
    """Codes of a list, or of a text parted by ; 、 , or line ends; repeated ones once, order kept."""
    parts = raw if isinstance(raw, list | tuple) else re.split(r"[;；,，、\n]", str(raw))
    return tuple(dict.fromkeys(code for part in parts if (code := code_of(part))))


def scaled(raw: object, scale: int) -> int:
    """A decimal number times `scale` as an integer, without float: ("86.5", 100) → 8650."""
    text = unicodedata.normalize("NFKC", str(raw)).strip().replace(",", "")
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError(f"应为数字，实为“{raw}”")
    sign, whole, decimals = match[1], match[2], (match[3] or "").rstrip("0")
    places = len(str(scale)) - 1
    if len(decimals) > places:
        raise ValueError(f"最多 {places} 位小数，实为“{raw}”" if places else f"应为整数，实为“{raw}”")
    value = int(whole) * scale + int(decimals.ljust(places, "0") or 0)
    return -value if sign else value


def _ratio(raw: object) -> int:
    text = str(raw).strip()
    if text.endswith("%"):
        return scaled(text[:-1], QUANTITY_SCALE // 100)
    return scaled(text, QUANTITY_SCALE)


def day_from(raw: object) -> int:
    if isinstance(raw, datetime):
        return day_of(raw.date())
    if isinstance(raw, date):
        return day_of(raw)
    match = _DATE.match(unicodedata.normalize("NFKC", str(raw)).strip())
    if match is None:
        raise ValueError(f"应为日期（如 2026-01-28），实为“{raw}”")
    try:
        return day_of(date(int(match[1]), int(match[2]), int(match[3])))
    except ValueError:
        raise ValueError(f"没有这一天：“{raw}”") from None


def _flag(raw: object) -> bool:
    value = _FLAGS.get(str(raw).strip().lower())
    if value is None:
        raise ValueError(f"应为 是 或 否，实为“{raw}”")
    return value
