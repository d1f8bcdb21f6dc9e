"""What is wrong with real exports: odd forms that cleaning puts right, duplicates, and rows to be rejected.

About two lines in a hundred are touched. A row whose date is broken is left out of its bill's total, so that
no bill is out of balance because of it; a planted violation on a touched row is flagged in the truth.
"""

from __future__ import annotations

import polars as pl

from mingcha.sample.chance import Chance

CLEAN, WIDE_CODE, LOWER_CODE, BLANKS, SLASHED, COMPACT, WIDE_NUMBER, TWICE, BROKEN = range(9)
TOUCHED_ONE_IN = 55
_STRAYS_ONE_IN = 2_000
# Of few different texts, which come in all forms then.
DIRTIED = ("hilist_code", "cnt", "sumamt")
# Leaving out a line of these can leave others of its group with nothing planted: they are never broken.
BY_LINE = (
    "sex-mismatch", "age-out-of-range", "insurance-mismatch", "care-type-mismatch", "internet-prescribing",
    "level-too-low", "department-mismatch", "second-line-first", "indication-mismatch",
)  # fmt: skip
# These judge by what is not on a bill, and say nothing where one of its rows was rejected.
BY_THE_WHOLE_BILL = ("companion-missing", "substituted-item")

_HALF, _WIDE = "0123456789", "０１２３４５６７８９"


def drawn_dirt(touched: pl.Expr, kind: pl.Expr, breakable: pl.Expr) -> pl.Expr:
    """The kind of dirt of each line.

    Args:
        touched: a number below `TOUCHED_ONE_IN`, 0 for a line that is touched.
        kind: a number below `BROKEN`.
        breakable: whether the row may be rejected.
    """
    told = pl.when((kind == BROKEN - 1) & ~breakable).then(SLASHED).otherwise(1 + kind)
    return pl.when(touched == 0).then(told).otherwise(CLEAN).cast(pl.Int8)


def forms(texts: pl.Series) -> pl.Series:
    """All forms in which dirt may leave texts, themselves first."""
    text = pl.col("text")
    frame = texts.unique(maintain_order=True).alias("text").to_frame()
    written = [text, _wide(text), text.str.to_lowercase(), _padded(text)]
    return pl.concat([frame.select(text=form) for form in written])["text"].unique(maintain_order=True)


def dirtied_lines(lines: pl.DataFrame, dirt: pl.Series) -> pl.DataFrame:
    """The rows as they stand in the export; those that come twice stand there twice."""
    kind = pl.lit(dirt)
    code, moment = pl.col("hilist_code"), pl.col("drord_begn_date")
    plain = lines.with_columns(pl.col(DIRTIED).cast(pl.String))
    dirty = plain.with_columns(
        hilist_code=pl.when(kind == WIDE_CODE)
        .then(_wide(code))
        .when(kind == LOWER_CODE)
        .then(code.str.to_lowercase())
        .when(kind == BLANKS)
        .then(_padded(code))
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
    ).cast({name: lines.schema[name] for name in DIRTIED})
    return pl.concat([dirty, dirty.filter(dirt == TWICE)])


def stray_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines of encounters that nobody exported: to be rejected."""
    strays = lines.gather_every(_STRAYS_ONE_IN)
    return strays.with_columns(
        pl.concat_str(pl.lit("X"), "rx_id").alias("rx_id"),
        pl.concat_str(pl.lit("X"), "mdtrt_id").alias("mdtrt_id"),
        pl.lit("", dtype=strays.schema["init_feedetl_sn"]).alias("init_feedetl_sn"),
    )


def written_oddly(moment: pl.Expr, key: pl.Expr, chance: Chance) -> pl.Expr:
    """Moments of which a few are written with slashes, as some hospitals' systems do."""
    odd = chance.one_in(key, "odd moment", TOUCHED_ONE_IN)
    return pl.when(odd).then(moment.str.replace_all("-", "/", literal=True)).otherwise(moment)


def _padded(text: pl.Expr) -> pl.Expr:
    return pl.lit(" ") + text + pl.lit("  ")


def _wide(text: pl.Expr) -> pl.Expr:
    return text.str.replace_many(list(_HALF), list(_WIDE))
