"""What a dataset shows of ordering: items as they were charged, diagnoses and operations as they were named."""

from __future__ import annotations

import polars as pl

from mingcha.store.lake import Lake

_AS_CHARGED = ("charge_type", "payment_class", "unit", "specification")


def charged_items(lake: Lake) -> pl.DataFrame:
    """Every item once, the most frequent first: code, name, how it is charged, its usual price, how many lines."""
    first = [pl.col(name).drop_nulls().first() for name in _AS_CHARGED]
    price = pl.col("unit_price").median().round(0).cast(pl.Int64)
    parts = [
        lake.scan("lines", bucket)
        .group_by("item", maintain_order=True)
        .agg(*first, price, pl.len().alias("lines"))
        .collect()
        for bucket in lake.buckets
    ]
    items = lake.items().drop_nulls("item_name")
    rows = pl.concat(parts).join(items, on="item", maintain_order="left")
    told = (pl.col("item_name", "list_type").first(), *first, price, pl.col("lines").sum())
    found = rows.group_by("item_code", maintain_order=True).agg(*told)
    return found.sort("lines", "item_code", descending=[True, False])


def named_diagnoses(lake: Lake) -> pl.DataFrame:
    """Every diagnosis once, the most frequent first: code, name, how many encounters."""
    return _named(lake, "diagnoses", "diagnosis")


def named_procedures(lake: Lake) -> pl.DataFrame:
    """Every operation once, the most frequent first: code, name, how many encounters."""
    return _named(lake, "procedures", "procedure")


def _named(lake: Lake, table: str, what: str) -> pl.DataFrame:
    named = (f"{what}_code", f"{what}_name")
    parts = [
        lake.scan(table, bucket).drop_nulls(named).group_by(named).agg(pl.len().alias("encounters"))
        for bucket in lake.buckets
    ]
    rows = pl.concat(parts).group_by(named).agg(pl.col("encounters").sum()).collect()
    rows = rows.sort("encounters", *named, descending=[True, False, False])
    return rows.unique(named[0], keep="first", maintain_order=True)
