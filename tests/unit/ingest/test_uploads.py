"""How long charges waited for their upload is the same for one bill and for a bucket of them."""

from __future__ import annotations

import random
from typing import Any

import polars as pl

from mingcha.ingest.uploads import longest_delay, with_upload_delays

NAMES = ("charged_at", "uploaded_at", "quantity")
TYPES = {"charged_at": pl.Int32, "uploaded_at": pl.Int32, "quantity": pl.Int64}


def lines(*rows: tuple[int, int | None, int]) -> dict[str, list[Any]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(NAMES)}


def test_the_longest_of_the_lines_that_refunds_left_counts() -> None:
    assert longest_delay(lines((1500, 1560, 1), (1500, 3000, 0), (1500, 1700, 2))) == 200


def test_a_charge_without_an_hour_is_made_at_the_end_of_its_day() -> None:
    assert longest_delay(lines((1440, 2880, 1))) == 0
    assert longest_delay(lines((1441, 2880, 1))) == 1439


def test_without_any_upload_nothing_is_known() -> None:
    assert longest_delay(lines((1500, None, 1))) is None
    assert longest_delay(lines((1500, 1600, 0))) is None
    assert longest_delay({"charged_at": [1500], "quantity": [1]}) is None


def test_a_bucket_says_the_same_as_its_bills() -> None:
    pick = random.Random(3)
    bills = [
        lines(
            *(
                (pick.choice((1440, 1500, 2000)), pick.choice((None, 1600, 4000)), pick.choice((0, 1)))
                for _ in range(pick.randint(1, 4))
            )
        )
        for _ in range(200)
    ]
    frame = pl.concat(
        pl.DataFrame(bill, schema=TYPES).with_columns(pl.lit(number, pl.Int32).alias("enc"))
        for number, bill in enumerate(bills)
    )
    encounters = pl.DataFrame({"encounter_id": [f"E{number}" for number in range(len(bills))]})
    told = with_upload_delays(encounters, frame)
    assert told["upload_delay"].to_list() == [longest_delay(bill) for bill in bills]
    assert told.columns == ["encounter_id", "upload_delay"]
