"""Files of any known layout in, the next published release out.

Each import is kept and joined with all earlier ones: in what order tables arrive, or how often, is no matter.
In this edition every import publishes the next release at once; the review of drafts comes with the platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from mingcha.domain.errors import InputError
from mingcha.domain.values import day_of
from mingcha.ingest.definitions import definitions_in_use
from mingcha.ingest.knowledge import compiled, official, template, tidied
from mingcha.ingest.knowledge.grids import Grid, grids
from mingcha.ingest.knowledge.join import Remark, join
from mingcha.ingest.knowledge.raw import Exclusion, RawPoint
from mingcha.knowledge.definition.model import RuleDefinition
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.release import Release, RuleSettings, release_of
from mingcha.knowledge.starter import starter_settings
from mingcha.knowledge.strategy.model import NO_STRATEGY, Strategy
from mingcha.knowledge.validation import Problem, validate
from mingcha.store import knowledge as kept
from mingcha.store import releases

_SUFFIXES = (".xlsx", ".xls", ".csv")


@dataclass
class Reading:
    """What the files say: rows of official tables, notes, and typed points of our own template."""

    rows: list[RawPoint | Exclusion] = field(default_factory=list)
    points: list[KnowledgePoint] = field(default_factory=list)
    files: list[tuple[str, str, int]] = field(default_factory=list)
    """file, layout, rows"""


@dataclass(frozen=True)
class Library:
    """All that has been imported, as points."""

    points: tuple[KnowledgePoint, ...]
    exclusions: tuple[Exclusion, ...]
    remarks: tuple[Remark, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """The published notes that are no points, as they stand in a release."""
        return tuple(f"{note.rule_code}：{note.text}" for note in self.exclusions)


@dataclass(frozen=True)
class ImportReport:
    """What an import read and published."""

    release: Release
    first: bool
    """whether this is the first release of the installation"""
    files: tuple[tuple[str, str, int], ...]
    library: Library
    problems: tuple[Problem, ...]


def read_files(paths: Iterable[Path]) -> Reading:
    """Read files and folders of files, each by the layout found in it.

    Raises:
        InputError: a file cannot be read, or has none of the known layouts.
    """
    reading = Reading()
    for path in _files(paths):
        layout, rows, points = _read(path)
        reading.rows += rows
        reading.points += points
        reading.files.append((path.name, layout, len(rows) + len(points)))
    return reading


def import_knowledge(
    home: Path,
    paths: Sequence[Path],
    *,
    settings: RuleSettings | None = None,
    effective_from: int | None = None,
    with_demonstration: bool = False,
) -> ImportReport:
    """Read the files, keep them, and publish the next release of everything imported so far.

    Args:
        settings: settings of the new release; of the newest where left out, never the demonstration's.
        effective_from: day number from which the release judges; today where left out.
    """
    reading = read_files(paths)
    if not reading.rows and not reading.points:
        raise InputError("文件里没有知识点", where="、".join(map(str, paths)), remedy="填写后再导入")
    return admit(
        home,
        reading,
        settings=settings,
        effective_from=effective_from,
        with_demonstration=with_demonstration,
    )


def admit(
    home: Path,
    reading: Reading,
    *,
    settings: RuleSettings | None = None,
    effective_from: int | None = None,
    with_demonstration: bool = False,
) -> ImportReport:
    """Keep what was read and publish the next release of everything so far; arguments as of an import."""
    previous = releases.newest(home)
    found = library(
        home, reading
    )  # joined before anything is kept: rows that cannot be joined leave no trace
    if reading.rows:
        kept.keep_rows(home, map(row_as_json, reading.rows))
    if reading.points:
        kept.keep_points(home, reading.points)
    release = publish(
        home,
        found.points,
        settings if settings is not None else inherited(previous),
        effective_from=effective_from,
        notes=found.notes,
        with_demonstration=with_demonstration,
        strategy=previous.strategy if previous else NO_STRATEGY,
        rules=definitions_in_use(home),
    )
    return ImportReport(
        release, previous is None, tuple(reading.files), found, tuple(validate(release.all_points()))
    )


def inherited(previous: Release | None) -> RuleSettings:
    """The settings of the newest release, unless they are the demonstration's: those decide for no region."""
    if previous is None or previous.settings == starter_settings():
        return {}
    return previous.settings


def library(home: Path, new: Reading | None = None) -> Library:
    """All imported knowledge of an installation, joined; an own point replaces the one whose id it bears.

    Args:
        new: what was just read and is not kept yet.
    """
    new = new or Reading()
    joined = join(chain((row_from_json(row) for row in kept.kept_rows(home)), new.rows))
    points = {point.point_id: point for point in joined.points}
    points.update((point.point_id, point) for point in chain(kept.kept_points(home), new.points))
    return Library(tuple(points.values()), tuple(joined.exclusions), tuple(joined.remarks))


def publish(
    home: Path,
    points: Iterable[KnowledgePoint],
    settings: RuleSettings | None = None,
    *,
    effective_from: int | None = None,
    notes: Iterable[str] = (),
    with_demonstration: bool = False,
    strategy: Strategy = NO_STRATEGY,
    rules: Iterable[RuleDefinition] = (),
) -> Release:
    """Publish these points (the starter pack, an imported library) as the next release of an installation."""
    known = releases.numbers(home)
    release = release_of(
        (known[-1] if known else 0) + 1,
        points,
        settings,
        effective_from=day_of(date.today()) if effective_from is None else effective_from,
        notes=notes,
        with_demonstration=with_demonstration,
        strategy=strategy,
        rules=rules,
    )
    releases.save(home, release)
    return release


def _files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.iterdir() if file.suffix.lower() in _SUFFIXES)
            found += [file for file in inside if not file.name.startswith(("~$", "."))]
        elif path.exists():
            found.append(path)
        else:
            raise InputError("找不到文件", where=str(path), remedy="核对路径")
    if not found:
        raise InputError(
            "没有可导入的文件", where="、".join(map(str, paths)), remedy="知识文件应为 .xlsx 或 .csv"
        )
    return found


def _read(path: Path) -> tuple[str, list[RawPoint | Exclusion], list[KnowledgePoint]]:
    book = grids(path)
    if template.recognise(book):
        return "本系统模板", [], template.read(book)
    if book and compiled.recognise(book[0]):
        return "汇编表", list(compiled.read(book[0])), []
    if official.recognise(book):
        return "官方附件", list(official.read(book)), []
    if tidied.recognise(book):
        return "整理版", list(tidied.read(book)), []
    raise InputError(
        "看不出这是哪种知识表格",
        where=str(path),
        remedy=f"可导入官方附件、整理版、汇编表，或 mingcha knowledge template 写出的模板；{_headings(book)}",
    )


def _headings(book: list[Grid]) -> str:
    rows = [row for sheet in book[:1] for row in sheet.rows[:1]]
    return f"读到的首行是：{'、'.join(cell for row in rows for cell in row if cell)[:80]}"


def row_as_json(row: RawPoint | Exclusion) -> dict[str, Any]:
    """A row as it is kept."""
    return {"note": isinstance(row, Exclusion), **asdict(row)}


def row_from_json(written: dict[str, Any]) -> RawPoint | Exclusion:
    """The row that was kept."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in written.items()
    }
    if values.pop("note"):
        return Exclusion(**values)
    return RawPoint(**values)
