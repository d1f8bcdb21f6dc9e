"""What tables say of those who order, and of the patient on that day."""

from __future__ import annotations

import polars as pl

from mingcha.domain.values import MINUTES_A_DAY
from mingcha.engine.facts import HEAVIEST, LIGHTEST
from mingcha.ingest.beside.saying import OPEN_PERIOD, Saying, flags_of

ANTIBIOTICS = "antibiotic"


def doctor(rows: pl.DataFrame, asked: pl.DataFrame) -> Saying:
    """Whether the doctor was an insured doctor of this institution on the day."""
    serves = pl.col("insured_doctor") & pl.col("agreement_in_force").fill_null(value=True)
    return flags_of(asked, rows, ["doctor_id", "institution_id"], {"doctor_insured": OPEN_PERIOD & serves})


def right(rows: pl.DataFrame, asked: pl.DataFrame) -> Saying:
    """The highest grade of antibiotics that a doctor was entitled to on the day; none entered, none known."""
    keys = ["doctor_id", "institution_id", "day"]
    granted = rows.filter(pl.col("right") == ANTIBIOTICS)
    met = asked.select(keys).unique().join(granted, on=keys[:2]).filter(OPEN_PERIOD)
    return Saying(met.group_by(keys).agg(antibiotic_right=pl.col("grade").max()), keys)


def weight(rows: pl.DataFrame, asked: pl.DataFrame) -> Saying:
    """The weight last measured not after the day; two that differ at one moment are none."""
    weighed = pl.col("weight").is_between(LIGHTEST, HEAVIEST)
    measured = (
        rows.filter(weighed & pl.col("in_force").fill_null(value=True))
        .drop_nulls("measured_at")
        .group_by("encounter_id", "measured_at")
        .agg(pl.when(pl.col("weight").n_unique() == 1).then(pl.col("weight").first()))
        .sort("measured_at")
        .with_columns((pl.col("measured_at") // MINUTES_A_DAY).alias("day"))
    )
    keys = ["encounter_id", "day"]
    days = asked.select(keys).unique().drop_nulls().sort("day")
    met = days.join_asof(measured, on="day", by="encounter_id", check_sortedness=False)
    return Saying(met.select(*keys, "weight"), keys)
