"""Prefix conditions over a partition: worked out once per different pair of value and point, then joined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from mingcha.domain.claims import Encounter
from mingcha.domain.conditions import Among, Expr, HasNoneOf, StartsWithAny
from mingcha.domain.fields import Field
from mingcha.engine.columns import column_of, prefix_column
from mingcha.engine.layout import is_point
from mingcha.engine.points import PointTable
from mingcha.engine.tables import Tables


def with_prefix_columns(
    frame: pl.DataFrame, conditions: list[StartsWithAny | HasNoneOf], table: PointTable, tables: Tables
) -> pl.DataFrame:
    """The frame (with `pt`, `encounter` and the values read) with one column more per prefix condition."""
    for condition in conditions:
        name = prefix_column(condition)
        if name in frame.columns:
            continue
        if isinstance(condition, StartsWithAny):
            frame = _starts_with_any(frame, condition, table, tables, name)
        else:
            frame = _has_none_of(frame, condition, table, tables, name)
    return frame


def _prefixes(table: PointTable, expression: object) -> list[tuple[str, ...]]:
    assert isinstance(expression, Field)
    assert is_point(expression)
    return [tuple(getattr(point, expression.name)) for point in table.points]


def _starts_with_any(
    frame: pl.DataFrame, condition: StartsWithAny, table: PointTable, tables: Tables, name: str
) -> pl.DataFrame:
    value = column_of(condition.value)  # type: ignore[arg-type]  # prefix_column has checked that it is a field
    prefixes = _prefixes(table, condition.prefixes)
    different = frame.select(value, "pt").unique()
    texts = different[value].to_list()
    if different[value].dtype.is_integer():  # a partition numbers the item codes of its dataset
        texts = [tables.codes[item] for item in texts]
    pairs = zip(texts, different["pt"].to_list(), strict=True)
    answers = list(_answers(pairs, prefixes, whole=isinstance(condition, Among)))
    answered = different.with_columns(pl.Series(name, answers, dtype=pl.Boolean))
    return frame.join(answered, on=[value, "pt"], how="left", nulls_equal=True, maintain_order="left")


def _answers(
    pairs: Iterable[tuple[str | None, int]], prefixes: list[tuple[str, ...]], *, whole: bool
) -> Iterator[bool | None]:
    """For each pair of code and point whether the code is one of the point's, or begins with one."""
    codes = [frozenset(prefixes[pt]) if whole else None for pt in range(len(prefixes))]
    for code, pt in pairs:
        among = codes[pt]
        yield None if code is None else code in among if among is not None else code.startswith(prefixes[pt])


def _rows_of(value: Expr, tables: Tables) -> pl.DataFrame:
    """The rows that a set of codes is made of."""
    if value is Encounter.items:
        return tables.live
    return tables.procedures if value is Encounter.procedures else tables.diagnoses


def _matches(items: pl.Series, table: PointTable, field: str, tables: Tables) -> pl.DataFrame:
    """item, pt: which of these codes begins with a prefix of which point; lines have numbers for codes."""
    if not items.dtype.is_integer():
        return table.prefixes(items, field)
    numbers = items.unique()
    codes = pl.Series("code", [tables.codes[number] for number in numbers], dtype=pl.String)
    found = table.prefixes(codes.alias("item"), field).rename({"item": "code"})
    return pl.DataFrame([numbers.alias("item"), codes]).join(found, on="code").drop("code")


def _has_none_of(
    frame: pl.DataFrame, condition: HasNoneOf, table: PointTable, tables: Tables, name: str
) -> pl.DataFrame:
    assert isinstance(condition.prefixes, Field)
    wanted = frame.select("encounter", "pt").unique()
    rows = _rows_of(condition.value, tables)
    coded = rows.select("encounter", "item").join(
        wanted.select("encounter").unique(), on="encounter", how="semi"
    )
    matches = _matches(coded["item"], table, condition.prefixes.name, tables)
    satisfied = (
        wanted.join(coded, on="encounter")
        .join(matches, on=["item", "pt"], how="semi")
        .select("encounter", "pt")
        .unique()
        .with_columns(pl.lit(value=False).alias(name))
    )
    diagnosed = coded.select("encounter").unique().with_columns(pl.lit(value=True).alias("diagnosed"))
    answered = (
        wanted.join(satisfied, on=["encounter", "pt"], how="left")
        .join(diagnosed, on="encounter", how="left")
        .select("encounter", "pt", pl.coalesce(name, "diagnosed").alias(name))
    )
    return frame.join(answered, on=["encounter", "pt"], how="left", maintain_order="left")
