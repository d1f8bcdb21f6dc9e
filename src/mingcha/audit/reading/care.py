"""What a dataset knows of a person's or an encounter's care, as far as a scope reaches."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from mingcha.access.scope import Scope
from mingcha.audit.reading.open_claims import items_of
from mingcha.audit.reading.within import within
from mingcha.engine.facts import derived_columns
from mingcha.store.lake_index import LakeIndex, Stand

_STANDS = ("department_id", "department_name", "doctor_id", "doctor_name")
_PLACE = ("encounter_id", "institution_id", "care_region", "insurance_type", *_STANDS)


@dataclass(frozen=True)
class Care:
    """Rows of some encounters that stand together; `enc` joins them.

    Args:
        encounters: those of which the scope reaches the whole or a line.
        lines: those that the scope reaches, each with the code and name of its item.
    """

    index: LakeIndex
    stand: Stand
    encounters: pl.DataFrame
    lines: pl.DataFrame


def care_within(index: LakeIndex, stand: Stand, scope: Scope) -> Care:
    """All that stands there and is reached.

    A line stands where its own department and doctor say, without them where its encounter does; who reaches a line
    sees of which bill it is, and of that bill the lines that are reached.
    """
    first, _ = stand.rows["encounters"]
    encounters = index.rows(stand, "encounters").with_row_index("enc", offset=first)
    encounters = encounters.with_columns(
        pl.col("enc").cast(pl.Int32), derived_columns()["inpatient"].alias("inpatient")
    )
    placed = encounters.select("enc", *_PLACE)
    lines = index.rows(stand, "lines").with_row_index("row")
    lines = lines.join(placed, on="enc", how="left", maintain_order="left", suffix="_of_bill")
    lines = lines.with_columns(pl.coalesce(name, f"{name}_of_bill").alias(name) for name in _STANDS)
    lines = lines.filter(within(scope)).join(items_of(index), on="item", how="left", maintain_order="left")
    reached = within(scope) | pl.col("enc").is_in(lines["enc"].unique().implode())
    return Care(index, stand, encounters.filter(reached), lines)


def coded_rows(care: Care, table: str) -> pl.DataFrame:
    """Diagnoses or procedures of the encounters that are reached."""
    rows = care.index.rows(care.stand, table)
    return rows.filter(pl.col("enc").is_in(care.encounters["enc"].implode()))
