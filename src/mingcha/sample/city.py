"""The sample city: a year of synthetic bills of any size, with planted violations and the truth on them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from types import TracebackType

import polars as pl

from mingcha.domain.collecting import collecting_paused
from mingcha.domain.errors import InputError
from mingcha.domain.values import day_of
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.sample.chance import Chance, Dice
from mingcha.sample.crowd import Crowd
from mingcha.sample.goods import Goods
from mingcha.sample.library import Library, Settings
from mingcha.sample.ordinary import ordinary_pools
from mingcha.sample.places import places_for
from mingcha.sample.playbook import whole_script
from mingcha.sample.script import VIOLATION, Year, year_of
from mingcha.sample.staging import PERSONS_A_PART, Part, Staging
from mingcha.sample.tables import LEFT_OUT_ONE_IN, Tables, tables_of

START = date(2026, 1, 1)
TRUTH = "truth.parquet"
TABLES = ("persons", "encounters", "lines", "diagnoses", "procedures")
LISTS = "settlement-lists.ndjson"
FORMATS = ("parquet", "csv")

_ARROW_SCHEMA = "ARROW:schema"
_LINES_A_PART = 500_000
_PARTS_AT_A_TIME = 2
CASES_A_THOUSAND_LINES, MOST_CASES = 68, 100
_LINES_A_PERSON = 24


_COUNTS = (
    "lines", "persons", "encounters", "violations", "near_misses", "dirty_lines", "known_lines", "parts",
)  # fmt: skip


@dataclass
class CityReport:
    """What was made."""

    out: Path
    lines: int = 0
    persons: int = 0
    encounters: int = 0
    violations: int = 0
    near_misses: int = 0
    dirty_lines: int = 0
    known_lines: int = 0
    parts: int = 0
    planted: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Mechanism → (violating rows, near-miss rows)."""

    def add(self, other: CityReport) -> None:
        """Count what is in another part as well."""
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def knowledge_share(self) -> float:
        """Share of lines with a code that a knowledge point speaks about."""
        return self.known_lines / self.lines if self.lines else 0.0

    @property
    def finding_share(self) -> float:
        """Planted violations a line."""
        return self.violations / self.lines if self.lines else 0.0


class City:
    """A city that is written but not yet staged; `part` stages so many lines of it.

    Args:
        seed: the same seed and the same sizes give the same city.
        start: first day of its year.
        points, settings: the knowledge it is built around; the starter pack by default.
    """

    def __init__(
        self,
        seed: int,
        start: date = START,
        points: Iterable[KnowledgePoint] | None = None,
        settings: Settings | None = None,
    ) -> None:
        chance = Chance(seed)
        year = Year(day_of(start), year_of(start))
        library = Library(
            starter_points() if points is None else points,
            starter_settings() if settings is None else settings,
        )
        with collecting_paused():
            self.tables: Tables = _laid_out(library, year, chance)
        self.crowd = Crowd(self.tables, year, chance)
        self.staging = Staging(self.tables, year, chance)

    def cases(self, number: int, lines: int, often: int = CASES_A_THOUSAND_LINES) -> int:
        """How many planted cases a part of about so many lines has."""
        least = self.crowd.least if number == 0 else 0
        return max(lines * often // 1000, least)

    def part(self, number: int, lines: int, first_case: int, cases: int) -> Part:
        """Stage about so many lines, so many planted cases from number `first_case` on among them."""
        base = number * PERSONS_A_PART
        planted_persons, planted = self.crowd.planted(first_case, cases, base)
        if number == 0:
            more_persons, more = self.crowd.together(base + cases)
            planted_persons, planted = pl.concat([planted_persons, more_persons]), pl.concat([planted, more])
        left = max(lines - self._expected(planted), 0)
        persons = self.crowd.persons(base + planted_persons.height, left // _LINES_A_PERSON * 2 + 8)
        persons, visits = self._enough(persons, left)
        return self.staging.part(
            number,
            pl.concat([planted_persons.select(persons.columns), persons]),
            pl.concat([planted.select(visits.columns), visits]),
        )

    def _enough(self, persons: pl.DataFrame, lines: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        """As many of the persons, in order, as make up so many lines."""
        visits = self.crowd.visits(persons)
        kept = self.tables.visits["kept"][visits["script"]]
        enough = (kept.cum_sum() - kept) < lines * LEFT_OUT_ONE_IN
        visits = visits.filter(enough)
        return persons.filter(pl.col("person").is_in(visits["person"].unique().implode())), visits

    def _expected(self, visits: pl.DataFrame) -> int:
        return int(self.tables.visits["kept"][visits["script"]].sum()) // LEFT_OUT_ONE_IN


def make_city(
    out: Path,
    lines: int,
    seed: int = 1,
    start: date = START,
    *,
    format: str = "parquet",
    points: Iterable[KnowledgePoint] | None = None,
    settings: Settings | None = None,
    planted: int = CASES_A_THOUSAND_LINES,
    progress: Callable[[int, int], None] | None = None,
) -> CityReport:
    """Write a city of about so many lines to a new folder, as a hospital or a bureau would export it.

    Args:
        out: the folder; `claims/` in it holds the tables, `truth.parquet` beside them what was planted.
        lines: about how many charge lines (a small city has at least a few of every mechanism).
        seed: the same seed, size and knowledge give the same files, byte for byte.
        format: parquet or csv.
        planted: cases (violations and near-misses) a thousand lines.
        progress: called with the lines written so far and the lines asked for.

    Raises:
        InputError: the folder holds something else, or the format is unknown.
    """
    if format not in FORMATS:
        raise InputError(f"不支持的格式“{format}”", remedy=f"可用的格式：{'、'.join(FORMATS)}")
    if lines < 1:
        raise InputError(f"明细行数应为正数，实为 {lines}", remedy="例如 --lines 100000")
    if not 0 < planted <= MOST_CASES:
        raise InputError(
            f"每千行植入的例数应为 1 至 {MOST_CASES}，实为 {planted}", remedy="例如 --planted 40"
        )
    city = City(seed, start, points, settings)
    report, sizes = CityReport(out), _sizes(lines)
    cases = [city.cases(number, size, planted) for number, size in enumerate(sizes)]

    def make(number: int) -> CityReport:
        part = city.part(number, sizes[number], sum(cases[:number]), cases[number])
        writer.write(part, number if len(sizes) > 1 else None)
        return _counted(part, out)

    # Polars leaves most of its steps to one core: two parts at a time keep two busy.
    with _Writer(out, format) as writer, ThreadPoolExecutor(_PARTS_AT_A_TIME) as beside:
        for made in beside.map(make, range(len(sizes))):
            report.add(made)
            if progress is not None:
                progress(min(report.lines, lines), lines)
        writer.finish()
    report.planted = planted_in(out)
    return report


def _laid_out(library: Library, year: Year, chance: Chance) -> Tables:
    """Everything written out as tables; what it was written as is let go."""
    goods, places = Goods(library), places_for(library)
    script = whole_script(library, goods, places, year)
    pools = ordinary_pools(library, goods, Dice(chance.number("ordinary visits")))
    return tables_of(script, pools, goods, places)


def _sizes(lines: int) -> list[int]:
    parts = -(-lines // _LINES_A_PART)
    return [lines // parts + (number < lines % parts) for number in range(parts)]


def _counted(part: Part, out: Path) -> CityReport:
    violations = int((part.truth["planted"] == VIOLATION).sum())
    return CityReport(
        out,
        lines=part.lines.height,
        persons=part.persons.height,
        encounters=part.encounters.height,
        violations=violations,
        near_misses=part.truth.height - violations,
        dirty_lines=part.dirty_lines,
        known_lines=part.known_lines,
        parts=1,
    )


def planted_in(out: Path) -> dict[str, tuple[int, int]]:
    """What was planted in a city: mechanism → (violating rows, near-miss rows)."""
    violating = pl.col("planted") == VIOLATION
    counted = (
        pl.scan_parquet(out / TRUTH)
        .group_by("mechanism")
        .agg(violations=violating.sum(), near=(~violating).sum())
        .sort("mechanism")
        .collect()
    )
    return {mechanism: (violations, near) for mechanism, violations, near in counted.iter_rows()}


class _Writer:
    """Writes beside the folder and moves it there when whole: a half city never looks like one."""

    def __init__(self, out: Path, format: str) -> None:
        if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / TRUTH).is_file())):
            raise InputError(
                "输出位置已存在，且不是样例城市", where=str(out), remedy="请换一个文件夹，或先清空它"
            )
        self.out = out
        self.format = format
        self.folder = out.parent / f".{out.name}.part"
        self._truths = self.folder / "truth"

    def __enter__(self) -> _Writer:
        shutil.rmtree(self.folder, ignore_errors=True)
        try:
            (self.folder / "claims").mkdir(parents=True)
            self._truths.mkdir()
        except OSError as error:
            raise self._not_written(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if error is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise self._not_written(error) from error

    def _not_written(self, error: OSError) -> InputError:
        return InputError(
            f"无法写入样例城市：{error.strerror or error}",
            where=str(self.out),
            remedy="请检查路径、权限和磁盘空间",
        )

    def write(self, part: Part, number: int | None) -> None:
        """The tables of a part; a city of one part has plain names."""
        part.truth.write_parquet(self._truths / f"{number or 0:04d}.parquet")
        frames: dict[str, pl.DataFrame] = {table: getattr(part, table) for table in TABLES}
        for table, frame in (*frames.items(), *part.beside.items()):
            if frame.is_empty() and table not in TABLES:
                continue
            name = table if number is None else f"{table}-{number + 1:04d}"
            path = self.folder / "claims" / f"{name}.{self.format}"
            if self.format == "csv":
                frame.write_csv(path)
            else:
                frame.write_parquet(
                    path,
                    compression="zstd",
                    compression_level=1,
                    statistics=False,
                    metadata=_as_texts(tuple(frame.columns)) if _enumerated(frame) else None,
                )
        lists = LISTS if number is None else LISTS.replace(".", f"-{number + 1:04d}.")
        (self.folder / "claims" / lists).write_text("".join(f"{one}\n" for one in part.lists), "utf-8")

    def finish(self) -> None:
        """Write the truth as one file and put the folder in its place."""
        parts = pl.scan_parquet(self._truths / "*.parquet")
        parts.sink_parquet(self.folder / TRUTH, compression="zstd", compression_level=1)
        shutil.rmtree(self._truths)
        if self.out.exists():
            shutil.rmtree(self.out)
        self.folder.rename(self.out)


def _enumerated(frame: pl.DataFrame) -> bool:
    return any(isinstance(dtype, pl.Enum) for dtype in frame.dtypes)


@cache
def _as_texts(columns: tuple[str, ...]) -> dict[str, str]:
    """What a file says of its columns: that they are texts, although Polars kept them as enumerated ones."""
    plain = BytesIO()
    pl.DataFrame(schema=dict.fromkeys(columns, pl.String)).write_parquet(plain)
    plain.seek(0)
    return {_ARROW_SCHEMA: pl.read_parquet_metadata(plain)[_ARROW_SCHEMA]}
