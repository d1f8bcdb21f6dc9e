"""From recognised tables to stored columns: rows are cleaned chunk by chunk, refused with a reason, or put aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.domain.claims import Diagnosis, Encounter, Line, Person, Procedure
from mingcha.domain.fields import Entity, Field
from mingcha.ingest import parse
from mingcha.ingest.clean import Cleaned, Writing, clean
from mingcha.ingest.mapping import Recipe, constant_column
from mingcha.ingest.notes import REJECTS, Notes, Rejects
from mingcha.ingest.persons import AS_WRITTEN, Persons
from mingcha.ingest.recognise import FACTS, Recognition
from mingcha.ingest.report import TableReport
from mingcha.ingest.settlement_lists import ReceivedList
from mingcha.ingest.spill import Spill, by_encounter, by_person
from mingcha.ingest.tables import Chunk, Table

UNREADABLE = "无法识别的值"


@dataclass(frozen=True)
class Source:
    """A table together with what it was recognised as, how it is written, and its line of the report."""

    table: Table
    recipe: Recipe
    recognition: Recognition
    report: TableReport
    number: int

    @property
    def constants(self) -> dict[str, str]:
        """Pretended columns and their value."""
        return {constant_column(name): value for name, value in self.recipe.constants.items()}

    def writing(self, entity: type[Entity]) -> dict[str, Writing]:
        """How this source writes the fields of an entity, where the mapping file says so."""
        named = {name: self.recipe.writing.get(f"{entity.__name__}.{name}") for name in entity.fields()}
        return {name: writing for name, writing in named.items() if writing is not None}

    def used_columns(self) -> list[str]:
        """The source columns that any field is read from, and those that rows are chosen by."""
        used = [column for fields in self.recognition.columns.values() for column in fields.values()]
        used += [*self.recipe.only, *self.recipe.skip]
        return [column for column in dict.fromkeys(used) if column not in self.constants]

    def read_columns(self, persons: Persons) -> list[str]:
        """The used columns, and those that only the register of persons is told of."""
        return list(dict.fromkeys([*self.used_columns(), *persons.wanted(self.recognition.of_person)]))


class Stores:
    """Where cleaned rows wait, by kind: lines, facts (of encounters), persons, diagnoses, procedures."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder = folder
        self.count = count
        self.lines = Spill(folder, "lines", by_encounter, count)
        self.facts = Spill(folder, "facts", by_encounter, count)
        self.diagnoses = Spill(folder, "diagnoses", by_encounter, count)
        self.procedures = Spill(folder, "procedures", by_encounter, count)
        self.persons = Spill(folder, "persons", by_person, count)
        # Encounters of which a line was refused: their sums say nothing any more.
        self.lost_lines: Counter[str] = Counter()
        self.lists: list[ReceivedList] = []
        # Optional facts are no bulk: they stay in memory and unparted.
        self.optional: dict[type[Entity], Spill] = {}

    def of(self, entity: type[Entity]) -> Spill:
        """The store of rows of one kind."""
        known = {
            Line: self.lines,
            Diagnosis: self.diagnoses,
            Procedure: self.procedures,
            Person: self.persons,
        }
        return known.get(entity) or self.optional.setdefault(
            entity, Spill(self.folder, entity.__name__, by_person, 1)
        )


def read_chunk(
    source: Source,
    chunk: Chunk,
    stores: Stores,
    notes: Notes,
    rejects: Rejects,
    persons: Persons = AS_WRITTEN,
) -> None:
    """Clean one chunk and put its rows aside; what is refused goes to the reject file."""
    report, primary = source.report, source.recognition.primary
    report.read += len(chunk.broken)
    rejects.add(_broken(source, chunk, persons))
    frame = chunk.frame.with_columns(pl.lit(value).alias(name) for name, value in source.constants.items())
    chosen = _chosen(frame, source.recipe)
    report.skipped += frame.height - int(chosen.sum())
    frame = frame.with_columns(chunk.rows.alias("_row")).filter(chosen)
    report.read += frame.height
    told = source.recognition.columns
    numbers = [columns["person_id"] for columns in told.values() if "person_id" in columns]
    frame = persons.enter(frame, numbers, source.recognition.of_person)
    if primary is not None and (primary not in FACTS or (primary is Person and Encounter not in told)):
        _read_rows(source, primary, frame, stores, notes, rejects)
    if primary in (Line, Diagnosis, Procedure):
        _facts_beside(source, frame, stores, notes)
    elif primary in FACTS and (Encounter in told or primary is not Person):
        _read_facts(source, frame, stores, notes, rejects)
    for entity in (Diagnosis, Procedure):
        if entity is not primary and entity in told:
            _coded_beside(source, entity, frame, stores, notes)


def _read_rows(
    source: Source,
    entity: type[Entity],
    frame: pl.DataFrame,
    stores: Stores,
    notes: Notes,
    rejects: Rejects,
) -> None:
    """Rows that are lines, diagnoses, procedures, persons or optional facts themselves."""
    cleaned = clean(frame, entity, source.recognition.columns[entity], source.writing(entity))
    kept = _refuse(source, entity, frame, cleaned, rejects, notes)
    if entity is Line and not kept.all():
        stores.lost_lines.update(cleaned.frame["encounter_id"].filter(~kept).drop_nulls())
    stores.of(entity).add(_with_origin(source, frame, cleaned.frame, own=True).filter(kept))


def _read_facts(source: Source, frame: pl.DataFrame, stores: Stores, notes: Notes, rejects: Rejects) -> None:
    """Rows that are encounters or settlements themselves."""
    facts = _facts(source, frame, notes)
    bare = facts["encounter_id"].is_null()
    if bare.any():
        why = pl.DataFrame({"reason": ["缺少就诊标识"], "value": [""], "field": ["Encounter.encounter_id"]})
        rejects.add(_rejected(source, frame.filter(bare), why.select(pl.all().first())))
    stores.facts.add(_with_origin(source, frame, facts, own=True).filter(~bare))


def _facts_beside(source: Source, frame: pl.DataFrame, stores: Stores, notes: Notes) -> None:
    """What rows of another kind say of their encounter; only their different sayings are looked at."""
    if not any(entity in source.recognition.columns for entity in FACTS):
        return
    rows = _different(frame, _columns(source.recognition, FACTS))
    facts = _facts(source, rows, notes)
    facts = _with_origin(source, rows, facts, own=False)
    stores.facts.add(facts.filter(pl.col("encounter_id").is_not_null()))


def _coded_beside(
    source: Source, entity: type[Entity], frame: pl.DataFrame, stores: Stores, notes: Notes
) -> None:
    rows = _different(frame, _columns(source.recognition, (entity,)))
    cleaned = clean(rows, entity, source.recognition.columns[entity], source.writing(entity))
    _note(entity, cleaned, None, notes)
    required = [name for name, f in entity.fields().items() if f.required]
    coded = _with_origin(source, rows, cleaned.frame, own=False)
    stores.of(entity).add(coded.drop_nulls(required))


def _facts(source: Source, frame: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    """Person, encounter and settlement fields of these rows, beside each other."""
    parts: dict[str, pl.Series] = {}
    unread = pl.Series("_unread", [None], pl.Utf8).new_from_index(0, frame.height)
    for entity in FACTS:
        columns = source.recognition.columns.get(entity)
        if columns is None:
            continue
        cleaned = clean(frame, entity, columns, source.writing(entity))
        institution = cleaned.frame["institution_id"] if "institution_id" in cleaned.frame.columns else None
        _note(entity, cleaned, institution, notes)
        if (bad := cleaned.bad.get("started_at")) is not None:
            unread = unread.scatter(bad["row"], bad["value"])
        parts |= {series.name: series for series in cleaned.frame.iter_columns() if series.name not in parts}
    return pl.DataFrame([*parts.values(), unread])


def _refuse(
    source: Source,
    entity: type[Entity],
    frame: pl.DataFrame,
    cleaned: Cleaned,
    rejects: Rejects,
    notes: Notes,
) -> pl.Series:
    """Refuse rows that lack a required fact; returns which rows are kept."""
    kept = pl.Series("kept", [True]).new_from_index(0, frame.height)
    for name, declared in entity.fields().items():
        if not declared.required or name not in cleaned.frame.columns:
            continue
        lacking = kept & cleaned.frame[name].is_null()
        if lacking.any():
            rejects.add(_rejected(source, frame.filter(lacking), _why(declared, cleaned, lacking)))
            kept &= ~lacking
    if entity is Line and "unit_price" in cleaned.frame.columns:
        quantity, price = cleaned.frame["billed_quantity"], cleaned.frame["unit_price"]
        product = quantity.cast(pl.Float64).abs() * price.cast(pl.Float64).abs()
        beyond = kept & (product > parse.MAX_PRODUCT).fill_null(value=False)
        if beyond.any():
            why = pl.DataFrame(
                {"field": "Line.unit_price", "value": "", "reason": "数量与单价的乘积超出允许范围"}
            )
            rejects.add(_rejected(source, frame.filter(beyond), why))
            kept &= ~beyond
    _note(entity, cleaned, None, notes, kept)
    return kept


def _why(declared: Field[Any], cleaned: Cleaned, lacking: pl.Series) -> pl.DataFrame:
    """Field, value and reason for each row that lacks a required fact."""
    rows = pl.DataFrame({"row": lacking.arg_true()})
    bad = cleaned.bad.get(declared.name)
    if bad is None:
        bad = pl.DataFrame(schema={"row": pl.UInt32, "value": pl.Utf8, "reason": pl.Utf8})
    known = rows.join(bad.cast({"row": rows.schema["row"]}), on="row", how="left", maintain_order="left")
    reason = pl.format("{}{}", pl.lit(declared.label), pl.col("reason"))
    return known.select(
        pl.lit(repr(declared)).alias("field"),
        pl.col("value").fill_null(""),
        pl.when(pl.col("reason").is_null())
        .then(pl.lit(f"缺少{declared.label}"))
        .otherwise(reason)
        .alias("reason"),
    )


def _note(
    entity: type[Entity],
    cleaned: Cleaned,
    institutions: pl.Series | None,
    notes: Notes,
    kept: pl.Series | None = None,
) -> None:
    """Count the values of accepted rows that could not be read and are unknown now."""
    for name, bad in cleaned.bad.items():
        if entity.fields()[name].required and kept is not None:
            continue
        if kept is not None:
            bad = bad.filter(kept.gather(bad["row"]))
        institution = (
            institutions.gather(bad["row"]) if institutions is not None else pl.Series([None], dtype=pl.Utf8)
        )
        rows = bad.with_columns(
            pl.lit(f"{entity.__name__}.{name}").alias("field"),
            (institution if len(institution) == bad.height else pl.lit(None, pl.Utf8)).alias("institution"),
        )
        notes.add_all(UNREADABLE, rows)


def _chosen(frame: pl.DataFrame, recipe: Recipe) -> pl.Series:
    """Rows that the mapping file wants."""
    wanted = [pl.col(name).cast(pl.Utf8).is_in(list(values)) for name, values in recipe.only.items()]
    unwanted = [
        ~pl.col(name).cast(pl.Utf8).is_in(list(values)).fill_null(value=False)
        for name, values in recipe.skip.items()
    ]
    conditions = [expr.fill_null(value=False) for expr in (*wanted, *unwanted)]
    if not conditions:
        return pl.Series("chosen", [True]).new_from_index(0, frame.height)
    return frame.select(pl.all_horizontal(conditions)).to_series()


def _columns(recognition: Recognition, entities: Sequence[type[Entity]]) -> list[str]:
    found = [column for entity in entities for column in recognition.columns.get(entity, {}).values()]
    return list(dict.fromkeys(found))


def _different(frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """One row of each different saying in these columns: cheap where equal rows follow each other."""
    changed = frame.select(
        pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in columns)
        | (pl.int_range(pl.len()) == 0)
    ).to_series()
    return frame.filter(changed).unique(columns, keep="first", maintain_order=True)


def _with_origin(source: Source, frame: pl.DataFrame, values: pl.DataFrame, *, own: bool) -> pl.DataFrame:
    """The stored columns with their origin: number of the source, row, and whether the row is of this kind itself."""
    return values.with_columns(
        pl.lit(source.number, pl.Int32).alias("_file"),
        frame["_row"].alias("_row"),
        pl.lit(own, pl.Boolean).alias("_own"),
    )


def _broken(source: Source, chunk: Chunk, persons: Persons) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "file": [source.report.label] * len(chunk.broken),
            "row": [broken.row for broken in chunk.broken],
            "field": [""] * len(chunk.broken),
            "value": [""] * len(chunk.broken),
            "reason": [broken.reason for broken in chunk.broken],
            "source": [persons.unread(broken.text) for broken in chunk.broken],
        },
        schema=REJECTS,
    )


def _rejected(source: Source, frame: pl.DataFrame, why: pl.DataFrame) -> pl.DataFrame:
    """Reject rows from source rows and their reasons (one for all, or one each)."""
    shown = [column for column in source.used_columns() if column in frame.columns]
    rows = frame.select(
        pl.lit(source.report.label).alias("file"),
        pl.col("_row").alias("row"),
        pl.struct(pl.col(column).cast(pl.Utf8) for column in shown).struct.json_encode().alias("source"),
    )
    if why.height == 1 != rows.height:
        return rows.with_columns(pl.lit(why[name][0], pl.Utf8).alias(name) for name in why.columns)
    return rows.hstack(why)
