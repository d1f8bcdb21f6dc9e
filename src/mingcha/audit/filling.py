"""Bills of a dataset become the past of their persons: what was imported by file is seen by the next call.

Filled in parts of a bucket, each in one transaction; done again, it ends with the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import polars as pl

from mingcha.access.context import Access
from mingcha.access.persons import indexes_of
from mingcha.audit.histories import DAYS_KEPT, Change, change
from mingcha.audit.past import PastEncounter, past_of, with_call
from mingcha.domain.claims import Person
from mingcha.domain.collecting import collecting_paused
from mingcha.domain.values import MINUTES_A_DAY
from mingcha.ingest.leaves import Columns
from mingcha.ingest.orders import UNTIL, last_days
from mingcha.store.lake import Lake

# So many lines at once become objects of Python; a bucket as a whole would fill the memory.
_LINES_AT_ONCE = 20_000
_NESTED = ("lines", "diagnoses", "procedures")
_KEY = Person.person_id.name
# How the dataset joins its tables.
_ITS_OWN = ("enc", "item")

Progress = Callable[[int, int], None]
"""lines done, lines in all"""


@dataclass(frozen=True)
class Filled:
    """What became of a dataset: persons and lines that are now past; persons whom the register does not know."""

    persons: int
    lines: int
    unknown: int


def fill(access: Access, lake: Lake, as_of: int, progress: Progress = lambda _done, _total: None) -> Filled:
    """Put the bills of a dataset into the pasts of its persons; what is told newer of a bill stays.

    Args:
        as_of: when the dataset was told, in seconds since 1970.
    """
    oldest = int(access.now().timestamp()) // 60 - DAYS_KEPT * MINUTES_A_DAY
    total = sum(_height(lake, number) for number in lake.buckets)
    persons = lines = unknown = 0
    for number in lake.buckets:
        for part in _parts(lake, number, oldest):
            with collecting_paused():
                told = _by_person(part, as_of)
                changes = _by_index(access, told)
                with access.database.writing() as session:
                    change(session, access, changes)
            persons, unknown = persons + len(changes), unknown + len(told) - len(changes)
            lines += part["lines"].height
            progress(lines, total)
    return Filled(persons, lines, unknown)


def _height(lake: Lake, number: int) -> int:
    counted: int = lake.scan("lines", number).select(pl.len()).collect().item()
    return counted


Part = dict[str, pl.DataFrame]
"""the tables of some whole persons, by name; `enc` joins them"""


def _parts(lake: Lake, number: int, oldest: int) -> Iterator[Part]:
    """Some persons at a time, with what is young enough of their bills."""
    encounters = lake.scan("encounters", number).with_row_index("enc").collect()
    nested = {table: _told(lake.scan(table, number)) for table in _NESTED}
    items = lake.items().select("item", "item_code", "item_name")
    counted = nested["lines"].group_by("enc").agg(pl.len().alias("rows"))
    young = pl.coalesce("ended_at", "started_at") >= oldest
    before = pl.col("rows").fill_null(0).cum_sum()
    kept = encounters.with_columns(pl.col("enc").cast(pl.Int32))
    kept = kept.join(counted, on="enc", how="left", maintain_order="left").filter(young)
    kept = kept.with_columns(before.alias("rows"))
    kept = kept.with_columns((pl.col("rows").first().over(_KEY) // _LINES_AT_ONCE).alias("rows"))
    for of_part in kept.partition_by("rows", maintain_order=True, include_key=False):
        encs = of_part.select("enc")
        part = {
            table: rows.join(encs, on="enc", how="semi", maintain_order="left")
            for table, rows in nested.items()
        }
        part["lines"] = part["lines"].join(items, on="item", how="left", maintain_order="left")
        yield {"encounters": of_part, **part}


def _told(table: pl.LazyFrame) -> pl.DataFrame:
    """A table without the columns of which nothing is known: they are most, and as large as the others."""
    unknown = table.select(pl.all().is_null().all()).collect(engine="streaming").row(0, named=True)
    return table.select(
        name for name, nothing in unknown.items() if name in _ITS_OWN or not nothing
    ).collect()


def _by_person(part: Part, as_of: int) -> dict[str, list[PastEncounter]]:
    """The encounters of each person, by the person's key in the dataset."""
    nested = {table: _columns_by_encounter(part[table]) for table in _NESTED}
    found: dict[str, list[PastEncounter]] = defaultdict(list)
    for facts in part["encounters"].drop("person").iter_rows(named=True):
        enc, person = facts.pop("enc"), facts.pop(_KEY)
        lines, diagnoses, procedures = (nested[table].get(enc, {}) for table in _NESTED)
        if (until := last_days(lines)) is not None:
            lines[UNTIL] = until
        found[person].append(past_of(facts, lines, diagnoses, procedures, as_of=as_of))
    return found


def _columns_by_encounter(rows: pl.DataFrame) -> dict[int, Columns]:
    """The rows of each encounter as columns of plain values."""
    if rows.is_empty():
        return {}
    told = rows.select(one.name for one in rows if one.name not in _ITS_OWN and one.null_count() < one.len())
    columns = {one.name: one.to_list() for one in told}
    found, start = {}, 0
    for enc, size in rows["enc"].rle().struct.unnest().select("value", "len").iter_rows():
        found[enc] = {name: values[start : start + size] for name, values in columns.items()}
        start += size
    return found


def _by_index(access: Access, told: dict[str, list[PastEncounter]]) -> dict[str, list[Change]]:
    """What changes in whose past; the register knows under which index a person's past lies."""
    indexes = indexes_of(access, told)
    return {
        indexes[key]: [partial(with_call, new=one) for one in encounters]
        for key, encounters in told.items()
        if key in indexes
    }
