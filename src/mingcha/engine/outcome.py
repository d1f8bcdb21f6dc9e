"""What judging a partition yields: hits one by one, rows that could not be judged as frames of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from mingcha.engine.hits import Hit
from mingcha.engine.place import PLACE
from mingcha.engine.plan import Check
from mingcha.rules.base import LineFacts

UNJUDGED = {"why": PLACE, "encounter": PLACE, "order": PLACE, "item": pl.String}
Why = tuple[str, str, str]


class Named(NamedTuple):
    """Of a few names, which one a row has: an expression that gives its place among them."""

    names: Sequence[str]
    which: pl.Expr


def always(name: str) -> Named:
    """The same name for every row."""
    return Named((name,), pl.lit(0))


@dataclass
class Outcome:
    """Hits of a partition, and the rows that could not be judged, with the columns of `UNJUDGED`.

    `why` is a place in `whys` (slug, rule code, missing fact): there may be more such rows than lines, and texts
    would cost more than judging. `order` is the line's row number, or the place among an encounter's diagnoses
    or procedures (then `item` is the code); both are null for a bill as a whole.
    """

    hits: list[Hit] = field(default_factory=list)
    whys: dict[Why, int] = field(default_factory=dict)
    frames: list[pl.DataFrame] = field(default_factory=list)
    distinct: list[pl.DataFrame] = field(default_factory=list)
    single: list[tuple[int, int, int | None, str | None]] = field(default_factory=list)

    @property
    def unjudged(self) -> pl.DataFrame:
        """All rows that could not be judged, each once."""
        lines = pl.DataFrame(self.single, schema=UNJUDGED, orient="row")
        # A rule without knowledge looks at a row once; two points may say the same of one.
        return pl.concat([*self.distinct, pl.concat([*self.frames, lines]).unique(maintain_order=True)])

    def keep(self, frame: pl.DataFrame) -> None:
        """Replace all rows that could not be judged by these."""
        self.frames, self.distinct, self.single = [], [frame], []

    def why(self, slug: str, rule_code: str, fact: str) -> int:
        """The number of a reason."""
        return self.whys.setdefault((slug, rule_code, fact), len(self.whys))

    def cannot_line(self, check: Check, rule_code: str, line: LineFacts, fact: str) -> None:
        """Keep one line, or one encounter that stands as a line, as not judged."""
        order = line.order if check.subject.on_lines else None
        self.single.append((self.why(check.slug, rule_code, fact), line.encounter, order, None))

    def cannot(self, check: Check, frame: pl.DataFrame, rule_code: Named, fact: Named) -> None:
        """Keep these rows as not judged; `frame` has encounter and, for coded rows, order and item."""
        if frame.is_empty():
            return
        coded = not check.subject.on_lines and "item" in frame.columns
        kept = self.distinct if check.rule.knowledge is None else self.frames
        numbers = [self.why(check.slug, code, name) for code in rule_code.names for name in fact.names]
        place = rule_code.which * len(fact.names) + fact.which
        place = place.replace_strict(range(len(numbers)), numbers) if len(numbers) > 1 else pl.lit(numbers[0])
        kept.append(
            frame.select(
                place.cast(PLACE).alias("why"),
                pl.col("encounter").cast(PLACE),
                (pl.col("order") if "order" in frame.columns else pl.lit(None)).cast(PLACE).alias("order"),
                (pl.col("item") if coded else pl.lit(None)).cast(pl.String).alias("item"),
            )
        )
