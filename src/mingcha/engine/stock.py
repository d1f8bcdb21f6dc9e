"""What stock records say: how much of an item an institution could have used between two counts of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from mingcha.domain.values import MINUTES_A_DAY

COUNTS, CHANGES, PURCHASES = "stock-counts", "stock-changes", "purchases"
RECORDS = (COUNTS, CHANGES, PURCHASES)
NO_COUNT, NO_PURCHASES, NO_CHANGES = "没有前后两次盘存", "机构没有采购记录", "没有库存变更记录"
INCONSISTENT = "账面可供数量为负"
ITEM = ["institution_id", "item_code"]
# 库存变更类型 (inv_chg_type); purchases and their returns (108, 109) stand in a table of their own.
COMES_IN, GOES_OUT, PURCHASED = (
    ("101", "103", "106", "110"),
    ("102", "104", "105", "107", "111"),
    ("108", "109"),
)
_MOVED: dict[str, Any] = {
    "institution_id": pl.String, "item_code": pl.String, "day": pl.Int32, "moved": pl.Int64, "lacking": pl.String,
}  # fmt: skip


class Stock:
    """The time between counts of each item, and what could be used of it.

    Args:
        tables: stock-counts, stock-changes and purchases by slug, as far as the dataset has them.
    """

    def __init__(self, tables: Mapping[str, pl.DataFrame]) -> None:
        self.supplied = COUNTS in tables
        self.institutions = (
            tables[COUNTS]["institution_id"].unique() if self.supplied else pl.Series(dtype=pl.String)
        )
        self.intervals = _usable({COUNTS: pl.DataFrame(schema=_COUNTED), **tables})

    def dated(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Lines with `period_from`, from e.institution_id, r.item, r.day; between no two counts the item is lost."""
        keys = {"institution_id": "e.institution_id", "item_code": "r.item"}
        known = self.intervals.select(
            "period_to", period=pl.col("period_from"), **{v: k for k, v in keys.items()}
        )
        met = frame.sort("r.day").join_asof(
            known.sort("period"),
            left_on="r.day",
            right_on="period",
            by=[*keys.values()],
            check_sortedness=False,
        )
        within = pl.col("r.day") <= pl.col("period_to")
        quarter = pl.col("r.day").cast(pl.Date).dt.truncate("1q").cast(pl.Int32)
        return met.with_columns(
            pl.when(within).then("period").otherwise(quarter).alias("period_from"),
            pl.when(within).then("r.item").alias("r.item"),
        ).drop("period", "period_to")


_COUNTED: dict[str, Any] = {
    "institution_id": pl.String, "item_code": pl.String, "counted_on": pl.Int32, "stock": pl.Int64,
}  # fmt: skip


def _intervals(counts: pl.DataFrame) -> pl.DataFrame:
    """From one count of an item to the next: the day after the one to the day of the other."""
    counted = counts.group_by(*ITEM, "counted_on").agg(pl.col("stock").sum()).sort(*ITEM, "counted_on")
    following = {name: pl.col(name).shift(-1).over(ITEM) for name in ("counted_on", "stock")}
    return counted.select(
        *ITEM,
        (pl.col("counted_on") + 1).alias("period_from"),
        following["counted_on"].alias("period_to"),
        pl.col("stock").alias("opening"),
        following["stock"].alias("closing"),
    ).drop_nulls("period_to")


def _usable(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The intervals with `available`, or the reason why it is unknown."""
    intervals = _intervals(tables[COUNTS].select(*_COUNTED))
    purchases, changes = tables.get(PURCHASES), tables.get(CHANGES)
    moved = [_purchased(purchases)] if purchases is not None else []
    moved += [_changed(changes)] if changes is not None else []
    movements = pl.concat([pl.DataFrame(schema=_MOVED), *moved]).sort("day")
    met = movements.join_asof(
        intervals.select(*ITEM, "period_from", "period_to").sort("period_from"),
        left_on="day", right_on="period_from", by=ITEM, check_sortedness=False,
    ).filter(pl.col("day") <= pl.col("period_to"))  # fmt: skip
    summed = met.group_by(*ITEM, "period_from").agg(pl.col("moved").sum(), pl.col("lacking").max())
    found = intervals.join(summed, on=[*ITEM, "period_from"], how="left").with_columns(
        available=pl.col("opening") + pl.col("moved").fill_null(0) - pl.col("closing")
    )
    buying = [] if purchases is None else purchases["institution_id"].unique().to_list()
    reason = (
        pl.when(~pl.col("institution_id").is_in(buying)).then(pl.lit(NO_PURCHASES))
        .when(pl.lit(changes is None)).then(pl.lit(NO_CHANGES))
        .when(pl.col("lacking").is_not_null()).then("lacking")
        .when(pl.col("available") < 0).then(pl.lit(INCONSISTENT))
    )  # fmt: skip
    return found.with_columns(reason.alias("unusable"))


def _purchased(purchases: pl.DataFrame) -> pl.DataFrame:
    returned = pl.col("returned")
    return _movements(
        purchases,
        "stored_at",
        sign=pl.when(returned).then(-1).when(~returned).then(1),
        lacking=pl.when(returned.is_null()).then(pl.lit("returned")),
    )


def _changed(changes: pl.DataFrame) -> pl.DataFrame:
    """Movements that are no purchase; what was split into smaller units cannot be counted in packs."""
    kind = pl.col("change_type")
    moves = changes.filter(~kind.is_in(PURCHASED).fill_null(value=False))
    return _movements(
        moves,
        "changed_at",
        sign=pl.when(kind.is_in(COMES_IN)).then(1).when(kind.is_in(GOES_OUT)).then(-1),
        lacking=pl.when(pl.col("split")).then(pl.lit("split"))
        .when(~kind.is_in((*COMES_IN, *GOES_OUT))).then(pl.lit("change_type")),
    )  # fmt: skip


def _movements(frame: pl.DataFrame, moment: str, *, sign: pl.Expr, lacking: pl.Expr) -> pl.DataFrame:
    return frame.select(
        *ITEM,
        (pl.col(moment) // MINUTES_A_DAY).cast(pl.Int32).alias("day"),
        (pl.col("quantity").abs() * sign).cast(pl.Int64).alias("moved"),
        lacking.cast(pl.String).alias("lacking"),
    )
