"""Where the bills of a dataset stand: of every encounter and person the bucket and the rows, found in milliseconds.

DATASET/index/encounters, persons   Parquet, sorted by identifier; written beside the results of an import, and once for
a dataset that has none. They do not count as content of the dataset: what was judged stays what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mingcha.store.lake import Lake
from mingcha.store.whole import whole_file

FOLDER = "index"
ENCOUNTERS, PERSONS = "encounters", "persons"
TABLES = ("encounters", "lines", "diagnoses", "procedures")
# One group is read to find one identifier: small enough to be read at once, large enough that there are few.
_ROWS_A_GROUP = 16_384
_OF_ENCOUNTERS = TABLES[1:]
_SCHEMA = {"id": pl.String(), "bucket": pl.Int32()} | {
    name: pl.Int64() for table in TABLES for name in (table, f"{table}_rows")
}


@dataclass(frozen=True)
class Stand:
    """Where rows stand: in one bucket, of each table from which row on, and how many."""

    identifier: str
    bucket: int
    rows: dict[str, tuple[int, int]]


class LakeIndex:
    """The index of a dataset, made where there is none yet.

    Args:
        lake: the dataset; its folder must be ours to write into.
    """

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self._folder = lake.path / FOLDER
        if not (self._folder / PERSONS).is_file():
            write_index(lake)

    def encounter(self, encounter_id: str) -> Stand | None:
        """Where an encounter stands; None where the dataset does not know it."""
        return next(self._at(ENCOUNTERS, [encounter_id]), None)

    def persons(self, keys: Iterable[str]) -> Iterator[Stand]:
        """Where all encounters of these persons stand; who has none is left out."""
        return self._at(PERSONS, list(keys))

    def rows(self, stand: Stand, table: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The rows of a table; with `columns`, only these of it. `enc` counts on within the bucket."""
        first, count = stand.rows[table]
        scan = self.lake.scan(table, stand.bucket).slice(first, count)
        return (scan if columns is None else scan.select(columns)).collect()

    def _at(self, name: str, identifiers: Sequence[str]) -> Iterator[Stand]:
        scan = pl.scan_parquet(self._folder / name, glob=False)
        condition = (
            pl.col("id") == identifiers[0] if len(identifiers) == 1 else pl.col("id").is_in(identifiers)
        )
        for row in scan.filter(condition).collect().iter_rows(named=True):
            rows = {table: (row[table], row[f"{table}_rows"]) for table in TABLES}
            yield Stand(row["id"], row["bucket"], rows)


def write_index(lake: Lake) -> None:
    """Write the index of a dataset; whole, or not at all."""
    stands = [_stands(lake, bucket) for bucket in lake.buckets]
    # A dataset may have no bucket.
    encounters = pl.concat([pl.DataFrame(schema=_SCHEMA), *(of_encounters for of_encounters, _ in stands)])
    persons = pl.concat([pl.DataFrame(schema=_SCHEMA), *(of_persons for _, of_persons in stands)])
    folder = lake.path / FOLDER
    folder.mkdir(exist_ok=True)
    # Persons last: their file is what says that the index is whole.
    for name, frame in ((ENCOUNTERS, encounters), (PERSONS, persons)):
        _write(frame.sort("id"), folder / name)


def _stands(lake: Lake, bucket: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Encounters and persons of a bucket."""
    own = lake.scan("encounters", bucket).select("encounter_id", "person_id").collect()
    own = own.with_columns(pl.int_range(pl.len(), dtype=pl.Int32).alias("enc"))
    for table in _OF_ENCOUNTERS:
        counted = lake.scan(table, bucket).group_by("enc").agg(pl.len().alias(f"{table}_rows")).collect()
        own = own.join(counted, on="enc", how="left", maintain_order="left").with_columns(
            pl.col(f"{table}_rows").fill_null(0).cast(pl.Int64)
        )
        own = own.with_columns((pl.col(f"{table}_rows").cum_sum() - pl.col(f"{table}_rows")).alias(table))
    own = own.with_columns(
        pl.lit(bucket, pl.Int32).alias("bucket"),
        pl.col("enc").cast(pl.Int64).alias("encounters"),
        pl.lit(1, pl.Int64).alias("encounters_rows"),
    )
    encounters = own.rename({"encounter_id": "id"}).select(list(_SCHEMA))
    persons = own.group_by(pl.col("person_id").alias("id"), "bucket").agg(
        *(pl.col(table).min() for table in TABLES), *(pl.col(f"{table}_rows").sum() for table in TABLES)
    )
    return encounters, persons.select(list(_SCHEMA))


def _write(frame: pl.DataFrame, path: Path) -> None:
    with whole_file(path) as unfinished:
        frame.write_parquet(unfinished, compression="zstd", compression_level=1, row_group_size=_ROWS_A_GROUP)
