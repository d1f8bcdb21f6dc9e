"""What is wrong with real exports: odd forms that cleaning puts right, duplicates, and rows to be rejected.

About two lines in a hundred are touched. A row whose date is broken is left out of its bill's total, so that
no bill is out of balance because of it; a planted violation on a touched row is flagged in the truth.
"""

from __future__ import annotations

import polars as pl

from mingcha.sample import moments
from mingcha.sample.chance import Chance, lookup

CLEAN, WIDE_CODE, LOWER_CODE, BLANKS, SLASHED, COMPACT, WIDE_NUMBER, TWICE, BROKEN = range(9)
_TOUCHED_ONE_IN = 55
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

_STYLES = {SLASHED: moments.SLASHED, COMPACT: moments.COMPACT, BROKEN: moments.BROKEN}
_HALF, _WIDE = "0123456789", "０１２３４５６７８９"


def drawn_dirt(chance: Chance, lines: pl.DataFrame) -> pl.Series:
    """The kind of dirt of each line, for most of them none; those that are not `breakable` are not rejected."""
    key = pl.col("no")
    touched = lines.select(chance.one_in(key, "dirt", _TOUCHED_ONE_IN).arg_true()).to_series()
    kind = 1 + chance.below(key, "kind of dirt", BROKEN)
    told = pl.when((kind == BROKEN) & ~pl.col("breakable")).then(SLASHED).otherwise(kind)
    drawn = lines.select("no", "breakable")[touched].select(told.cast(pl.Int8)).to_series()
    return pl.zeros(lines.height, pl.Int8, eager=True).scatter(touched, drawn)


def forms(texts: pl.Series) -> pl.Series:
    """All forms in which dirt may leave texts, themselves first."""
    text = pl.col("text")
    frame = texts.unique(maintain_order=True).alias("text").to_frame()
    written = [text, _wide(text), text.str.to_lowercase(), _padded(text)]
    return pl.concat([frame.select(text=form) for form in written])["text"].unique(maintain_order=True)


def dirtied_texts(texts: pl.DataFrame, dirt: pl.Series) -> pl.DataFrame:
    """The texts of lines as dirt leaves them."""
    code, kind = pl.col("hilist_code"), pl.lit(dirt)
    plain = texts.with_columns(pl.col(DIRTIED).cast(pl.String))
    dirty = plain.with_columns(
        pl.when(kind == WIDE_CODE)
        .then(_wide(code))
        .when(kind == LOWER_CODE)
        .then(code.str.to_lowercase())
        .when(kind == BLANKS)
        .then(_padded(code))
        .otherwise(code),
        *(
            pl.when(kind == WIDE_NUMBER).then(_wide(pl.col(name))).otherwise(name)
            for name in ("cnt", "sumamt")
        ),
    )
    return dirty.cast({name: texts.schema[name] for name in DIRTIED})


def style_of(dirt: pl.Expr) -> pl.Expr:
    """How dirt leaves a moment."""
    return lookup("style", [_STYLES.get(kind, moments.PLAIN) for kind in range(BROKEN + 1)], dirt)


def style_of_admission(key: pl.Expr, chance: Chance) -> pl.Expr:
    """How admissions are written: a few with slashes, as some hospitals' systems do."""
    return chance.one_in(key, "odd moment", _TOUCHED_ONE_IN) * moments.SLASHED


def with_unwanted(lines: pl.DataFrame, dirt: pl.Series) -> pl.DataFrame:
    """The lines, those that stand in the export twice once more, and a few of encounters that nobody exported."""
    strangers = (dirt == CLEAN).arg_true().gather_every(_STRAYS_ONE_IN)
    return pl.concat([lines, lines[(dirt == TWICE).arg_true()], _strays(lines[strangers])])


def _strays(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.with_columns(
        pl.concat_str(pl.lit("X"), "rx_id").alias("rx_id"),
        pl.concat_str(pl.lit("X"), "mdtrt_id").alias("mdtrt_id"),
        pl.lit("", dtype=lines.schema["init_feedetl_sn"]).alias("init_feedetl_sn"),
    )


def _padded(text: pl.Expr) -> pl.Expr:
    return pl.lit(" ") + text + pl.lit("  ")


def _wide(text: pl.Expr) -> pl.Expr:
    return text.str.replace_many(list(_HALF), list(_WIDE))
