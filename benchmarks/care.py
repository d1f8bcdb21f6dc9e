"""How long a bill, its lines and a person's care take to read from a dataset; and persons into the register."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from uuid import UUID

import polars as pl

from benchmarks.datasets import city_dataset
from benchmarks.figures import Better, Figure, Goal
from benchmarks.library import MadeLibrary
from benchmarks.measure import percentile
from mingcha.access.actor import console
from mingcha.access.context import Access
from mingcha.access.persons import Told, enter
from mingcha.audit.reading import bills, persons
from mingcha.audit.reading.bills import LinesWanted
from mingcha.store.database.engine import Database
from mingcha.store.database.migrating import upgrade
from mingcha.store.keys import Keyring
from mingcha.store.lake import Lake
from mingcha.store.lake_index import write_index

_DATASET = UUID(int=1)
_ASKED, _WARM_UP, _BY_THE_PEER = 200, 10, 20
WHO = console("benchmark")


def figures(lines: int, people: int, library: MadeLibrary, cache: Path) -> list[Figure]:
    """Milliseconds over a city of so many lines; seconds for so many people in the register."""
    dataset = city_dataset(lines, library, cache)
    with TemporaryDirectory() as folder:
        access = _installation(Path(folder), dataset)
        lake = Lake(dataset)
        started = time.perf_counter()
        write_index(lake)
        indexed = time.perf_counter() - started
        return [*_reading(access, lake, lines), _index(lines, indexed), _register(access, people)]


def _installation(home: Path, dataset: Path) -> Access:
    (home / "datasets").mkdir()
    (home / "datasets" / str(_DATASET)).symlink_to(dataset)
    keyring = Keyring(home / "keys.json")
    keyring.create()
    database = Database(f"sqlite:///{home / 'mingcha.db'}")
    upgrade(database)
    return Access(database, keyring, home)


def _reading(access: Access, lake: Lake, lines: int) -> Iterator[Figure]:
    told = pl.concat([lake.scan("encounters", bucket) for bucket in lake.buckets])
    known = told.select("encounter_id", "person_id").collect()
    random = Random(1)
    rows = [known.row(random.randrange(known.height)) for _ in range(_ASKED + _WARM_UP)]
    topic = f"单据与就医记录：{lines:,} 行的数据集，随机 {_ASKED} 次，记入操作记录在内"
    asked: dict[str, Callable[[str, str], object]] = {
        "一张单据": lambda encounter, _: bills.bill(access, WHO, encounter),
        "一张单据的明细": lambda encounter, _: bills.lines(access, WHO, encounter, LinesWanted()),
        "一人的就医记录和剩余用药": lambda _, person: persons.timeline(access, WHO, person),
    }
    peer = [_milliseconds(lambda row=row: _scanned(lake, row[0])) for row in rows[:_BY_THE_PEER]]
    for what, ask in asked.items():
        taken = [_milliseconds(lambda row=row, ask=ask: ask(*row)) for row in rows][_WARM_UP:]
        by_the_peer = median(peer) if what == "一张单据" else None
        yield Figure(
            topic,
            f"{what} p50",
            median(taken),
            "毫秒",
            Goal(Better.LESS),
            by_the_peer,
            "Polars 扫描整个数据集",
        )
        yield Figure(topic, f"{what} p99", percentile(taken, 0.99), "毫秒", Goal(Better.LESS))


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _scanned(lake: Lake, encounter: str) -> list[pl.DataFrame]:
    """The same rows without an index: every bucket is looked through."""
    found = []
    for bucket in lake.buckets:
        own = (
            lake.scan("encounters", bucket).with_row_index("enc").filter(pl.col("encounter_id") == encounter)
        )
        found.append(
            lake.scan("lines", bucket).join(own.select(pl.col("enc").cast(pl.Int32)), on="enc").collect()
        )
    return found


def _index(lines: int, seconds: float) -> Figure:
    return Figure("单据与就医记录", f"{lines:,} 行的索引，导入结束时写", seconds, "秒", Goal(Better.LESS))


def _register(access: Access, people: int) -> Figure:
    told = (
        Told(f"3501{number:016d}", f"王{number % 9973}", f"35010219800101{number:04d}", f"138{number:08d}")
        for number in range(people)
    )
    started = time.perf_counter()
    entered = sum(1 for _ in enter(access, told))
    seconds = time.perf_counter() - started
    assert entered == people
    note = "编号、姓名、证件号码、电话各自加密（SM4-GCM）并建盲索引（HMAC-SM3），SQLite"
    return Figure("参保人登记表", f"登记 {people:,} 人", seconds, "秒", Goal(Better.LESS), note=note)
