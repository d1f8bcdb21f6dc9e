"""A dataset on disk made of random persons, so that services can be tested without an import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.domain.fields import Entity
from mingcha.domain.schema import OPTIONAL_TABLES
from mingcha.engine.case import EncounterFacts
from mingcha.engine.stock import RECORDS
from mingcha.knowledge.release import Release
from mingcha.store.columns import columns_of
from mingcha.store.lake import LakeWriter
from tests.support.random_cases import FACTS, LINE_COLUMNS, City, coded


def write_lake(
    folder: Path,
    release: Release,
    *,
    persons: int = 60,
    buckets: int = 3,
    seed: int = 1,
    regions: Sequence[str] = ("350100",),
) -> list[list[EncounterFacts]]:
    """Write a dataset of random persons over the codes that a release knows; returns its cases."""
    city = City(release, persons, seed, regions)
    codes = sorted({code for case in city.cases for enc in case for code in enc.lines["item_code"]})
    with LakeWriter(folder) as writer:
        writer.write_items(
            pl.DataFrame(
                {"item": range(len(codes)), "item_code": codes, "item_name": [f"项目{c}" for c in codes]}
            )
        )
        for slug, entity in _of_persons().items():  # what random encounters say stood in them
            writer.write_table(slug, pl.DataFrame(schema=columns_of(entity)))
        counted = [_bucket(writer, number, city.cases[number::buckets], codes) for number in range(buckets)]
        writer.write_quality(
            pl.DataFrame(
                {"kind": ["无法识别的值"], "field": ["Line.supply_days"], "count": [2], "examples": [["七"]]}
            )
        )
        writer.finish(
            {
                "buckets": buckets,
                "inputs": [],
                "counts": {
                    "persons": persons,
                    "encounters": sum(len(case) for case in city.cases),
                    "lines": sum(counted),
                    "items": len(codes),
                },
            }
        )
    return city.cases


def _bucket(writer: LakeWriter, number: int, cases: list[list[EncounterFacts]], codes: list[str]) -> int:
    ids = {code: place for place, code in enumerate(codes)}
    encounters = [(person, enc) for person, case in enumerate(cases) for enc in case]
    facts: dict[str, Any] = {name: [getattr(enc, name) for _, enc in encounters] for name in FACTS}
    lines = pl.DataFrame(
        [
            (place, ids[row[1]], row[0] or f"#{order + 1}", *row)
            for place, (_, enc) in enumerate(encounters)
            for order, row in enumerate(zip(*(enc.lines[name] for name in LINE_COLUMNS), strict=True))
        ],
        schema={"enc": pl.Int32, "item": pl.Int32, "line_key": pl.String, **LINE_COLUMNS},
        orient="row",
    )
    frame = pl.DataFrame(facts, schema=FACTS).with_columns(
        pl.Series("person", [person for person, _ in encounters], dtype=pl.Int32),
        pl.format("{}医院", "institution_id").alias("institution_name"),
        pl.format("{}医师", "doctor_id").alias("doctor_name"),
    )
    plain = [enc for _, enc in encounters]
    writer.write_bucket(
        number,
        encounters=frame,
        lines=lines,
        diagnoses=coded(plain, "diagnosis"),
        procedures=coded(plain, "procedure"),
    )
    return lines.height


def _of_persons() -> dict[str, type[Entity]]:
    """The optional tables but those of stock, which rest where there are none."""
    return {slug: entity for slug, entity in OPTIONAL_TABLES.items() if slug not in RECORDS}
