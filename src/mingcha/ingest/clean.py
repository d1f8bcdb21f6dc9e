"""From written columns to stored ones, a whole column at a time; what cannot be read is unknown and listed.

The scalar forms in `parse` are the definition; columns take a fast way where all values are written alike, and the
scalar one for the distinct values that are left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl
import yaml

from mingcha.domain.claims import Line
from mingcha.domain.fields import Entity, Field
from mingcha.domain.values import MINUTES_A_DAY, ValueType
from mingcha.ingest import parse
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
_LONGEST_EMPTY = max(len(word.encode()) for word in parse.EMPTY)
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
    content = yaml.safe_load(files("mingcha.ingest").joinpath("words.yaml").read_text("utf-8"))
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
    texts = chunk.select(
        _text(chunk.schema[source], pl.col(source), declared[name]).alias(name)
        for name, source in columns.items()
    )
    texts = texts.with_columns(
        _tidied(texts[name], declared[name]) for name in texts.columns if texts.schema[name] == pl.Utf8
    )
    cleaned = Cleaned(texts.select())
    values = []
    for name in texts.columns:
        value, reasons = _read(texts[name], declared[name], writing.get(name, Writing()))
        values.append(value)
        if value.null_count() > texts[name].null_count():
            cleaned.bad[name] = _bad(texts[name], value, reasons)
        if id(declared[name]) in _ZERO_IS_UNKNOWN:
            values[-1] = value.set(value == 0, None)
    cleaned.frame = pl.DataFrame(values)
    return cleaned


def _text(native: pl.DataType, column: pl.Expr, declared: Field[Any]) -> pl.Expr:
    """Text without outer blanks, empty as null. Native dates, booleans and floats stay where they are needed."""
    numeric = declared.type in parse.SCALES
    if (
        (native.is_temporal() and declared.type in (ValueType.DAY, ValueType.MOMENT))
        or (native == pl.Boolean and declared.type is ValueType.FLAG)
        or (native.is_float() and numeric)
    ):
        return column
    if native.is_float():
        # Whole floats are codes and dates that went through a spreadsheet: 310.0 is 310.
        whole = column.cast(pl.Int64, strict=False)
        return pl.when(column == whole).then(whole.cast(pl.Utf8)).otherwise(column.cast(pl.Utf8))
    text = column.cast(pl.Utf8, strict=False)
    if native.is_numeric():
        return text
    text = text.str.strip_chars(_BLANKS)
    return pl.when(text.str.len_bytes() > 0).then(text)


def _tidied(text: pl.Series, declared: Field[Any]) -> pl.Expr:
    """Half width, no word for "empty", codes in upper case without blanks, words as national codes."""
    done = pl.col(text.name)
    lengths = text.str.len_bytes()
    if declared.type is ValueType.TEXT and not is_identifier(declared):
        return done
    if lengths.sum() != text.str.len_chars().sum():
        done = done.str.replace_many(
            list(parse.FULL_WIDTH), list(parse.FULL_WIDTH.values())
        ).str.strip_chars()
    done = done.str.strip_chars("'`")
    if declared.type in (ValueType.CODE, ValueType.FLAG):
        done = done.str.to_uppercase()
        if text.str.contains(r"\s").any():
            done = done.str.replace_all(r"\s+", "")
        if declared.codes:
            # A code that went through a column of floats: 310.0.
            done = done.str.strip_suffix(".0")
            if known := words(declared.codes):
                done = done.replace(list(known), list(known.values()))
    if (lengths <= _LONGEST_EMPTY).any():
        empty = done.str.to_lowercase().is_in([word for word in parse.EMPTY if word])
        done = pl.when((done.str.len_bytes() > 0) & ~empty).then(done)
    return done.alias(text.name)


def _read(text: pl.Series, declared: Field[Any], writing: Writing) -> tuple[pl.Series, dict[str, str]]:
    match declared.type:
        case ValueType.TEXT | ValueType.CODE:
            return text.cast(pl.Utf8), {}
        case ValueType.DAY | ValueType.MOMENT:
            value = _moments(text, declared.type, writing)
        case ValueType.FLAG:
            value = text if text.dtype == pl.Boolean else _nulls(text, pl.Boolean())
        case _:
            value = _numbers(text, declared.type, writing)
    return _slowly(text, value.cast(column_type(declared.type)), declared, writing)


def _nulls(like: pl.Series, type_: pl.DataType) -> pl.Series:
    return pl.Series(like.name, [None], type_).new_from_index(0, len(like))


def _bad(text: pl.Series, value: pl.Series, reasons: Mapping[str, str]) -> pl.DataFrame:
    rows = (text.is_not_null() & value.is_null()).arg_true()
    written = text.gather(rows).cast(pl.Utf8)
    why = [reasons.get(one, "无法识别") for one in written]
    return pl.DataFrame({"row": rows, "value": written, "reason": pl.Series(why, dtype=pl.Utf8)})


def _slowly(
    text: pl.Series, value: pl.Series, declared: Field[Any], writing: Writing
) -> tuple[pl.Series, dict[str, str]]:
    """Fill what the fast way left open from the scalar forms, one distinct text at a time; the rest with reasons."""
    reasons: dict[str, str] = {}
    if value.null_count() == text.null_count() or writing.scale != 1:
        return value, reasons
    left = text.is_not_null() & value.is_null()
    open_texts = text.filter(left).cast(pl.Utf8)
    found: dict[str, int | bool] = {}
    for written in open_texts.unique():
        try:
            found[written] = parse.value(written, declared.type)
        except parse.Unreadable as error:
            reasons[written] = str(error)
    if found:
        filled = open_texts.replace_strict(
            list(found), list(found.values()), default=None, return_dtype=value.dtype
        )
        value = value.scatter(left.arg_true(), filled)
    return value, reasons


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
    return value.set(~days.is_between(parse.FIRST_DAY, parse.LAST_DAY), None).alias(text.name)


def _stamps(text: pl.Series, format_: str) -> pl.Series:
    if "%H" in format_:
        return text.str.strptime(pl.Datetime("ms"), format_, strict=False)
    return text.str.strptime(pl.Date, format_, strict=False).cast(pl.Datetime("ms"))


def _commonest_format(sample: pl.Series) -> str:
    def unread(format_: str) -> int:
        return _stamps(sample, format_).null_count()

    return min(_FORMATS, key=unread)
