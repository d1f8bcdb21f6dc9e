"""From drawn visits to the encounters, lines and coded rows of a part, in numbers, and what is true of them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from mingcha.sample.chance import Chance, lookup
from mingcha.sample.dirt import BROKEN, BY_THE_WHOLE_BILL, drawn_dirt
from mingcha.sample.export import Export, id_of, line_id
from mingcha.sample.places import DOCTORS_A_DEPARTMENT
from mingcha.sample.script import Year
from mingcha.sample.tables import LEFT_OUT_ONE_IN, Tables

# Numbers of a part begin here, so that ids are unique over all parts and have one length.
PERSONS_A_PART, ENCOUNTERS_A_PART, LINES_A_PART = 2_000_000, 4_000_000, 10_000_000


@dataclass(frozen=True)
class Part:
    """The tables of one part, as they are written, and what was planted in it."""

    persons: pl.DataFrame
    encounters: pl.DataFrame
    lines: pl.DataFrame
    diagnoses: pl.DataFrame
    procedures: pl.DataFrame
    lists: list[str]
    beside: dict[str, pl.DataFrame]
    truth: pl.DataFrame
    known_lines: int
    dirty_lines: int


class Staging:
    """Makes parts of one city."""

    def __init__(self, tables: Tables, year: Year, chance: Chance) -> None:
        self.tables = tables
        self.chance = chance
        self.export = Export(tables, year, chance)

    def part(self, number: int, persons: pl.DataFrame, visits: pl.DataFrame) -> Part:
        """All tables of a part, from its persons and their visits."""
        staged = self._encounters(number, visits)
        lines = self._lines(number, staged)
        staged = staged.with_columns(total=_totals(lines, staged.height) + pl.col("total_off"))
        coded = self._coded(staged)
        diagnoses, procedures = self.export.coded(coded)
        return Part(
            persons=self.export.persons(persons),
            encounters=self.export.encounters(staged),
            lines=self.export.lines(lines, staged),
            diagnoses=diagnoses,
            procedures=procedures,
            lists=self.export.lists(staged),
            beside=self.export.papers(staged),
            truth=self._truth(lines, coded, staged),
            known_lines=int(lines["known"].sum()),
            dirty_lines=int((lines["dirt"] > 0).sum()),
        )

    def _encounters(self, number: int, visits: pl.DataFrame) -> pl.DataFrame:
        # In the order in which the year went by, as an export is; the key settles days of equal standing.
        staged = visits.sort("day", "key").with_row_index("row")
        script = self.tables.visits[staged["script"]]
        staged = staged.rename({"insurance": "own_insurance"}).hstack(script)
        draw, key = self.chance, pl.col("key")
        group = pl.col("group")
        size = lookup("size", self.tables.groups["size"].to_list(), group)
        step = lookup("step", self.tables.groups["step"].to_list(), group)
        offset = lookup("offset", self.tables.groups["offset"].to_list(), group)
        # The visits of a person have consecutive keys, sixty-four at most; the first is the one that is returned to.
        chosen = pl.when("returning").then(key // 64 * 64).otherwise(key)
        place = draw.early(chosen, "institution", size // step) * step
        place = place + pl.when(step > 1).then(pl.col("city")).otherwise(0)
        return staged.with_columns(
            institution=lookup("member", self.tables.members, offset + place),
            doctor=pl.coalesce("own_doctor", draw.below(key, "doctor", DOCTORS_A_DEPARTMENT)),
            shift=draw.below(key, "minute", pl.col("jitter")),
            no=pl.col("row").cast(pl.Int64) + number * ENCOUNTERS_A_PART,
        ).with_columns(encounter=id_of("E", pl.col("no")))

    def _lines(self, number: int, staged: pl.DataFrame) -> pl.DataFrame:
        """One row a line, numbers only: which charge of the script, of which encounter, with what dirt."""
        first = pl.col("first_charge")
        lines = staged.select("row", charge=pl.int_ranges(first, first + pl.col("charges"), dtype=pl.Int32))
        lines = lines.explode("charge", empty_as_null=False).with_columns(
            no=pl.int_range(pl.len(), dtype=pl.Int64) + number * LINES_A_PART
        )
        draw, key = self.chance, pl.col("no")
        charges = self.tables.charges.numbers.rename({"day": "after"})
        fixed = pl.lit(charges["fixed"]).gather(pl.col("charge"))
        lines = lines.filter(fixed | ~draw.one_in(key, "left out", LEFT_OUT_ONE_IN))
        lines = lines.hstack(charges[lines["charge"]])
        lines = lines.with_columns(dirt=drawn_dirt(draw, lines))
        return lines.with_columns(broken=pl.col("dirt") == BROKEN)

    def _coded(self, staged: pl.DataFrame) -> pl.DataFrame:
        """Diagnoses and procedures of the encounters."""
        first = pl.col("first_coded")
        rows = staged.select(
            "encounter", "day", "starts", "institution", script=pl.int_ranges(first, first + pl.col("coded"))
        ).explode("script", empty_as_null=False)
        return rows.hstack(self.tables.coded[rows["script"]])

    def _truth(self, lines: pl.DataFrame, coded: pl.DataFrame, staged: pl.DataFrame) -> pl.DataFrame:
        """What was planted: on lines, on diagnoses and procedures, on whole bills."""
        declared, no_code = pl.col("truth").is_not_null(), pl.lit(None, pl.String)
        # A bill of which a row must be rejected does not come whole: whoever reads it cannot judge what it lacks.
        broken = lines.filter("broken")["row"].implode()
        on_lines = lines.filter(declared).select(
            "truth",
            encounter_id=pl.lit(staged["encounter"]).gather(pl.col("row")),
            line_id=line_id(pl.col("no")),
            dirty=pl.col("dirt") > 0,
            lacking=pl.col("row").is_in(broken),
        )
        code, procedure = pl.col("code").cast(pl.String), pl.col("procedure")
        on_rows = coded.filter(declared).select(
            "truth",
            encounter_id="encounter",
            diagnosis_code=pl.when(procedure).then(no_code).otherwise(code),
            procedure_code=pl.when(procedure).then(code).otherwise(no_code),
            dirty=pl.lit(False),
        )
        on_bills = staged.filter(declared).select(
            "truth",
            encounter_id="encounter",
            institution_id=self.export.institution_of(pl.col("institution")),
            dirty=pl.col("row").is_in(broken),
        )
        found = pl.concat([on_lines, on_rows, on_bills], how="diagonal")
        judged_whole = pl.col("mechanism").is_in(BY_THE_WHOLE_BILL)
        return found.drop("truth").hstack(self.tables.truths[found["truth"]]).select(
            "rule_code", "mechanism", "encounter_id", "line_id", "diagnosis_code", "procedure_code",
            excess_quantity="excess", amount_fen="amount", certain="certain", planted="planted",
            on_dirty_row=pl.col("dirty") | (judged_whole & pl.col("lacking").fill_null(False)),
            note="note", part="part",
            institution_id=pl.when("of_institution").then("institution_id"), typical_problems="problems",
        )  # fmt: skip


def _totals(lines: pl.DataFrame, rows: int) -> pl.Series:
    """What the lines of each encounter that can be read come to; lines stand in the order of encounters."""
    billed = lines.select(fen=pl.when("broken").then(0).otherwise("fen").cum_sum()).to_series()
    ends = lines["row"].search_sorted(pl.int_range(rows, eager=True, dtype=pl.UInt32), side="right")
    so_far = pl.concat([pl.Series([0]), billed]).gather(ends)
    return so_far.diff().fill_null(so_far.head(1))
