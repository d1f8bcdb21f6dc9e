"""Facts that nobody sends but rules read, made from what is sent: each once for a case and once for columns.

The two forms of a fact stand side by side, and a property test holds them equal.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from mingcha.domain.values import MINUTES_A_DAY, PRICE_SCALE

INPATIENT_VISIT = "2"
INPATIENT_CARE = ("2", "52")
PURCHASE_VISIT = "3"
PURCHASE_CARE = "41"

# 医院等级 (hosp_lv): 1–4 and 12 三级, 5–7 and 13 二级, 8–10 and 14 一级, 11 无等级.
RANK_OF_LEVEL = (
    dict.fromkeys(("1", "2", "3", "4", "12"), 3)
    | dict.fromkeys(("5", "6", "7", "13"), 2)
    | dict.fromkeys(("8", "9", "10", "14"), 1)
    | {"11": 0}
)
PRICE_STEPS = tuple(PRICE_SCALE // 10**places for places in (2, 3, 4, 5))
KNOWN_SEXES = ("1", "2")


def inpatient(visit_type: str | None, care_type: str | None) -> bool | None:
    """Whether the encounter is a stay: by the type of visit, or else by the care type's prefix."""
    if visit_type is not None:
        return visit_type == INPATIENT_VISIT
    return None if care_type is None else care_type.startswith(INPATIENT_CARE)


def purchase(visit_type: str | None, care_type: str | None) -> bool | None:
    """Whether the encounter is a purchase at a pharmacy: by the type of visit, or else by the care type."""
    if visit_type is not None:
        return visit_type == PURCHASE_VISIT
    return None if care_type is None else care_type.startswith(PURCHASE_CARE)


def _day(minute: int | None) -> int | None:
    return None if minute is None else minute // MINUTES_A_DAY


def price_step(price: int | None) -> int | None:
    """The size of a price's last decimal, at most a cent: 12.5 is written to the cent, 0.3333 is finer."""
    if price is None:
        return None
    return next((step for step in PRICE_STEPS if price % step == 0), 1)


def price_step_column(price: pl.Expr) -> pl.Expr:
    """The same over a column."""
    step = pl.lit(1, dtype=pl.Int64)
    for size in reversed(PRICE_STEPS):
        step = pl.when(price % size == 0).then(pl.lit(size, dtype=pl.Int64)).otherwise(step)
    return pl.when(price.is_not_null()).then(step)


def derive(facts: dict[str, Any], diagnoses: tuple[str, ...]) -> dict[str, Any]:
    """The derived facts of one encounter, to be laid over those that were sent."""
    insurance, care = facts.get("insurance_type"), facts.get("care_type")
    sex = facts.get("sex")
    return {
        "sex": sex if sex in KNOWN_SEXES else None,
        "inpatient": inpatient(facts.get("visit_type"), care),
        "purchase": purchase(facts.get("visit_type"), care),
        "institution_rank": RANK_OF_LEVEL.get(facts.get("institution_level") or ""),
        "first_day": _day(facts.get("started_at")),
        "last_day": _day(facts.get("ended_at")),
        "coverage": None if insurance is None or care is None else f"{insurance}/{care}",
        "diagnoses": diagnoses or None,
    }


def derived_columns() -> dict[str, pl.Expr]:
    """The same over a frame of encounters (`diagnoses` apart: they are a table of their own)."""
    care, visit = pl.col("care_type"), pl.col("visit_type")
    by_care = pl.any_horizontal([care.str.starts_with(prefix) for prefix in INPATIENT_CARE])
    return {
        "sex": pl.when(pl.col("sex").is_in(KNOWN_SEXES)).then(pl.col("sex")),
        "inpatient": pl.when(visit.is_not_null()).then(visit == INPATIENT_VISIT).otherwise(by_care),
        "purchase": pl.when(visit.is_not_null())
        .then(visit == PURCHASE_VISIT)
        .otherwise(care.str.starts_with(PURCHASE_CARE)),
        "institution_rank": pl.col("institution_level").replace_strict(
            RANK_OF_LEVEL, default=None, return_dtype=pl.Int32
        ),
        "first_day": pl.col("started_at") // MINUTES_A_DAY,
        "last_day": pl.col("ended_at") // MINUTES_A_DAY,
        "coverage": pl.col("insurance_type") + "/" + care,
    }
