"""The points of a check as columns, and which item code leads to which of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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


# No code has a character after this one.
_LAST = "\U0010ffff"


class PointTable:
    """All points of one check, judgeable ones first; `pt` is a point's place in this table.

    `frame` has start, end (days in force), `gid` (points joined into one class share it) and the limits that
    conditions read, as `p.…`.
    """

    def __init__(self, check: Check) -> None:
        self.check = check
        self.points: list[KnowledgePoint] = [*check.points, *(point for point, _ in check.incomplete)]
        self.reasons = [""] * len(check.points) + [reason for _, reason in check.incomplete]
        self._prefixes: dict[str, PrefixTable] = {}
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

    def pairs(self, items: Items, field: str = "codes") -> pl.DataFrame:
        """item (dataset id), pt: for the codes that occur in the dataset at all, named whole or by their beginning."""
        ids, named = items.ids, [tuple(getattr(point, field)) for point in self.points]
        numbers = pl.Series("item", [ids.get(code) for codes in named for code in codes], dtype=PLACE)
        points = pl.Series("pt", [pt for pt, codes in enumerate(named) for _ in codes], dtype=PLACE)
        whole = pl.DataFrame([numbers, points]).drop_nulls()
        if not self.check.by_prefix:
            return whole
        begun = [
            (item, pt) for pt, codes in enumerate(named) for code in codes for item in items.begun_by(code)
        ]
        return pl.concat([whole, pl.DataFrame(begun, schema=whole.schema, orient="row")]).unique()

    def prefixes(self, codes: pl.Series, field: str = "codes") -> pl.DataFrame:
        """item (code text), pt: for each of these codes, the points that name it or a prefix of it."""
        if field not in self._prefixes:
            named = ((prefix, pt) for pt, point in enumerate(self.points) for prefix in getattr(point, field))
            self._prefixes[field] = PrefixTable(named, "pt")
        return self._prefixes[field].of(codes)

    def alike(self, field: str) -> tuple[pl.Series, PrefixTable]:
        """By pt, the class of points that name the same prefixes; and of a code, the classes it belongs to.

        Many points name the same: pairs of codes and points would be many times as many.
        """
        classes: dict[tuple[str, ...], int] = {}
        of_point = [classes.setdefault(getattr(point, field), len(classes)) for point in self.points]
        named = ((prefix, number) for prefixes, number in classes.items() for prefix in prefixes)
        return pl.Series("class", of_point, dtype=PLACE), PrefixTable(named, "class")


class Items:
    """The item codes of a dataset; an item's id is its place among them."""

    def __init__(self, codes: Sequence[str]) -> None:
        self.ids: Mapping[str, int] = {code: number for number, code in enumerate(codes)}
        self.frame = pl.DataFrame(
            [pl.Series("code", codes, dtype=pl.String), pl.Series("item", range(len(codes)), dtype=PLACE)]
        )
        self._sorted = sorted(codes)
        self._longest: dict[str, int] = {}
        for code in codes:
            self._longest[code[:1]] = max(len(code), self._longest.get(code[:1], 0))

    def begun_by(self, code: str) -> list[int]:
        """The items whose codes are longer than this and begin with it."""
        if len(code) >= self._longest.get(code[:1], 0):
            return []
        begin = bisect_right(self._sorted, code)
        end = bisect_left(self._sorted, code + _LAST, begin)
        return [self.ids[longer] for longer in self._sorted[begin:end]]


class PrefixTable:
    """Which numbers stand behind the prefixes of a code: one look-up for each length that a prefix has.

    Args:
        named: prefix, number.
        name: the column of the numbers.
    """

    def __init__(self, named: Iterable[tuple[str, int]], name: str) -> None:
        by_length: dict[int, tuple[list[str], list[int]]] = defaultdict(lambda: ([], []))
        for prefix, number in named:
            texts, numbers = by_length[len(prefix)]
            texts.append(prefix)
            numbers.append(number)
        self.name = name
        self._tables = {
            length: pl.DataFrame([pl.Series("prefix", texts), pl.Series(name, numbers, dtype=PLACE)])
            for length, (texts, numbers) in by_length.items()
        }

    def of(self, codes: pl.Series) -> pl.DataFrame:
        """item (code text) and number, each pair once."""
        items = codes.drop_nulls().unique().alias("item").to_frame()
        found = [
            items.with_columns(pl.col("item").str.head(length).alias("prefix"))
            .join(table, on="prefix")
            .select("item", self.name)
            for length, table in self._tables.items()
        ]
        return pl.concat([pl.DataFrame(schema={"item": pl.String, self.name: PLACE}), *found]).unique()
