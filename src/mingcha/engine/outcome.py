"""What judging a partition yields: hits one by one, rows that could not be judged as frames."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from mingcha.engine.hits import Hit
from mingcha.engine.plan import Check
from mingcha.rules.base import LineFacts

UNJUDGED = {
    "slug": pl.String,
    "rule_code": pl.String,
    "encounter": pl.Int32,
    "order": pl.Int32,
    "item": pl.String,
    "fact": pl.String,
}


@dataclass
class Outcome:
    """Hits of a partition, and the rows that could not be judged as frames with the columns of `UNJUDGED`.

    `order` is the line's row number, or the place among an encounter's diagnoses or procedures (then `item`
    is the code); both are null for a bill as a whole.
    """

    hits: list[Hit] = field(default_factory=list)
    frames: list[pl.DataFrame] = field(default_factory=list)
    distinct: list[pl.DataFrame] = field(default_factory=list)
    single: list[tuple[str, str, int, int | None, str | None, str]] = field(default_factory=list)

    @property
    def unjudged(self) -> pl.DataFrame:
        """All rows that could not be judged, each once."""
        lines = pl.DataFrame(self.single, schema=UNJUDGED, orient="row")
        # A rule without knowledge looks at a row once; two points may say the same of one.
        return pl.concat([*self.distinct, pl.concat([*self.frames, lines]).unique(maintain_order=True)])

    def keep(self, frame: pl.DataFrame) -> None:
        """Replace all rows that could not be judged by these."""
        self.frames, self.distinct, self.single = [], [frame], []

    def cannot_line(self, check: Check, rule_code: str, line: LineFacts, fact: str) -> None:
        """Keep one line, or one encounter that stands as a line, as not judged."""
        order = line.order if check.subject.on_lines else None
        self.single.append((check.slug, rule_code, line.encounter, order, None, fact))

    def cannot(self, check: Check, frame: pl.DataFrame, rule_code: pl.Expr, fact: pl.Expr) -> None:
        """Keep these rows as not judged; `frame` has encounter and, for coded rows, order and item."""
        if frame.is_empty():
            return
        coded = not check.subject.on_lines and "item" in frame.columns
        kept = self.distinct if check.rule.knowledge is None else self.frames
        kept.append(
            frame.select(
                pl.lit(check.slug).alias("slug"),
                rule_code.cast(pl.String).alias("rule_code"),
                pl.col("encounter").cast(pl.Int32),
                (pl.col("order") if "order" in frame.columns else pl.lit(None)).cast(pl.Int32).alias("order"),
                (pl.col("item") if coded else pl.lit(None)).cast(pl.String).alias("item"),
                fact.cast(pl.String).alias("fact"),
            )
        )
