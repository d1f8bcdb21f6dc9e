"""How fast a sample city is made, beside writing as many random rows of the same width with Polars alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl

from benchmarks.figures import Better, Figure, Goal
from benchmarks.measure import in_own_process
from mingcha.sample.city import make_city

TOPIC = "样例城市"
SEED = 7
ENOUGH_LINES = 1_000_000
"""Below this the script of the city, written once whatever its size, weighs too much: no rate is owed."""
_ROWS_A_FILE = 500_000
_DIFFERENT = 5_000


def figures(lines: int, work: Path, repetitions: int) -> list[Figure]:
    """Lines a second for a city of about so many lines, written as Parquet."""
    work.mkdir(parents=True, exist_ok=True)
    runs = [in_own_process(made_city, work / "city", lines) for _ in range(repetitions)]
    city = sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
    written, columns = city.result
    rows = sorted(
        in_own_process(random_rows, work / "rows", written, columns).seconds for _ in range(repetitions)
    )
    shutil.rmtree(work)
    return [
        Figure(
            TOPIC,
            f"{written:,} 行费用明细（{columns} 列），连同人、就诊、诊断、手术和答案",
            written / city.seconds,
            "行/秒",
            Goal(Better.MORE, 0.5e6, 1e6) if lines >= ENOUGH_LINES else Goal(Better.MORE),
            written / rows[len(rows) // 2],
            "Polars 写同样行数、同样列数的随机行",
            "对方没有人、没有违规、没有答案，只写一张表",
        )
    ]


def made_city(out: Path, lines: int) -> tuple[int, int]:
    """Make a city; its lines, and their columns."""
    report = make_city(out, lines, SEED)
    first = next(iter(sorted((out / "claims").glob("lines*.parquet"))))
    return report.lines, len(pl.read_parquet_schema(first))


def random_rows(out: Path, rows: int, columns: int) -> None:
    """Write so many rows of texts drawn at random, in files of the city's size and compression."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    words = pl.Series([f"{number:012d}" for number in range(_DIFFERENT)])
    for number, first in enumerate(range(0, rows, _ROWS_A_FILE)):
        size = min(_ROWS_A_FILE, rows - first)
        drawn = pl.int_range(_DIFFERENT, eager=True)
        pl.DataFrame(
            {
                f"c{column}": words.gather(
                    drawn.sample(size, with_replacement=True, seed=SEED + number * columns + column)
                )
                for column in range(columns)
            }
        ).write_parquet(
            out / f"{number:04d}.parquet", compression="zstd", compression_level=1, statistics=False
        )
