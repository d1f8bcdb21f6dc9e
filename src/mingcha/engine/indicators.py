"""From sums to indicators: values, peers, thresholds, and what stands out or cannot be judged."""

from __future__ import annotations

from typing import Any

import polars as pl

from mingcha.domain.findings import Indicator
from mingcha.engine.findings import finding_id
from mingcha.engine.frames import schema_of
from mingcha.engine.plan import Check, Plan
from mingcha.engine.standings import Standing
from mingcha.engine.stock import ITEM, NO_COUNT, Stock
from mingcha.engine.sums import ALIKE, KEYS, OF_RULE, OFFSETS
from mingcha.rules.period import CapacityRule, StockRule

SHARE = 10_000
TOO_FEW_CASES, TOO_FEW_PEERS = "就诊数不足", "同类机构不足"
IDENTITY = ("rule_code", "slug", *KEYS, "standing")
_LIMITS = ("least_cases", "at_most", "times", "margin", "least_peers", "tolerance")


def indicators_of(plan: Plan, sums: pl.DataFrame, stock: Stock) -> pl.DataFrame:
    """The indicators of a whole run, with the columns of `Indicator`, in canonical order.

    Args:
        sums: those of all buckets together (`engine.sums.added`).
    """
    standings = {text: Standing.read(text) for text in sums["standing"].unique().to_list()}
    checks = {
        (text, check.rule_code, check.slug): check
        for text, standing in standings.items()
        for check in plan.variant(standing.region, standing.sets).period_checks
    }
    known = _worth_telling(sums.join(_declared(checks), on=list(OF_RULE), how="inner")).with_columns(
        pl.col(pl.Categorical).cast(pl.String)
    )
    bounded = _bounded(known.join(_most(checks), on=[*OF_RULE, "knowledge_point"], nulls_equal=True))
    known = known.filter(~pl.col("of_capacity"))
    compared = _judged(_beside_peers(_valued(known.filter(~pl.col("of_stock")))))
    reconciled = _reconciled(known.filter("of_stock"), stock)
    return _named(plan, _left_open(pl.concat([compared, reconciled, bounded], how="diagonal_relaxed")))


def _left_open(frame: pl.DataFrame) -> pl.DataFrame:
    """What hangs on a rule set of which nobody knows whether its scope holds cannot be judged."""
    open_ = pl.col("scope_open").is_not_null()
    return frame.with_columns(
        pl.when(~open_).then("flagged").alias("flagged"), pl.coalesce("scope_open", "reason").alias("reason")
    )


def _worth_telling(frame: pl.DataFrame) -> pl.DataFrame:
    """Without what can neither stand out nor measure others: small sums of a quiet rule with a limit of its own.

    Where the limit is not above the margin over peers, or there are none, peers never set the threshold.
    """
    peers_idle = pl.col("margin").is_null() | (pl.col("at_most") <= pl.col("margin"))
    alone = pl.col("quiet") & ~pl.col("is_share") & peers_idle
    small = pl.col("part") + pl.col("part_open") <= pl.col("at_most")
    return frame.filter(~(alone & small).fill_null(value=False))


def resting(plan: Plan, stock: Stock) -> list[str]:
    """Names of the rules over stock that rest, because there is no count of any stock."""
    of_stock = [check for check in plan.variant("").period_checks if isinstance(check.rule, StockRule)]
    return [] if stock.supplied else [plan.entries[check.rule_code].name for check in of_stock]


def _declared(checks: dict[tuple[str, str, str], Check]) -> pl.DataFrame:
    """What each rule says in each region: whether it is a share, its span, its limits, whom it compares."""
    rows = [
        {
            **dict(zip(OF_RULE, key, strict=True)),
            "judging_region": Standing.read(key[0]).region,
            "rule_set": Standing.read(key[0]).rule_set or None,
            "scope_open": Standing.read(key[0]).open or None,
            "of_stock": isinstance(check.rule, StockRule),
            "of_capacity": isinstance(check.rule, CapacityRule),
            "is_share": check.over_period.part is not None,
            "quiet": check.over_period.quiet,
            "offset": OFFSETS[check.over_period.span],
            "certainty": check.certainty,
            "rule_version": check.rule.version,
            **{f"with_{name}": name in {field.name for field in check.over_period.alike} for name in ALIKE},
            **{name: check.rule.values.get(name) for name in _LIMITS},
        }
        for key, check in checks.items()
    ]
    types = {
        **OF_RULE,
        **dict.fromkeys(("judging_region", "rule_set", "scope_open"), pl.String),
        "of_stock": pl.Boolean,
        "of_capacity": pl.Boolean,
        "is_share": pl.Boolean,
        "quiet": pl.Boolean,
        "offset": pl.String,
        "certainty": pl.String,
    }
    types |= {"rule_version": pl.Int32, **{f"with_{name}": pl.Boolean for name in ALIKE}}
    return pl.DataFrame(rows, schema={**types, **dict.fromkeys(_LIMITS, pl.Int64)}, orient="row")


def _most(checks: dict[tuple[str, str, str], Check]) -> pl.DataFrame:
    """What rules over capacity allow, by rule, and by point where each has a sum of its own."""
    rows = [
        (*key, point and point.point_id, check.rule.most(point))
        for key, check in checks.items()
        if isinstance(check.rule, CapacityRule)
        for point in (check.points if check.rule.by_point else (None,))
    ]
    schema = {**dict.fromkeys((*OF_RULE, "knowledge_point"), pl.String), "threshold": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _bounded(frame: pl.DataFrame) -> pl.DataFrame:
    """Sums against what can be done at most; only what is beyond it, or may be, is told."""
    above = pl.col("part") > pl.col("threshold")
    perhaps = pl.col("part") + pl.col("part_open") > pl.col("threshold")
    return frame.filter(perhaps).with_columns(
        pl.col("part").alias("value"),
        pl.when(above).then(pl.lit(value=True)).alias("flagged"),
        pl.when(~above).then("lacking").alias("reason"),
        _last_day().alias("period_to"),
        peers=pl.lit(0),
    )


def _valued(frame: pl.DataFrame) -> pl.DataFrame:
    """Value of each; those of which nothing was counted, or may have to be, say nothing and go."""
    share = pl.col("is_share")
    counted = (pl.col("cases") > 0) & (~share | (pl.col("whole") > 0))
    return frame.filter(counted | (pl.col("cases") == 0) & (pl.col("part_open") > 0)).with_columns(
        pl.when(~share)
        .then("part")
        .when(counted)
        .then(pl.col("part") * SHARE // pl.col("whole"))
        .alias("value"),
        (pl.col("cases") >= pl.col("least_cases")).alias("enough"),
        pl.coalesce(
            pl.when(pl.col(f"with_{name}") & pl.col(name).is_null()).then(pl.lit(name)) for name in ALIKE
        ).alias("unlike"),
    )


def _beside_peers(frame: pl.DataFrame) -> pl.DataFrame:
    """The number of peers with enough cases, and the median of the others: of two middle ones the larger."""
    alike = [pl.when(f"with_{name}").then(name).alias(f"alike_{name}") for name in ALIKE]
    group = ["rule_code", "slug", "period_from", "inpatient", *(f"alike_{name}" for name in ALIKE)]
    known = pl.col("unlike").is_null() & pl.col("scope_open").is_null()
    measures = (pl.col("enough") & known).alias("measures")
    ranked = (
        frame.with_columns(*alike, measures)
        .sort(*group, ~pl.col("measures"), "value")
        .with_row_index("row")
        .with_columns(
            first=pl.col("row").min().over(group),
            peers=(pl.col("measures").sum().over(group) - pl.col("measures")).cast(pl.Int64),
        )
    )
    # Who stands in the first half itself has the middle of the others one place further on.
    middle, place = pl.col("peers") // 2, pl.col("row") - pl.col("first")
    middle = middle + (pl.col("measures") & (place <= middle)).cast(pl.Int64)
    target = pl.when(pl.col("peers") > 0).then(pl.col("first") + middle)
    return ranked.with_columns(pl.col("value").gather(target).alias("peer_median"))


def _judged(frame: pl.DataFrame) -> pl.DataFrame:
    share, peers_known = pl.col("is_share"), pl.col("peers") >= pl.col("least_peers")
    of_peers = pl.max_horizontal(
        pl.col("peer_median") * pl.col("times") // SHARE, pl.col("peer_median") + pl.col("margin")
    )
    scale = pl.when(share).then(SHARE).otherwise(1)
    whole = pl.when(share).then("whole").otherwise(1)
    open_whole = pl.when(share).then(pl.col("whole") + pl.col("whole_open")).otherwise(1)
    usable = peers_known & pl.col("unlike").is_null()
    frame = frame.with_columns(
        pl.min_horizontal("at_most", pl.when(usable).then(of_peers)).alias("threshold")
    ).with_columns(
        (pl.col("part") * scale > pl.col("threshold") * open_whole).alias("above"),
        ((pl.col("part") + pl.col("part_open")) * scale > pl.col("threshold") * whole).alias("perhaps"),
    )
    reason = (
        pl.when(pl.col("cases") == 0).then("lacking").when(~pl.col("enough")).then(pl.lit(TOO_FEW_CASES))
        .when(pl.col("threshold").is_null()).then(pl.coalesce("unlike", pl.lit(TOO_FEW_PEERS)))
        .when(~pl.col("above") & pl.col("perhaps")).then("lacking")
    )  # fmt: skip
    judged = frame.with_columns(reason.alias("reason")).with_columns(
        pl.when(pl.col("reason").is_null()).then("above").alias("flagged"),
        pl.when(share).then("whole").alias("denominator"),
        _last_day().alias("period_to"),
    )
    return judged.filter(~pl.col("quiet") | pl.col("flagged").fill_null(value=True))


def _reconciled(frame: pl.DataFrame, stock: Stock) -> pl.DataFrame:
    """What was billed of items between two counts, against what could be used of them."""
    usable = stock.intervals.select(*ITEM, "period_from", "period_to", "available", "unusable")
    met = frame.join(usable, on=[*ITEM, "period_from"], how="left").with_columns(
        pl.coalesce("period_to", _last_day()).alias("period_to"),
        pl.col("part").alias("value"),
        pl.col("available").alias("denominator"),
        (pl.col("available") * (SHARE + pl.col("tolerance")) // SHARE).alias("threshold"),
    )
    uncounted = pl.when(pl.col("available").is_null()).then(pl.lit(NO_COUNT))
    above, perhaps = (
        (pl.col("part") + more) > pl.col("threshold") for more in (pl.lit(0), pl.col("part_open"))
    )
    reason = pl.coalesce("unusable", uncounted, pl.when(~above & perhaps).then("lacking"))
    return met.with_columns(
        reason.alias("reason"), pl.when(reason.is_null()).then(above).alias("flagged"), peers=pl.lit(0)
    )


def _named(plan: Plan, frame: pl.DataFrame) -> pl.DataFrame:
    release = plan.release
    names = {entry.code: entry.name for entry in plan.entries.values()}
    identity: list[Any] = [
        finding_id(*(None if part is None else str(part) for part in row))
        for row in frame.select(IDENTITY).iter_rows()
    ]
    told = frame.with_columns(
        pl.Series("indicator_id", identity, dtype=pl.String),
        pl.col("rule_code").replace_strict(names, return_dtype=pl.String).alias("rule_name"),
        pl.col("part").alias("numerator"),
        pl.col("part_open").alias("unknown"),
        pl.lit(release.number).alias("release"),
        pl.lit(release.knowledge_digest).alias("knowledge_digest"),
        pl.lit(release.settings_digest).alias("settings_digest"),
    )
    columns = [pl.col(name).cast(dtype) for name, dtype in schema_of(Indicator).items()]
    # An institution that states two regions has sums, and so indicators, in both.
    return told.sort("rule_code", "slug", *KEYS, "standing", nulls_last=True).select(columns)


def _last_day() -> pl.Expr:
    first = pl.col("period_from").cast(pl.Date)
    return first.dt.offset_by(pl.col("offset")).cast(pl.Int32) - 1
