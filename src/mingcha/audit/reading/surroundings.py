"""What stands around a finding in the dataset: its line within the bill, and the person's care before and after."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from mingcha.access.scope import Scope
from mingcha.audit.reading.within import within
from mingcha.domain.item_codes import is_beginning
from mingcha.domain.values import MINUTES_A_DAY, ValueType, written
from mingcha.store.lake import Lake

# Lines shown before and behind the line itself; the related ones always are.
NEIGHBOURS = 6
MOST_RELATED = 60
MOST_HISTORY = 40
_OF_ENCOUNTER = (
    "encounter_id", "settlement_id", "person_id", "institution_id", "institution_name", "department_id",
    "department_name", "doctor_id", "doctor_name", "care_region", "insurance_type", "care_type", "started_at",
    "ended_at", "settled_at", "main_diagnosis", "disease_name", "total_amount", "fund_paid",
)  # fmt: skip
_OF_LINE = (
    "enc", "item", "line_key", "charged_at", "quantity", "unit_price", "amount", "department_id", "department_name",
    "doctor_id", "doctor_name",
)  # fmt: skip


@dataclass(frozen=True)
class BillLine:
    """A line of the bill; `number` is its place there, `findings` how many there are on it."""

    number: int
    line_key: str
    code: str
    name: str | None
    charged_at: str | None
    quantity: str | None
    unit_price: str | None
    amount_fen: int | None
    department_name: str | None
    doctor_name: str | None
    itself: bool
    related: bool
    findings: int


@dataclass(frozen=True)
class BillAround:
    """The bill of a finding, of its lines those near and those related; amounts in fen."""

    encounter_id: str
    settlement_id: str | None
    institution_name: str | None
    started_at: str | None
    ended_at: str | None
    settled_at: str | None
    care_type: str | None
    main_diagnosis: str | None
    total_fen: int | None
    fund_paid_fen: int | None
    lines_in_all: int
    lines: list[BillLine]


@dataclass(frozen=True)
class HistoryLine:
    """The same item, or one that the knowledge point names beside it, in another encounter of the person."""

    encounter_id: str
    institution_name: str | None
    care_type: str | None
    charged_at: str | None
    code: str
    name: str | None
    quantity: str | None
    amount_fen: int | None


@dataclass(frozen=True)
class Visit:
    """Another encounter of the person."""

    encounter_id: str
    institution_name: str | None
    care_type: str | None
    started_at: str | None
    ended_at: str | None
    total_fen: int | None


@dataclass(frozen=True)
class Surroundings:
    """All of it, within the data that somebody may see; `days` is how far the history goes to both sides."""

    bill: BillAround
    history: list[HistoryLine]
    visits: list[Visit]
    days: int


def around(
    lake: Lake,
    bucket: int,
    finding: Mapping[str, Any],
    found: Mapping[str, int],
    codes: Collection[str],
    scope: Scope,
    days: int,
) -> Surroundings | None:
    """What stands around a finding; None where the dataset does not know its encounter.

    Args:
        found: by line key, how many findings are on lines of the bill.
        codes: items whose lines elsewhere are history.
    """
    encounters = lake.scan("encounters", bucket).select(_OF_ENCOUNTER).with_row_index("enc")
    same = pl.col("person_id").eq_missing(finding["person_id"]) if finding["person_id"] else pl.lit(False)
    care = encounters.filter(same | (pl.col("encounter_id") == finding["encounter_id"])).collect()
    own = care.filter(pl.col("encounter_id") == finding["encounter_id"])
    if own.is_empty():
        return None
    span = days * MINUTES_A_DAY
    near = (pl.col("started_at") - own["started_at"][0]).abs() <= span
    others = care.filter(within(scope), pl.col("encounter_id") != finding["encounter_id"], near)
    items = lake.items()
    wanted = items_of(items, codes)
    lines = _lines(lake, bucket, own["enc"][0], others["enc"], wanted)
    lines = lines.join(
        items.select("item", "item_code", "item_name"), on="item", how="left", maintain_order="left"
    )
    lines = lines.join(
        care, on="enc", how="left", maintain_order="left", suffix="_of_encounter"
    ).with_columns(
        # A line's own department and doctor say where it stands; without, those of its encounter.
        pl.coalesce(name, f"{name}_of_encounter").alias(name)
        for name in ("department_id", "department_name", "doctor_id", "doctor_name")
    )
    lines = lines.filter(within(scope))
    on_bill = lines.filter(pl.col("enc") == own["enc"][0])
    elsewhere = lines.filter(pl.col("enc") != own["enc"][0])
    return Surroundings(
        _bill(own.row(0, named=True), on_bill, finding, found),
        [_history(row) for row in _nearest(elsewhere, finding["charged_at"] or own["started_at"][0])],
        [_visit(row) for row in _nearest(others, own["started_at"][0], "started_at")],
        days,
    )


def items_of(items: pl.DataFrame, codes: Collection[str]) -> pl.Series:
    """The numbers of the items that codes name, whole or, as points of a class of drugs do, by how they begin."""
    code = pl.col("item_code")
    named = code.is_in(list(codes))
    beginnings = [one for one in codes if is_beginning(one)]
    return items.filter(pl.any_horizontal(named, *(code.str.starts_with(one) for one in beginnings)))["item"]


def _lines(lake: Lake, bucket: int, own: int, others: pl.Series, items: pl.Series) -> pl.DataFrame:
    """All lines of the own encounter, and of the others those of certain items."""
    elsewhere = pl.col("enc").is_in(others.implode()) & pl.col("item").is_in(items.implode())
    scan = lake.scan("lines", bucket).select(_OF_LINE)
    return scan.filter((pl.col("enc") == own) | elsewhere).collect()


def _bill(
    own: Mapping[str, Any], lines: pl.DataFrame, finding: Mapping[str, Any], found: Mapping[str, int]
) -> BillAround:
    related = set(finding["related"])
    numbered = lines.with_row_index("number", offset=1)
    place = numbered.filter(pl.col("line_key") == (finding["line_key"] or ""))["number"]
    at = int(place[0]) if len(place) else 1
    near = pl.col("number").cast(pl.Int64).is_between(at - NEIGHBOURS, at + NEIGHBOURS)
    kept = numbered.filter(near | pl.col("line_key").is_in(list(related)[:MOST_RELATED]))
    return BillAround(
        encounter_id=own["encounter_id"],
        settlement_id=own["settlement_id"],
        institution_name=own["institution_name"],
        **_moments(own, "started_at", "ended_at", "settled_at"),
        care_type=own["care_type"],
        main_diagnosis=own["main_diagnosis"],
        total_fen=own["total_amount"],
        fund_paid_fen=own["fund_paid"],
        lines_in_all=lines.height,
        lines=[_line(row, finding, related, found) for row in kept.iter_rows(named=True)],
    )


def _line(
    row: Mapping[str, Any], finding: Mapping[str, Any], related: Collection[str], found: Mapping[str, int]
) -> BillLine:
    return BillLine(
        number=row["number"],
        line_key=row["line_key"],
        code=row["item_code"],
        name=row["item_name"],
        **_moments(row, "charged_at"),
        quantity=_said(row["quantity"], ValueType.QUANTITY),
        unit_price=_said(row["unit_price"], ValueType.PRICE),
        amount_fen=row["amount"],
        department_name=row["department_name"] or row["department_id"],
        doctor_name=row["doctor_name"] or row["doctor_id"],
        itself=row["line_key"] == finding["line_key"],
        related=row["line_key"] in related,
        findings=found.get(row["line_key"], 0),
    )


def _nearest(rows: pl.DataFrame, moment: int, by: str = "charged_at") -> Sequence[dict[str, Any]]:
    """Those nearest in time, in order of time."""
    nearest = rows.sort((pl.col(by) - moment).abs(), nulls_last=True).head(MOST_HISTORY)
    return nearest.sort(by, nulls_last=True).to_dicts()


def _history(row: Mapping[str, Any]) -> HistoryLine:
    return HistoryLine(
        row["encounter_id"],
        row["institution_name"],
        row["care_type"],
        **_moments(row, "charged_at"),
        code=row["item_code"],
        name=row["item_name"],
        quantity=_said(row["quantity"], ValueType.QUANTITY),
        amount_fen=row["amount"],
    )


def _visit(row: Mapping[str, Any]) -> Visit:
    return Visit(
        row["encounter_id"],
        row["institution_name"],
        row["care_type"],
        **_moments(row, "started_at", "ended_at"),
        total_fen=row["total_amount"],
    )


def _moments(row: Mapping[str, Any], *names: str) -> dict[str, str | None]:
    return {name: _said(row[name], ValueType.MOMENT) for name in names}


def _said(value: int | None, type_: ValueType) -> str | None:
    return None if value is None else written(value, type_)
