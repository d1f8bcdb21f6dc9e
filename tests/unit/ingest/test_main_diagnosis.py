"""The main diagnosis is the one that is marked, for one bill and for a bucket of them."""

from __future__ import annotations

import polars as pl
import pytest

from mingcha.ingest.main_diagnosis import sole_main, with_main_diagnoses

DIAGNOSED = [
    (["J18.900", "I10.X00"], [True, False], "J18.900"),
    (["J18.900", "I10.X00"], [False, None], None),
    (["J18.900", "I10.X00"], [True, True], None),
    (["J18.900", "J18.900"], [True, True], "J18.900"),
    ([], [], None),
]


@pytest.mark.parametrize(("codes", "marks", "main"), DIAGNOSED)
def test_the_only_one_that_is_marked_is_the_main_diagnosis(
    codes: list[str], marks: list[bool | None], main: str | None
) -> None:
    assert sole_main(codes, marks) == main


def test_a_bucket_says_the_same_and_leaves_what_encounters_state() -> None:
    rows = [
        (enc, code, mark)
        for enc, (codes, marks, _) in enumerate(DIAGNOSED)
        for code, mark in zip(codes, marks, strict=True)
    ]
    schema = {"enc": pl.Int32, "diagnosis_code": pl.String, "main": pl.Boolean}
    diagnoses = pl.DataFrame(rows, schema=schema, orient="row")
    encounters = pl.DataFrame({"encounter_id": [f"E{number}" for number in range(len(DIAGNOSED))]})
    told = with_main_diagnoses(encounters, diagnoses)
    assert told["main_diagnosis"].to_list() == [main for _, _, main in DIAGNOSED]
    stating = encounters.with_columns(main_diagnosis=pl.lit("K80.200"))
    assert set(with_main_diagnoses(stating, diagnoses)["main_diagnosis"]) == {"K80.200"}
