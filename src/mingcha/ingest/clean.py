"""From written columns to stored ones, a whole column at a time; what cannot be read is unknown and listed.

The scalar forms in `parse` are the definition; columns take a fast way where all values are written alike, and the
scalar one for the distinct values that are left.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any

import polars as pl

from mingcha.domain.claims import Line
from mingcha.domain.fields import Entity, Field
from mingcha.domain.values import MINUTES_A_DAY, ValueType
from mingcha.ingest import parse
from mingcha.knowledge.packaged import packaged
from mingcha.store.columns import column_type

_BLANKS = " \t\r\n\u3000\u00a0\ufeff"
_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M",
    "%Y%m%d",
    "%Y%m%d%H%M%S",
    "%Y-%m-%dT%H:%M:%S",
)
_SAMPLE = 64
_LOCAL_ZONE = "Asia/Shanghai"
_EMPTY_WORDS = ["NaN", "NaT"] + [
    form for word in parse.EMPTY if word for form in {word, word.upper(), word.title()}
]
# Whether there is anything to clean at all: most columns are clean, and looking costs a fifth of cleaning.
_UNCLEAN_ID = r"[^!-~]|^['`]|['`]$|^$"
_UNCLEAN_CODE = r"[^!-~]|[a-z]|^['`]|['`]$|^$"
# So many distinct texts are read one by one before the column is tried again without blanks.
_FEW = 1000
_THREADS = os.cpu_count() or 1
# A ceiling of nothing is how systems write "no ceiling", and nobody dispenses for no days.
_ZERO_IS_UNKNOWN = frozenset({id(Line.price_ceiling), id(Line.supply_days)})


@dataclass(frozen=True)
class Writing:
    """How a source writes one column, where a mapping file says so."""

    date_format: str = ""
    scale: Fraction = Fraction(1)  # the stored value is the written one times this, e.g. 1/100 for fen


@dataclass
class Cleaned:
    """Stored columns of one entity, in the order of the chunk, and by field what could not be read.

    Each frame in `bad` has the columns row (index in the chunk), value (what stood there) and reason.
    """

    frame: pl.DataFrame
    bad: dict[str, pl.DataFrame] = field(default_factory=dict)


@cache
def words(codes: str) -> dict[str, str | None]:
    """Written word (upper case, half width) → national code of this list; None for a word that says "unknown"."""
    content = packaged("mingcha.ingest", "words.yaml")
    return {
        str(word).upper(): code or None
        for code, written in content.get(codes, {}).items()
        for word in written
    }


def is_identifier(declared: Field[Any]) -> bool:
    """Codes and identifiers are compared; other text is for people and keeps its form."""
    return declared.type is ValueType.CODE or declared.name.endswith("_id")


def clean(
    chunk: pl.DataFrame, entity: type[Entity], columns: Mapping[str, str], writing: Mapping[str, Writing]
) -> Cleaned:
    """Read the columns of one entity.

    Args:
        chunk: source columns, text or native.
        entity: whose fields they are.
        columns: field name → source column.
        writing: field name → how it is written, where not the usual way.
    """
    declared = entity.fields()

    def read(name: str) -> tuple[pl.Series, pl.DataFrame | None]:
        column = chunk[columns[name]].alias(name)
        return _read(column, declared[name], writing.get(name, Writing()))

    with ThreadPoolExecutor(_THREADS) as pool:
        results = dict(zip(columns, pool.map(read, columns), strict=True))
    return Cleaned(
        pl.DataFrame([value for value, _ in results.values()]),
        {name: bad for name, (_, bad) in results.items() if bad is not None},
    )


def _read(column: pl.Series, declared: Field[Any], writing: Writing) -> tuple[pl.Series, pl.DataFrame | None]:
    """The stored values of a column, and what could not be read."""
    match declared.type:
        case ValueType.TEXT if not is_identifier(declared):
            return stripped(column), None
        case ValueType.TEXT | ValueType.CODE:
            return identifiers(column, declared), None
        case ValueType.FLAG:
            value, bad = _flags(column, declared)
        case ValueType.DAY | ValueType.MOMENT:
            value, bad = _parsed(column, declared, writing, _moments)
        case _:
            value, bad = _parsed(column, declared, writing, _numbers)
    if id(declared) in _ZERO_IS_UNKNOWN:
        value = value.set(value == 0, None)
    return value, bad


def _as_text(column: pl.Series) -> pl.Series:
    """Any column as text; whole floats are codes that went through a spreadsheet: 310.0 is 310."""
    if not column.dtype.is_float():
        return column.cast(pl.Utf8, strict=False)
    whole = column.cast(pl.Int64, strict=False)
    text = pl.when(column == whole).then(whole.cast(pl.Utf8)).otherwise(column.cast(pl.Utf8))
    return pl.select(text.alias(column.name)).to_series()


def _stripped(text: pl.Series) -> pl.Series:
    """Text for people: without outer blanks, empty as unknown."""
    stripped = text.str.strip_chars(_BLANKS)
    return stripped.set(stripped == "", None)


def identifiers(column: pl.Series, declared: Field[Any]) -> pl.Series:
    """A column of codes or identifiers, of whatever type it is, as they are compared."""
    return _identifiers(_as_text(column), declared)


def stripped(column: pl.Series) -> pl.Series:
    """A column of text for people, of whatever type it is."""
    return _stripped(_as_text(column))


def _identifiers(text: pl.Series, declared: Field[Any]) -> pl.Series:
    """Codes and identifiers: half width, no outer blanks, no word for "empty"; codes also as codes are written."""
    is_code = declared.type is ValueType.CODE
    if text.str.contains(_UNCLEAN_CODE if is_code else _UNCLEAN_ID).any():
        text = text.str.replace_many(list(parse.FULL_WIDTH), list(parse.FULL_WIDTH.values()))
        text = text.str.strip_chars(_BLANKS + "'`")
        if is_code:
            text = text.str.to_uppercase().str.replace_all(r"\s+", "")
        text = text.set(text == "", None)
    if declared.codes:
        text = text.str.strip_suffix(".0")
        known = words(declared.codes)
        if known and text.is_in(list(known)).any():
            text = text.replace(list(known), list(known.values()))
    empty = text.is_in(_EMPTY_WORDS)
    return text.set(empty, None) if empty.any() else text


def _flags(column: pl.Series, declared: Field[Any]) -> tuple[pl.Series, pl.DataFrame | None]:
    if column.dtype == pl.Boolean:
        return column, None
    text = identifiers(_as_text(column).str.to_uppercase(), declared)
    return _slowly(text, _nulls(text, pl.Boolean()), declared.type)


def _parsed(
    column: pl.Series,
    declared: Field[Any],
    writing: Writing,
    parser: Callable[[pl.Series, ValueType, Writing], pl.Series],
) -> tuple[pl.Series, pl.DataFrame | None]:
    """Numbers and dates: the fast way, once more without blanks if much is left, then one distinct text at a time."""
    stored = column_type(declared.type)
    temporal = declared.type in (ValueType.DAY, ValueType.MOMENT)
    native = column.dtype.is_temporal() if temporal else column.dtype.is_float()
    text = column if native else _as_text(column)
    value = parser(text, declared.type, writing).cast(stored)
    left = value.null_count() - text.null_count()
    if left > _FEW and text.dtype == pl.Utf8:
        text = text.str.replace_many(list(parse.FULL_WIDTH), list(parse.FULL_WIDTH.values()))
        text = _stripped(text.str.strip_chars(_BLANKS + "'`"))
        value = parser(text, declared.type, writing).cast(stored)
        left = value.null_count() - text.null_count()
    if not left:
        return value, None
    if writing.scale != 1:
        return value, _bad(text, value, {})
    return _slowly(text, value, declared.type)


def _nulls(like: pl.Series, type_: pl.DataType) -> pl.Series:
    return pl.Series(like.name, [None], type_).new_from_index(0, len(like))


def _slowly(text: pl.Series, value: pl.Series, type_: ValueType) -> tuple[pl.Series, pl.DataFrame | None]:
    """Fill what the fast way left open from the scalar forms, one distinct text at a time; the rest is bad."""
    left = text.is_not_null() & value.is_null()
    open_texts = text.filter(left).cast(pl.Utf8)
    found: dict[str, int | bool | None] = {}
    reasons: dict[str, str] = {}
    for written in open_texts.unique():
        try:
            clean_text = parse.half_width(written).strip(_BLANKS + "'`")
            found[written] = None if clean_text.lower() in parse.EMPTY else parse.value(clean_text, type_)
        except parse.Unreadable as error:
            reasons[written] = str(error)
    filled = open_texts.replace_strict(
        list(found), list(found.values()), default=None, return_dtype=value.dtype
    )
    value = value.scatter(left.arg_true(), filled)
    return value, _bad(text, value, reasons) if reasons else None


def _bad(text: pl.Series, value: pl.Series, reasons: Mapping[str, str]) -> pl.DataFrame:
    """Row, value and reason of what could not be read."""
    open_rows = text.is_not_null() & value.is_null()
    if reasons:
        open_rows &= text.cast(pl.Utf8).is_in(list(reasons))
    rows = open_rows.arg_true()
    written = text.gather(rows).cast(pl.Utf8)
    why = [reasons.get(one, "无法识别") for one in written]
    return pl.DataFrame({"row": rows, "value": written, "reason": pl.Series(why, dtype=pl.Utf8)})


def _numbers(text: pl.Series, type_: ValueType, writing: Writing) -> pl.Series:
    """Exactly scaled integers; null where there are too many decimals, no number, or one out of bounds."""
    scale = parse.SCALES[type_]
    low, high = parse.BOUNDS[type_]
    if text.dtype.is_float() and writing.scale == 1:
        value = pl.col("").mul(scale).round()
        # The nearest binary float of value / scale is the one that was sent: then that decimal was meant.
        exact = value.truediv(scale) == pl.col("")
    else:
        unit = 10**parse.KEPT_DECIMALS * writing.scale.denominator
        factor = scale * writing.scale.numerator
        written = pl.col("").cast(pl.Decimal(38, parse.KEPT_DECIMALS), strict=False).to_physical()
        # Both divide evenly in every mapping that makes sense (fen: 1/100); what does not is left unread.
        step = unit // factor if unit % factor == 0 else 0
        if not step:
            return _nulls(text, pl.Int64())
        value, exact = written.floordiv(step), written.mod(step) == 0
    frame = pl.DataFrame({"": text}).select(
        pl.when(exact & value.is_between(low, high)).then(value).cast(pl.Int64, strict=False).alias(text.name)
    )
    return frame.to_series()


def _moments(text: pl.Series, type_: ValueType, writing: Writing) -> pl.Series:
    """Days or minutes from 1970-01-01; null where the commonest way of writing in this column does not fit."""
    if text.dtype == pl.Date:
        stamps = text.cast(pl.Datetime("ms"))
    elif isinstance(text.dtype, pl.Datetime):
        local = text.dt.convert_time_zone(_LOCAL_ZONE) if text.dtype.time_zone else text
        stamps = local.dt.replace_time_zone(None).cast(pl.Datetime("ms"))
    else:
        text = text.cast(pl.Utf8)
        format_ = writing.date_format or _commonest_format(text.drop_nulls().head(_SAMPLE))
        stamps = _stamps(text, format_)
    minutes = stamps.dt.timestamp("ms") // 60_000
    days = minutes // MINUTES_A_DAY
    value = days if type_ is ValueType.DAY else minutes
    a_day = days.is_between(parse.FIRST_DAY, parse.LAST_DAY) & ~days.is_in(list(parse.NOT_A_DAY))
    return value.set(~a_day, None).alias(text.name)


def _stamps(text: pl.Series, format_: str) -> pl.Series:
    if "%H" in format_:
        return text.str.strptime(pl.Datetime("ms"), format_, strict=False)
    return text.str.strptime(pl.Date, format_, strict=False).cast(pl.Datetime("ms"))


def _commonest_format(sample: pl.Series) -> str:
    def unread(format_: str) -> int:
        return _stamps(sample, format_).null_count()

    return min(_FORMATS, key=unread)
