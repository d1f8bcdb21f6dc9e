"""What tables say of items: the directory of a place, approvals of a person."""

from __future__ import annotations

import polars as pl

from mingcha.domain.values import MINUTES_A_DAY
from mingcha.ingest.beside.saying import DAY, OPEN_PERIOD, Saying, flags_of

APPROVED = "1"
# An approval without a first or last day.
EVER_SINCE, NEVER_ENDING = -(10**6), 10**7
NOT_LISTED = "0"


def directory(rows: pl.DataFrame, asked: pl.DataFrame) -> Saying:
    """The class in the directory of the narrowest region around the place of care that lists the item at all."""
    keys = ["item_code", "region", "day"]
    place = pl.col("place")
    rows = rows.select(
        "item_code", "valid_from", "valid_to", "in_force", "payment_class",
        place=pl.col("insured_region").str.replace(r"(00)+$", "").fill_null(""),
    )  # fmt: skip
    met = asked.select(keys).unique().join(rows, on="item_code")
    here = (place == "") | pl.col("region").fill_null("").str.starts_with(place)
    met = met.filter(here).filter(place.str.len_chars() == place.str.len_chars().max().over(keys))
    holds = OPEN_PERIOD & pl.col("in_force").fill_null(value=True)
    listed = (
        met.sort("valid_from")
        .group_by(keys)
        .agg(
            pl.when(holds.any())
            .then(pl.col("payment_class").filter(holds).last())
            .otherwise(pl.lit(NOT_LISTED))
            .alias("directory_class")
        )
    )
    return Saying(listed, keys)


def approval(rows: pl.DataFrame, asked: pl.DataFrame) -> Saying:
    """An item that approvals are recorded for is not approved for whom none is recorded."""
    holds = OPEN_PERIOD & (pl.col("state") == APPROVED)
    said = flags_of(asked, rows, ["person_id", "item_code"], {"approved": holds})
    given = pl.coalesce(pl.col("approved_at") // MINUTES_A_DAY, "valid_from")
    since = rows.group_by("item_code").agg(given.min().alias("since")).drop_nulls()
    keys = ["person_id", "item_code", "day"]
    others = asked.select(keys).unique().join(since, on="item_code").filter(pl.col("since") <= DAY)
    others = others.join(said.rows, on=keys, how="anti").select(*keys, approved=pl.lit(value=False))
    return Saying(pl.concat([said.rows, others]), keys)


def approved(rows: pl.DataFrame, asked: pl.DataFrame) -> Saying:
    """How much was approved and since when, by the approvals of the day together with all that overlap them.

    What was used while two approvals held may count to either: so they are taken as one.
    """
    of = ["person_id", "item_code"]
    begun, until = pl.col("valid_from").fill_null(EVER_SINCE), pl.col("valid_to").fill_null(NEVER_ENDING)
    given = rows.filter(pl.col("state") == APPROVED).select(
        *of, "quantity", approved_since=begun, until=until
    )
    given = given.unique(maintain_order=True).sort(*of, "approved_since", "until")
    apart = pl.col("approved_since") > pl.col("until").cum_max().shift(1)
    given = given.with_columns(run=apart.fill_null(value=True).cum_sum().over(of))
    whole = pl.when(pl.col("quantity").is_not_null().all()).then(pl.col("quantity").sum())
    runs = given.group_by(*of, "run").agg(
        whole.alias("approved_quantity"), pl.col("approved_since").min(), pl.col("until").max()
    )
    keys = [*of, "day"]
    met = asked.select(keys).unique().join(runs, on=of)
    held = met.filter(DAY.is_between("approved_since", "until"))
    return Saying(held.select(*keys, "approved_quantity", "approved_since"), keys)
