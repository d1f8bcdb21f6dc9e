"""What stock records say: how much of an item an institution could have used between two counts of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from mingcha.domain.values import MINUTES_A_DAY, QUANTITY_SCALE

COUNTS, CHANGES, PURCHASES = "stock-counts", "stock-changes", "purchases"
SALES, PACKS = "sales", "pack-factors"
RECORDS = (COUNTS, CHANGES, PURCHASES, SALES, PACKS)
NO_COUNT, NO_PURCHASES, NO_CHANGES = "没有前后两次盘存", "机构没有采购记录", "没有库存变更记录"
NO_FACTOR = "拆零而没有包装换算"
INCONSISTENT = "账面可供数量为负"
ITEM = ["institution_id", "item_code"]
# 库存变更类型 (inv_chg_type); purchases and their returns (108, 109) stand in a table of their own.
COMES_IN, GOES_OUT, PURCHASED = (
    ("101", "103", "106", "110"),
    ("102", "104", "105", "107", "111"),
    ("108", "109"),
)
# 医保费用结算类型: sold to somebody whom no insurance pays for.
SELF_PAID = "0"
_MOVED: dict[str, Any] = {
    "institution_id": pl.String, "item_code": pl.String, "day": pl.Int32, "moved": pl.Int64, "lacking": pl.String,
}  # fmt: skip


class Stock:
    """The time between counts of each item, and what could be used of it.

    Args:
        tables: stock-counts, stock-changes, purchases, sales and pack-factors by slug, as far as the dataset has them.
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
    purchases, changes, sales = tables.get(PURCHASES), tables.get(CHANGES), tables.get(SALES)
    packs = tables.get(PACKS)
    moved = [_purchased(purchases)] if purchases is not None else []
    moved += [_changed(changes, packs)] if changes is not None else []
    moved += [_sold(sales, packs)] if sales is not None else []
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


def _changed(changes: pl.DataFrame, packs: pl.DataFrame | None) -> pl.DataFrame:
    """Movements that are no purchase."""
    kind = pl.col("change_type")
    moves = changes.filter(~kind.is_in(PURCHASED).fill_null(value=False))
    return _movements(
        _with_units(moves, packs, "changed_at"),
        "changed_at",
        sign=pl.when(kind.is_in(COMES_IN)).then(1).when(kind.is_in(GOES_OUT)).then(-1),
        lacking=pl.when(_UNCONVERTED).then(pl.lit(NO_FACTOR))
        .when(~kind.is_in((*COMES_IN, *GOES_OUT))).then(pl.lit("change_type")),
    )  # fmt: skip


def _sold(sales: pl.DataFrame, packs: pl.DataFrame | None) -> pl.DataFrame:
    """What was sold to people whom no insurance pays for: it is used up, and cannot have been billed.

    Other sales are what was billed; of whom nobody knows it the sale is left aside, which only hides something.
    """
    returned = pl.col("returned")
    own = sales.filter(pl.col("settlement_type") == SELF_PAID)
    return _movements(
        _with_units(own, packs, "sold_at"),
        "sold_at",
        sign=pl.when(returned).then(1).when(~returned).then(-1),
        lacking=pl.when(_UNCONVERTED).then(pl.lit(NO_FACTOR))
        .when(returned.is_null()).then(pl.lit("returned")),
    )  # fmt: skip


_UNCONVERTED = pl.col("split").fill_null(value=False) & pl.col("units").is_null()


def _with_units(frame: pl.DataFrame, packs: pl.DataFrame | None, moment: str) -> pl.DataFrame:
    """The rows with how many units made a pack on their day, one where nothing was split; two that differ are none."""
    if packs is None:
        packs = pl.DataFrame(schema=_PACKS)
    day = pl.col(moment) // MINUTES_A_DAY
    rows = frame.with_row_index("row")
    units = pl.col("units")
    held = (
        rows.select("row", "item_code", day.alias("day"))
        .join(packs.select(*_PACKS), on="item_code")
        .filter(
            (pl.col("valid_from").is_null() | (pl.col("valid_from") <= pl.col("day")))
            & (pl.col("valid_to").is_null() | (pl.col("day") <= pl.col("valid_to")))
            & (units > 0)
        )
        .group_by("row")
        .agg(pl.when(units.n_unique() == 1).then(units.first()))
    )
    met = rows.join(held, on="row", how="left", maintain_order="left")
    return met.with_columns(pl.when(pl.col("split")).then("units").otherwise(QUANTITY_SCALE).alias("units"))


_PACKS: dict[str, Any] = {
    "item_code": pl.String, "units": pl.Int64, "valid_from": pl.Int32, "valid_to": pl.Int32,
}  # fmt: skip


def _movements(frame: pl.DataFrame, moment: str, *, sign: pl.Expr, lacking: pl.Expr) -> pl.DataFrame:
    """Movements in packs; a part of a ten-thousandth counts as there, whichever way it moved."""
    units = pl.col("units") if "units" in frame.columns else pl.lit(QUANTITY_SCALE)
    signed = pl.col("quantity").abs() * sign
    return frame.select(
        *ITEM,
        (pl.col(moment) // MINUTES_A_DAY).cast(pl.Int32).alias("day"),
        (-(-signed * QUANTITY_SCALE // units)).cast(pl.Int64).alias("moved"),
        lacking.cast(pl.String).alias("lacking"),
    )
