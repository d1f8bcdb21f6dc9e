"""What is wrong with real exports: odd forms that cleaning puts right, duplicates, and rows to be rejected.

About two lines in a hundred are touched. A row whose date is broken is left out of its bill's total, so that
no bill is out of balance because of it; a planted violation on a touched row is flagged in the truth.
"""

from __future__ import annotations

import polars as pl

from mingcha.sample.chance import Chance

CLEAN, WIDE_CODE, LOWER_CODE, BLANKS, SLASHED, COMPACT, WIDE_NUMBER, TWICE, BROKEN = range(9)
_TOUCHED_ONE_IN = 55
_STRAYS_ONE_IN = 2_000
# Leaving out a line of these can leave others of its group with nothing planted: they are never broken.
_BY_LINE = (
    "sex-mismatch", "age-out-of-range", "insurance-mismatch", "care-type-mismatch", "internet-prescribing",
    "level-too-low", "department-mismatch", "second-line-first", "indication-mismatch",
)  # fmt: skip
# These judge by what is not on a bill, and say nothing where one of its rows was rejected.
BY_THE_WHOLE_BILL = ("companion-missing", "substituted-item")

_HALF, _WIDE = "0123456789", "０１２３４５６７８９"


def draw_dirt(lines: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """Adds `dirt`, the kind of dirt of each line, and `broken`, whether the row must be rejected."""
    key = pl.col("no").cast(pl.UInt64)
    touched = lines.select(
        pl.when(chance.one_in(key, "dirt", _TOUCHED_ONE_IN))
        .then(1 + chance.below(key, "kind of dirt", BROKEN))
        .otherwise(CLEAN)
        .alias("dirt")
    )["dirt"]
    lines = lines.with_columns(dirt=touched.cast(pl.Int8))
    alone = ~pl.col("fixed") | (pl.col("mechanism").is_in(_BY_LINE) & ~_refunded())
    return lines.with_columns(
        dirt=pl.when((pl.col("dirt") == BROKEN) & ~alone.fill_null(False)).then(SLASHED).otherwise("dirt")
    ).with_columns(broken=pl.col("dirt") == BROKEN)


def dirtied_lines(lines: pl.DataFrame, dirt: pl.Series) -> pl.DataFrame:
    """The rows as they stand in the export; those that come twice stand there twice."""
    kind = pl.lit(dirt)
    code, moment = pl.col("hilist_code"), pl.col("drord_begn_date")
    dirty = lines.with_columns(
        hilist_code=pl.when(kind == WIDE_CODE)
        .then(_wide(code))
        .when(kind == LOWER_CODE)
        .then(code.str.to_lowercase())
        .when(kind == BLANKS)
        .then(pl.lit(" ") + code + pl.lit("  "))
        .otherwise(code),
        drord_begn_date=pl.when(kind == SLASHED)
        .then(moment.str.replace_all("-", "/", literal=True))
        .when(kind == COMPACT)
        .then(moment.str.replace_all("[- :]", ""))
        .when(kind == BROKEN)
        .then(pl.lit("2026-13-45 25:61:00"))
        .otherwise(moment),
        cnt=pl.when(kind == WIDE_NUMBER).then(_wide(pl.col("cnt"))).otherwise("cnt"),
        sumamt=pl.when(kind == WIDE_NUMBER).then(_wide(pl.col("sumamt"))).otherwise("sumamt"),
    )
    return pl.concat([dirty, dirty.filter(dirt == TWICE)])


def stray_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines of encounters that nobody exported: to be rejected."""
    strays = lines.gather_every(_STRAYS_ONE_IN)
    return strays.with_columns(
        pl.concat_str(pl.lit("X"), "rx_id").alias("rx_id"),
        pl.concat_str(pl.lit("X"), "mdtrt_id").alias("mdtrt_id"),
        pl.lit("").alias("init_feedetl_sn"),
    )


def written_oddly(moment: pl.Expr, key: pl.Expr, chance: Chance) -> pl.Expr:
    """Moments of which a few are written with slashes, as some hospitals' systems do."""
    odd = chance.one_in(key, "odd moment", _TOUCHED_ONE_IN)
    return pl.when(odd).then(moment.str.replace_all("-", "/", literal=True)).otherwise(moment)


def _refunded() -> pl.Expr:
    # A planted line with a refund after it: breaking it would leave the refund alone on the bill.
    return pl.col("fen").shift(-1).lt(0).fill_null(False) | (pl.col("fen") < 0)


def _wide(text: pl.Expr) -> pl.Expr:
    return text.str.replace_many(list(_HALF), list(_WIDE))
