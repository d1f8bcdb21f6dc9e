"""The columns of every table of a dataset, made from the declared fields: name, order and Polars type."""

from __future__ import annotations

import polars as pl

from mingcha.domain.claims import Diagnosis, Encounter, Line, Person, Procedure, Settlement
from mingcha.domain.fields import Entity
from mingcha.domain.quality import QualityNote
from mingcha.domain.values import ValueType

_TYPES: dict[ValueType, type[pl.DataType] | pl.DataType] = {
    ValueType.TEXT: pl.Utf8,
    ValueType.CODE: pl.Utf8,
    ValueType.CODES: pl.List(pl.Utf8),
    ValueType.TEXTS: pl.List(pl.Utf8),
    ValueType.DAY: pl.Int32,
    ValueType.MOMENT: pl.Int32,
    ValueType.MONEY: pl.Int64,
    ValueType.PRICE: pl.Int64,
    ValueType.QUANTITY: pl.Int64,
    ValueType.RATIO: pl.Int64,
    ValueType.NUMBER: pl.Int32,
    ValueType.FLAG: pl.Boolean,
    ValueType.SUM: pl.Int64,
}

Columns = dict[str, pl.DataType]


def column_type(type_: ValueType) -> pl.DataType:
    """The Polars type in which values of this kind are stored."""
    stored = _TYPES[type_]
    return stored if isinstance(stored, pl.DataType) else stored()


def columns_of(*entities: type[Entity]) -> Columns:
    """All stored fields of these entities (neither derived nor personal), in order, a shared key once."""
    return {
        name: column_type(field.type)
        for entity in entities
        for name, field in entity.fields().items()
        if not (field.derived or field.personal)
    }


def resolved_of(*entities: type[Entity]) -> Columns:
    """What only tables beside the bill say of these entities (`ingest.beside`): derived, and stored all the same."""
    return {
        name: column_type(field.type)
        for entity in entities
        for name, field in entity.fields().items()
        if field.derived and field.beside
    }


def _without(columns: Columns, *names: str) -> Columns:
    return {name: type_ for name, type_ in columns.items() if name not in names}


# One row per encounter; the row number is `enc` in the other tables of the bucket.
ENCOUNTERS: Columns = {
    "person": pl.Int32(),
    "lines_rejected": pl.Int32(),
    "upload_delay": pl.Int32(),
    **columns_of(Person, Encounter, Settlement),
    **resolved_of(Person, Encounter, Settlement),
}
# `quantity` and `amount` are net of refunds; `line_key` is the line's own id, or "#n" where there was none.
LINES: Columns = {
    "enc": pl.Int32(),
    "item": pl.Int32(),
    "line_key": pl.Utf8(),
    **_without(columns_of(Line), "encounter_id", "item_code", "item_name"),
    "quantity": column_type(Line.quantity.type),
    "amount": column_type(Line.amount.type),
    **resolved_of(Line),
}
DIAGNOSES: Columns = {"enc": pl.Int32(), **_without(columns_of(Diagnosis), "encounter_id")}
PROCEDURES: Columns = {"enc": pl.Int32(), **_without(columns_of(Procedure), "encounter_id")}
ITEMS: Columns = {"item": pl.Int32(), "item_code": pl.Utf8(), "item_name": pl.Utf8(), "list_type": pl.Utf8()}
QUALITY: Columns = columns_of(QualityNote)


def conform(frame: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    """The frame with exactly these columns, in this order and of these types; what it lacks is null."""
    return conforming(frame, columns).collect()


def conforming(frame: pl.DataFrame, columns: Columns) -> pl.LazyFrame:
    """The same, not yet computed: many columns are wholly null, and would fill the memory before they are written."""
    if frame.width == 0:
        return pl.LazyFrame(schema=columns)
    return frame.lazy().select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(type_).alias(name)
        for name, type_ in columns.items()
    )
