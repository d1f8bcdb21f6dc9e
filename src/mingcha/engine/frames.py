"""Findings and rows that could not be judged as frames, of a partition or a case."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import Any

import polars as pl

from mingcha.domain.fields import Entity
from mingcha.domain.findings import Finding
from mingcha.domain.values import ValueType
from mingcha.engine.case import Case, EncounterFacts
from mingcha.engine.compiled import Judgement
from mingcha.engine.findings import Bill, Writer, line_texts
from mingcha.engine.hits import Hit
from mingcha.engine.outcome import Outcome
from mingcha.engine.plan import Plan
from mingcha.engine.tables import Tables
from mingcha.engine.texts import texts_in_lists

DTYPES: dict[ValueType, Any] = {
    ValueType.TEXT: pl.String,
    ValueType.CODE: pl.String,
    ValueType.CODES: pl.List(pl.String),
    ValueType.TEXTS: pl.List(pl.String),
    ValueType.DAY: pl.Int32,
    ValueType.MOMENT: pl.Int32,
    ValueType.NUMBER: pl.Int32,
    ValueType.FLAG: pl.Boolean,
}
OF_BILL = Bill._fields[:-1]  # all but the lines


def schema_of(entity: type[Entity]) -> dict[str, Any]:
    """Column types of an entity, as in `domain.values`."""
    return {name: DTYPES.get(field.type, pl.Int64) for name, field in entity.fields().items()}


def _frame(rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    """Finding rows as columns: several times faster than a frame made row by row."""
    schema = schema_of(Finding)
    columns = zip(*rows, strict=True) if rows else repeat(())
    return pl.DataFrame(
        [
            texts_in_lists(name, column)
            if type_ == pl.List(pl.String)
            else pl.Series(name, column, dtype=type_)
            for (name, type_), column in zip(schema.items(), columns, strict=False)
        ]
    )


def findings_of_case(plan: Plan, case: Case, judgement: Judgement) -> pl.DataFrame:
    """Findings of one case in canonical order, its encounters in the given order."""
    rows = [row for found in case_findings(plan, case, judgement) for row in found]
    return _frame(rows)


def case_findings(plan: Plan, case: Case, judgement: Judgement) -> list[list[tuple[Any, ...]]]:
    """Finding rows (in the order of `Finding`'s fields) of each encounter of a case."""
    return written_findings(Writer(plan), case, judgement)


def written_findings(writer: Writer, case: Case, judgement: Judgement) -> list[list[tuple[Any, ...]]]:
    """The same by a writer that is kept: what many findings say alike is put together once."""
    by_encounter: list[list[Hit]] = [[] for _ in case]
    for hit in judgement.hits:
        by_encounter[hit.encounter].append(hit)
    return [
        _of_encounter(writer, enc, hits) if hits else [] for enc, hits in zip(case, by_encounter, strict=True)
    ]


def _of_encounter(writer: Writer, enc: EncounterFacts, hits: Sequence[Hit]) -> list[tuple[Any, ...]]:
    facts = {name: getattr(enc, name) for name in OF_BILL}
    return writer.of_bill(Bill(**facts, line=line_texts(enc.sent, enc.order)), hits)


def unjudged_of_partition(tables: Tables, outcome: Outcome) -> pl.DataFrame:
    """Rows that could not be judged: slug, rule_code, fact, institution_id, encounter_id, line_key, code."""
    return unjudged_texts(tables, outcome, outcome.unjudged)


def unjudged_texts(tables: Tables, outcome: Outcome, rows: pl.DataFrame) -> pl.DataFrame:
    """The same of these rows alone."""
    whys = pl.DataFrame(
        list(outcome.whys), schema=dict.fromkeys(("slug", "rule_code", "fact"), pl.String), orient="row"
    )
    # The order of a coded row is its place among diagnoses or procedures, not the number of a line.
    of_line = rows.select(pl.when(pl.col("item").is_null()).then("order")).to_series()
    return whys[rows["why"]].with_columns(
        tables.encounters["institution_id"][rows["encounter"]].alias("institution_id"),
        tables.encounters["encounter_id"][rows["encounter"]].alias("encounter_id"),
        tables.of_line("line_key")[of_line].alias("line_key"),
        rows["item"].alias("code"),
    )
