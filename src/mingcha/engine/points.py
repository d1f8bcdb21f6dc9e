"""The points of a check as columns, and which item code leads to which of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from mingcha.domain.fields import Field
from mingcha.domain.values import ValueType
from mingcha.engine.columns import column_of
from mingcha.engine.layout import fields_of, is_point
from mingcha.engine.outcome import Named
from mingcha.engine.place import PLACE
from mingcha.engine.plan import Check, expressions_of
from mingcha.engine.texts import texts_in_lists
from mingcha.knowledge.point import KnowledgePoint

DTYPES: Mapping[ValueType, Any] = {
    ValueType.TEXT: pl.String,
    ValueType.CODE: pl.String,
    ValueType.CODES: pl.List(pl.String),
    ValueType.FLAG: pl.Boolean,
}


class PointTable:
    """All points of one check, judgeable ones first; `pt` is a point's place in this table.

    `frame` has start, end (days in force), `gid` (points joined into one class share it) and the limits that
    conditions read, as `p.…`.
    """

    def __init__(self, check: Check) -> None:
        self.check = check
        self.points: list[KnowledgePoint] = [*check.points, *(point for point, _ in check.incomplete)]
        self.reasons = [""] * len(check.points) + [reason for _, reason in check.incomplete]
        self.frame = self._frame()
        # Of a row with `pt`: the rule code of its point, and what an incomplete point waits for.
        self.code = self._named([point.rule_code for point in self.points])
        self.reason = self._named(self.reasons)

    def _frame(self) -> pl.DataFrame:
        columns: dict[str, pl.Series] = {
            "start": pl.Series([p.effective_from for p in self.points], dtype=pl.Int32),
            "end": pl.Series([p.effective_to for p in self.points], dtype=pl.Int32),
            "gid": pl.Series(self._classes(), dtype=PLACE),
            "judgeable": pl.Series([not reason for reason in self.reasons], dtype=pl.Boolean),
        }
        for field in fields_of(expressions_of(self.check.rule)):
            if is_point(field):
                columns[column_of(field)] = self._column(field)
        return pl.DataFrame(columns)

    @staticmethod
    def _named(texts: Sequence[str]) -> Named:
        numbers: dict[str, int] = {}
        places = pl.Series([numbers.setdefault(text, len(numbers)) for text in texts], dtype=PLACE)
        return Named(list(numbers), pl.lit(places).gather(pl.col("pt")))

    def _column(self, field: Field[Any]) -> pl.Series:
        values = [getattr(point, field.name) for point in self.points]
        dtype = DTYPES.get(field.type, pl.Int64)
        if field.type is ValueType.CODES:
            return texts_in_lists(field.name, values)
        if field.type is ValueType.CODE:
            values = [None if value is None else str(value) for value in values]
        return pl.Series(values, dtype=dtype, strict=False)

    def _classes(self) -> Sequence[int]:
        name = self.check.joined_by
        if not name:
            return range(len(self.points))
        seen: dict[Any, int] = {}
        return [seen.setdefault(getattr(point, name), len(seen)) for point in self.points]

    def pairs(self, ids: Mapping[str, int], field: str = "codes") -> pl.DataFrame:
        """item (dataset id), pt: for the codes that occur in the dataset at all."""
        named = [tuple(getattr(point, field)) for point in self.points]
        items = pl.Series("item", [ids.get(code) for codes in named for code in codes], dtype=PLACE)
        points = pl.Series("pt", [pt for pt, codes in enumerate(named) for _ in codes], dtype=PLACE)
        return pl.DataFrame([items, points]).drop_nulls()

    def pairs_by_prefix(self, ids: Mapping[str, int], field: str) -> pl.DataFrame:
        """item (dataset id), pt: for the codes of the dataset that begin with one of the points'."""
        found = self.prefixes(list(ids), field)
        return found.with_columns(pl.col("item").replace_strict(ids, return_dtype=PLACE))

    def prefixes(self, codes: Sequence[str], field: str = "codes") -> pl.DataFrame:
        """item (code text), pt: for each of these codes, the points that name it or a prefix of it."""
        by_length: dict[int, dict[str, list[int]]] = {}
        for number, point in enumerate(self.points):
            for prefix in getattr(point, field):
                by_length.setdefault(len(prefix), {}).setdefault(prefix, []).append(number)
        found = [
            (code, number)
            for code in codes
            for length, known in by_length.items()
            for number in known.get(code[:length], ())
        ]
        return pl.DataFrame(found, schema={"item": pl.String, "pt": PLACE}, orient="row").unique()
