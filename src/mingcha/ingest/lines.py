"""The lines of a bucket made ready: repeated rows out, canonical order, refunds netted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import polars as pl

from mingcha.domain.claims import Line
from mingcha.domain.refunds import BilledLine, net_refunds
from mingcha.domain.values import MINUTES_A_DAY
from mingcha.ingest.notes import Notes
from mingcha.store.columns import Columns, columns_of

EQUAL_WITHOUT_ID = "无明细标识的相同行（已保留）"
UNMATCHED_REFUND = "未冲抵的退费"
TIMELESS = "计费时间没有时刻（都是零点），按小时的规则不可靠"
_CONTENT = [name for name in columns_of(Line) if name != "encounter_id"]
# Columns that are looked at here; others that the source lacks are made when the bucket is written.
_NEEDED: Columns = {
    name: type_
    for name, type_ in columns_of(Line).items()
    if name in ("line_id", "original_line_id", "unit_price")
}
# What the contract of the lake sorts by; without line ids the other columns break ties, so that order never matters.
_ORDER = ["enc", "charged_at", "line_id", "item", "billed_quantity", "billed_amount"]


@dataclass(frozen=True)
class Distinct:
    """Lines of which each stands once; those left out: equal to another, or contradicting another of the same id."""

    lines: pl.DataFrame
    duplicates: pl.DataFrame
    conflicting: pl.DataFrame


def distinct_lines(lines: pl.DataFrame, notes: Notes) -> Distinct:
    """Remove repeated rows of the same line id; note equal rows without one, they may be the violation.

    Of rows with one id and different contents the one that was charged first stays, whatever the order of the input.
    """
    lacking = [
        pl.lit(None, type_).alias(name) for name, type_ in _NEEDED.items() if name not in lines.columns
    ]
    lines = lines.with_columns(lacking)
    content = _content(lines)
    nothing = lines.clear()
    with_id = pl.col("line_id").is_not_null()
    counted = (
        lines.lazy().filter(with_id).group_by("enc", "line_id").len().filter(pl.col("len") > 1).collect()
    )
    if counted.height == 0:
        kept, duplicates, conflicting = lines, nothing, nothing
    else:
        key = ["enc", "line_id"]
        several = lines.join(counted.select(key), on=key, how="semi").sort("_file", "_row")
        first = several.select(pl.struct("enc", *content).is_first_distinct()).to_series()
        duplicates, several = several.filter(~first), several.filter(first)
        several = several.sort("charged_at", *(name for name in content if name != "charged_at"))
        leading = several.select(pl.struct(key).is_first_distinct()).to_series()
        conflicting = several.filter(~leading)
        rest = lines.join(counted.select(key), on=key, how="anti")
        kept = pl.concat([rest, several.filter(leading)])
    bare = kept.filter(~with_id)
    if bare.height:
        equal = bare.filter(bare.select(pl.struct("enc", *content).is_duplicated()).to_series())
        for institution, count in equal.group_by("institution_id").len().iter_rows():
            notes.add(EQUAL_WITHOUT_ID, "Line.line_id", count, institution=institution)
    return Distinct(kept, duplicates, conflicting)


def note_timeless(lines: pl.DataFrame, notes: Notes) -> None:
    """Note institutions most of whose charges are at midnight: they send a day, and hours cannot be told apart."""
    midnight = (pl.col("charged_at") % MINUTES_A_DAY == 0).sum().cast(pl.Int64)
    counted = lines.group_by("institution_id").agg(pl.len().cast(pl.Int64), midnight.alias("midnight"))
    for institution, count, timeless in counted.iter_rows():
        if timeless * 2 > count:
            notes.add(TIMELESS, "Line.charged_at", timeless, institution=institution)


def _content(lines: pl.DataFrame) -> list[str]:
    return [name for name in _CONTENT if name in lines.columns]


def in_order(lines: pl.DataFrame) -> pl.DataFrame:
    """The order of the lake, with `line_key`: the line's own id, or # and its number within the encounter."""
    order = _ORDER
    if lines["line_id"].null_count():
        order = [*_ORDER, *(name for name in _content(lines) if name not in (*_ORDER, "item_code"))]
    lines = lines.sort(order)
    number = pl.int_range(pl.len()).over("enc") + 1
    if not lines["line_id"].null_count():
        return lines.with_columns(pl.col("line_id").alias("line_key"))
    return lines.with_columns(pl.coalesce("line_id", pl.format("#{}", number)).alias("line_key"))


def net(lines: pl.DataFrame, notes: Notes) -> tuple[pl.DataFrame, int, int]:
    """Add `quantity` and `amount`, net of refunds, to lines in order; also how many refunds there were and stayed."""
    lines = lines.with_columns(
        pl.col("billed_quantity").alias("quantity"), pl.col("billed_amount").alias("amount")
    ).with_row_index("_n")
    negative = (pl.col("billed_quantity") < 0) | (pl.col("billed_amount") < 0)
    refunds = lines.filter(negative)
    if refunds.height == 0:
        return lines.drop("_n"), 0, 0
    numbers: list[int] = []
    quantities: list[int] = []
    amounts: list[int] = []
    unmatched: list[int] = []
    # Python looks only at lines that a refund may mean: of its item, or named by it.
    for _, group in groupby(_touched(lines, refunds).iter_rows(), key=itemgetter(0)):
        rows = list(group)
        netted = net_refunds([BilledLine(*row[2:]) for row in rows])
        numbers += [row[1] for row in rows]
        quantities += netted.quantities
        amounts += netted.amounts
        unmatched += [rows[number][1] for number in netted.unmatched]
    quantity = lines["quantity"].scatter(numbers, quantities)
    amount = lines["amount"].scatter(numbers, amounts)
    if unmatched:
        left = lines.filter(pl.col("_n").is_in(unmatched))
        for institution, count, example in (
            left.group_by("institution_id").agg(pl.len(), pl.col("line_key").min()).iter_rows()
        ):
            example = example or ""
            notes.add(
                UNMATCHED_REFUND, "Line.billed_quantity", count, example=example, institution=institution
            )
    return lines.with_columns(quantity, amount).drop("_n"), refunds.height, len(unmatched)


def _touched(lines: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """Enc, row number and the facts of `BilledLine` of all lines that some refund may take back, in order."""
    named = refunds.select("enc", pl.col("original_line_id").alias("line_id")).drop_nulls()
    of_item = lines.join(refunds.select("enc", "item").unique(), on=["enc", "item"], how="semi")
    by_name = lines.join(named, on=["enc", "line_id"], how="semi")
    return (
        pl.concat([of_item, by_name])
        .unique("_n")
        .sort("_n")
        .select(
            *("enc", "_n", "line_id", "original_line_id", "item", "charged_at"),
            *("billed_quantity", "billed_amount", "unit_price"),
        )
    )
