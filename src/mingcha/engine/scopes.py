"""How a group is cut into parts: by a period word of the point, or by a fact of the line (or of the visit)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from mingcha.domain.conditions import Expr
from mingcha.domain.errors import DeclarationError
from mingcha.domain.fields import Field
from mingcha.engine.columns import column_of
from mingcha.engine.layout import Layout, is_encounter, is_line, is_point

# Sliding windows (6 小时, 年) are judged by the body within the encounter or person; so is 同一小时 within
# the day, since a line without an hour may belong to any. The others cut pieces.
BY_HOUR = ("小时",)
BY_DAY = ("日", "单日", "同一小时")
BY_ENCOUNTER = ("就诊", "单次就诊", "6小时")
WHOLE = ("年",)

Part = Callable[[tuple[Any, ...], Any], Any]


def part_of(per: Expr | None, layout: Layout) -> Part | None:
    """A function (row, point) → the piece of the scope in which a row lies; None if the scope is whole."""
    if per is None:
        return None
    if isinstance(per, Field) and is_line(per):
        position = layout.position(per)
        return lambda row, _point: row[position]
    if isinstance(per, Field) and is_encounter(per):
        raise DeclarationError("只有对就诊的规则才能按就诊的字段分段")
    if isinstance(per, Field) and is_point(per):
        minute, day, encounter = (layout.names.index(name) for name in ("minute", "day", "encounter"))
        name = per.name

        def piece(row: tuple[Any, ...], point: Any) -> Any:
            word = getattr(point, name)
            if word in BY_DAY:
                return row[day]
            if word in BY_ENCOUNTER:
                return row[encounter]
            return row[minute] // 60 if word in BY_HOUR else _whole(word)

        return piece
    raise DeclarationError("per 只能是知识点的周期字段或明细字段")


def _whole(word: str) -> None:
    if word not in WHOLE:
        raise DeclarationError(
            f"未知的周期“{word}”", remedy=f"可用：{'、'.join((*BY_HOUR, *BY_DAY, *BY_ENCOUNTER, *WHOLE))}"
        )


def part_column(per: Expr | None) -> pl.Expr:
    """The same as a column `part`, of whatever type: only equality matters."""
    if per is None:
        return pl.lit(None, dtype=pl.Int32).alias("part")
    if isinstance(per, Field) and (is_line(per) or is_encounter(per)):
        return pl.col(column_of(per)).alias("part")
    if isinstance(per, Field) and is_point(per):
        word = pl.col(column_of(per))
        return (
            pl.when(word.is_in(BY_DAY))
            .then(pl.col("r.day"))
            .when(word.is_in(BY_HOUR))
            .then(pl.col("r.minute") // 60)
            .when(word.is_in(BY_ENCOUNTER))
            .then(pl.col("r.encounter").cast(pl.Int32))
            .alias("part")
        )
    raise DeclarationError("per 只能是知识点的周期字段或明细字段")
