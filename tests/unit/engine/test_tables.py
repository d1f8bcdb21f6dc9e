"""What a bucket's tables number themselves."""

from __future__ import annotations

import polars as pl

from mingcha.engine.tables import Tables
from mingcha.store import columns as c


def test_institutions_are_numbered_by_the_bucket_whatever_its_process_has_seen_before() -> None:
    seen = pl.Series([f"another text {number}" for number in range(1000)]).cast(pl.Categorical)
    encounters = pl.DataFrame(
        {
            "person": [0, 0, 1],
            "encounter_id": ["E1", "E2", "E3"],
            "started_at": [0, 1, 2],
            "institution_id": ["H1", "H2", "H1"],
        }
    )
    nothing = [pl.DataFrame(schema=columns) for columns in (c.LINES, c.DIAGNOSES, c.PROCEDURES)]
    numbers = Tables(c.conform(encounters, c.ENCOUNTERS), *nothing).institutions
    assert numbers[0] == numbers[2] != numbers[1]
    assert max(numbers) < len(numbers) < len(seen)
