"""A partition as frames: the claims of some persons, ready for conditions over columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import polars as pl

from mingcha.domain.values import MINUTES_A_DAY
from mingcha.engine.facts import LINE_FACTS, derived_columns, operated_column
from mingcha.engine.place import PLACE
from mingcha.knowledge.point import FOREVER
from mingcha.rules.base import LineFacts


class Tables:
    """The frames of one partition.

    Args:
        encounters: one row per encounter, its row number is `enc`; columns as in the lake.
        lines: `enc`, `item` (dataset id) and the fields of Line; sorted by encounter and time.
        diagnoses, procedures: `enc` and the fields of Diagnosis and Procedure.
    """

    def __init__(
        self,
        encounters: pl.DataFrame,
        lines: pl.DataFrame,
        diagnoses: pl.DataFrame,
        procedures: pl.DataFrame,
    ) -> None:
        self.encounters = encounters.with_columns(**derived_columns())
        self.lines = lines.rename({"charged_at": "minute", "enc": "encounter"}).with_columns(
            pl.col("encounter", "item").cast(PLACE),
            pl.int_range(pl.len(), dtype=PLACE).alias("order"),
            (pl.col("minute") // MINUTES_A_DAY).alias("day"),
        )
        self.diagnoses = self._coded(diagnoses, "diagnosis_code")
        self.procedures = self._coded(procedures, "procedure_code")
        lists = self.diagnoses.group_by("encounter").agg(pl.col("item").alias("diagnoses"))
        operations = _operations(procedures)
        self.encounters = (
            self.encounters.with_row_index("encounter")
            .cast({"encounter": PLACE})
            .join(lists, on="encounter", how="left", maintain_order="left")
            .join(operations, on="encounter", how="left", maintain_order="left")
            .with_columns(
                operated=operated_column(pl.col("encounter").is_in(self.procedures["encounter"].implode()))
            )
        )
        self._of_line = {column.name: column for column in self.lines.iter_columns()}
        self._of_encounter = {column.name: column for column in self.encounters.iter_columns()}
        self._unknown = pl.Series([None]).new_from_index(0, self.lines.height)
        self.codes: Sequence[str] = ()  # item codes by dataset id, as whoever judges knows them
        self._made: dict[str, pl.Series] = {}

    def _coded(self, frame: pl.DataFrame, code: str) -> pl.DataFrame:
        """Diagnoses or procedures as rows: each code once per encounter, on its first day."""
        started = self.encounters["started_at"]
        rows = frame.select(pl.col("enc").cast(PLACE).alias("encounter"), pl.col(code).alias("item")).unique(
            maintain_order=True
        )
        return rows.with_columns(
            started[rows["encounter"]].alias("minute"),
            (started[rows["encounter"]] // MINUTES_A_DAY).alias("day"),
            _number_within("encounter").alias("order"),
            *(pl.lit(None).alias(name) for name in LineFacts._fields if name not in CODED),
        )

    @cached_property
    def left(self) -> pl.Series:
        """By line, whether something is left of it after refunds."""
        quantity = self.lines["quantity"]
        return (quantity.is_null() | (quantity > 0)).alias("left")

    @cached_property
    def live(self) -> pl.DataFrame:
        """What index and groups need of the lines of which something is left after refunds."""
        return self.lines.select("order", "encounter", "item", "day").filter(self.left)

    @cached_property
    def visits(self) -> pl.DataFrame:
        """The encounters in the order of persons and time: encounter, person, r.minute, r.day."""
        # As `engine.case.in_turn` puts them.
        told = "settled_at" in self.encounters.columns
        settled_at = (pl.col("settled_at") if told else pl.lit(None)).fill_null(FOREVER).alias("settled_at")
        ordered = self.encounters.select(
            "encounter", "person", "started_at", settled_at, "encounter_id", "first_day"
        )
        keys = ("person", "started_at", "settled_at", "encounter_id")
        if not ordered.select(_ascending([pl.col(key) for key in keys]).all()).item():
            ordered = ordered.sort(*keys)
        return ordered.select(
            "encounter",
            "person",
            pl.col("started_at").alias("r.minute"),
            pl.col("first_day").alias("r.day"),
        )

    @cached_property
    def billed(self) -> pl.DataFrame:
        """The encounters that have any line at all, in order."""
        return self.lines.select(pl.col("encounter").rle().struct.field("value").alias("encounter"))

    @cached_property
    def institutions(self) -> pl.Series:
        """A number for each encounter's institution, fewer than there are encounters: texts cost many times more.

        The categories are this table's own: those that all tables share number what the process has ever seen.
        """
        return self.encounters["institution_id"].cast(pl.Categorical(pl.Categories.random())).to_physical()

    def of_encounter(self, name: str) -> pl.Series:
        """A column of the encounters."""
        return self._next_stay_after if name == "next_stay_after" else self._of_encounter[name]

    def of_encounters(self, name: str, numbers: pl.Series) -> pl.Series:
        """The same for the encounters with these numbers; what they were charged for is gathered of these only."""
        return self._items(numbers) if name == "items" else self.of_encounter(name)[numbers]

    def _items(self, numbers: pl.Series) -> pl.Series:
        """By encounter, the codes of which refunds left something, in order of time."""
        asked = numbers.alias("encounter").to_frame()
        charged = self.live.select("encounter", "item").join(asked.unique(), on="encounter", how="semi")
        charged = charged.unique(maintain_order=True)
        codes = pl.Series(self.codes, dtype=pl.String)[charged["item"]]
        lists = (
            charged.with_columns(codes.alias("item")).group_by("encounter", maintain_order=True).agg("item")
        )
        return asked.join(lists, on="encounter", how="left", maintain_order="left")["item"]

    @cached_property
    def _next_stay_after(self) -> pl.Series:
        """Days from each stay's end to the same person's next stay at the same institution."""
        order = ("person", "institution_id", "started_at", "encounter_id")
        stays = (
            self.encounters.filter("inpatient")
            .select("encounter", *order, "first_day", "last_day")
            .sort(order)
        )
        same = (pl.col("person") == pl.col("person").shift(-1)) & pl.col("institution_id").eq_missing(
            pl.col("institution_id").shift(-1)
        )
        days = pl.when(same).then(pl.col("first_day").shift(-1) - pl.col("last_day"))
        # Stays that overlap are a fault of the record, no return.
        interval = stays.select("encounter", days=pl.when(days >= 0).then(days).otherwise(FOREVER))
        joined = self.encounters.select("encounter").join(
            interval, on="encounter", how="left", maintain_order="left"
        )
        return joined["days"]

    def of_line(self, name: str) -> pl.Series:
        """A column of the lines by row name; one that was not read is unknown throughout."""
        if name in LINE_FACTS:
            return self._derived_of_line(name)
        return self._of_line.get(name, self._unknown)

    def with_facts(self, names: Iterable[str]) -> pl.DataFrame:
        """All lines: order, encounter, and the columns `r.…` and `e.…` of these names."""
        added = {}
        for name in dict.fromkeys(names):
            where, _, fact = name.partition(".")
            if where == "r":
                added[name] = self.of_line(fact)
            else:
                added[name] = self._of_encounter[fact][self.lines["encounter"]]
        return self.lines.select("order", "encounter").with_columns(**added)

    def _derived_of_line(self, name: str) -> pl.Series:
        if name not in self._made:
            fact = LINE_FACTS[name]
            self._made[name] = fact.column(
                pl.DataFrame([self.of_line(read).alias(read) for read in fact.reads])
            )
        return self._made[name]

    def of_lines(self, name: str, orders: pl.Series) -> pl.Series:
        """The same for the lines with these numbers; what stands in writings is read of these lines only."""
        if name not in LINE_FACTS:
            return self.of_line(name)[orders]
        fact = LINE_FACTS[name]
        return fact.column(pl.DataFrame([self.of_lines(read, orders).alias(read) for read in fact.reads]))

    def rows(self, orders: pl.Series) -> list[LineFacts]:
        """What bodies and findings read of the lines with these numbers."""
        columns = [self.of_lines(name, orders).to_list() for name in LineFacts._fields]
        return list(map(LineFacts._make, zip(*columns, strict=True)))

    def fact_of_line(self, line: LineFacts, name: str) -> Any:
        """One fact of one line, read by the body of a rule."""
        if name not in LINE_FACTS:
            return self.of_line(name)[line.order]
        fact = LINE_FACTS[name]
        return fact.of(*(self.of_line(read)[line.order] for read in fact.reads))

    def views(self, numbers: pl.Series) -> EncounterViews:
        """These encounters, for bodies to read."""
        return EncounterViews(self, numbers.unique())

    def fact_of_encounters(self, name: str, numbers: pl.Series) -> list[Any]:
        """One fact of these encounters; unknown where it was not read."""
        known = name == "items" or name in self._of_encounter
        return self.of_encounters(name, numbers).to_list() if known else [None] * len(numbers)


CODED = frozenset(("encounter", "item", "minute", "day", "order"))


class EncounterViews(dict[str, dict[int, Any]]):
    """Facts of some encounters by name and number, each read for all of them when it is first asked for."""

    def __init__(self, tables: Tables, numbers: pl.Series) -> None:
        super().__init__()
        self._tables = tables
        self._numbers = numbers
        self._places = numbers.to_list()

    def __missing__(self, name: str) -> dict[int, Any]:
        values = self._tables.fact_of_encounters(name, self._numbers)
        self[name] = found = dict(zip(self._places, values, strict=True))
        return found

    def of(self, number: int) -> EncounterView:
        """One of these encounters."""
        return EncounterView(self, number)


class EncounterView:
    """One encounter of a partition, read by fact name: what a body sees as `group.encounter`."""

    __slots__ = ("_facts", "_number")

    def __init__(self, facts: EncounterViews, number: int) -> None:
        self._facts = facts
        self._number = number

    def __getattr__(self, name: str) -> Any:
        return self._facts[name][self._number]


def _operations(procedures: pl.DataFrame) -> pl.DataFrame:
    """By encounter, the codes of its procedures and their moments in two lists of one order."""
    known = "operated_at" in procedures.columns
    moment = pl.col("operated_at") if known else pl.lit(None, dtype=pl.Int32)
    return procedures.group_by(pl.col("enc").cast(PLACE).alias("encounter"), maintain_order=True).agg(
        pl.col("procedure_code").alias("procedures"), moment.alias("procedures_at")
    )


def _number_within(key: str) -> pl.Expr:
    """By row, its place among the rows of the same key, which stand together."""
    place = pl.int_range(pl.len(), dtype=PLACE)
    return place - pl.when(pl.col(key).ne_missing(pl.col(key).shift(1))).then(place).forward_fill()


def _ascending(keys: Sequence[pl.Expr]) -> pl.Expr:
    """By row, whether these keys are not less than those of the row before it."""
    first, rest = keys[0], keys[1:]
    before = first.shift(1)
    rising = (first >= before) if not rest else (first > before) | ((first == before) & _ascending(rest))
    return rising.fill_null(value=True)


def gathered(frame: pl.DataFrame, tables: Tables, names: Iterable[str]) -> pl.DataFrame:
    """The frame with the columns `r.…` and `e.…` of these names added, by `order` and `encounter`."""
    added = []
    for name in dict.fromkeys(names):
        where, _, fact = name.partition(".")
        if name in frame.columns:
            continue
        if where == "r":
            source = frame[fact] if fact in frame.columns else tables.of_lines(fact, frame["order"])
        else:
            source = tables.of_encounters(fact, frame["encounter"])
        added.append(source.alias(name))
    return frame.with_columns(added)


def column_names(fields: Sequence[str]) -> list[str]:
    """Those that stand in a line or an encounter (points have a table of their own)."""
    return [name for name in fields if name[:2] in {"r.", "e."}]
