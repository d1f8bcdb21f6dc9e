"""Import of claims: files and folders in, one dataset out; every row read is accepted, rejected or a duplicate."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import mingcha
from mingcha.domain.claims import Encounter, Line
from mingcha.domain.errors import InputError
from mingcha.ingest.finish import Finisher, balance
from mingcha.ingest.mapping import Recipe, load_mapping
from mingcha.ingest.message_files import KIND, MessageFile, MessageImport
from mingcha.ingest.newest import newest
from mingcha.ingest.notes import Notes, Rejects
from mingcha.ingest.persons import AS_WRITTEN, Persons
from mingcha.ingest.reading import Source, Stores, read_chunk
from mingcha.ingest.recognise import Recognition, recognise
from mingcha.ingest.report import ImportReport, TableReport
from mingcha.ingest.sources import MESSAGES, files_of, open_tables
from mingcha.ingest.suggest import suggest_mapping
from mingcha.ingest.tables import Table
from mingcha.ingest.visit_names import NAMED_TWICE, chosen, name_joined_by
from mingcha.store.lake import LakeWriter

__all__ = ["ImportReport", "import_claims", "suggest_mapping"]

Progress = Callable[[str, int, int], None]
# A bucket of this many lines is worked on in well under a gigabyte.
LINES_A_BUCKET = 600_000
UNKNOWN_COLUMN = "未识别的列"
UNKNOWN_TABLE = "未识别的表"
UNKNOWN_FILE = "未导入的文件"
SUGGEST = "请用 mingcha import --suggest-mapping 生成映射文件草稿，填好后以 --mapping 导入"


def import_claims(
    inputs: Sequence[Path],
    out: Path,
    mapping: Path | None = None,
    progress: Progress | None = None,
    persons: Persons = AS_WRITTEN,
) -> ImportReport:
    """Import claims into a dataset.

    Args:
        inputs: files or folders of CSV, xlsx, Parquet, or national JSON messages.
        out: the dataset folder to make; an older dataset there is replaced once the new one is whole.
        mapping: a mapping file (see `mingcha.ingest.mapping`).
        progress: called with a stage, what is done of it, and its total.
        persons: what persons are called in the dataset: as the files write them, or by keys of a register.

    Raises:
        InputError: a file that cannot be read as what it claims to be, or nothing usable; `out` is as before.
    """
    progress = progress or _silent
    recipes = load_mapping(mapping) if mapping else []
    files, other = files_of(inputs)
    sources = sources_of([path for path in files if path.suffix.lower() not in MESSAGES], recipes)
    usable = [source for source in sources if source.recognition.primary is not None]
    messages = [MessageFile(path) for path in files if path.suffix.lower() in MESSAGES]
    check_sources(files, sources, usable, whole=not messages)
    estimated = sum(s.table.estimated_rows for s in usable if s.recognition.primary is Line)
    estimated += sum(file.estimated_rows for file in messages)
    count = max(1, -(-estimated // LINES_A_BUCKET))
    notes = Notes()
    report = ImportReport(out)
    report.tables = [source.report for source in usable]
    report.tables += [
        TableReport(label, KIND) for label in _labels(messages, [source.report.label for source in usable])
    ]
    _note_left_out(sources, other, notes)
    with LakeWriter(out) as writer, Rejects(writer.folder / "rejects.csv", notes) as rejects:
        stores = Stores(writer.work, count)
        for source in usable:
            for chunk in source.table.chunks(source.read_columns(persons)):
                read_chunk(source, chunk, stores, notes, rejects, persons)
                progress(f"读取 {source.report.label}", source.report.read, source.table.estimated_rows)
        looked_through = partial(progress, "核对报文先后")
        visits = name_joined_by((source.recognition, source.table.columns) for source in usable)
        reader = MessageImport(stores, notes, rejects, newest(messages, looked_through), persons, visits)
        for number, file in enumerate(messages, len(usable)):
            for read in reader.read(file, report.tables[number], number):
                progress(f"读取 {file.label}", read, file.estimated_rows)
        Finisher(stores, writer, notes, rejects, report, progress).run()
        balance(report.tables, rejects.counts)
        report.quality = notes.frame()
        _refuse_nothing(report)
        writer.write_quality(report.quality)
        rejects.close()
        writer.finish(_manifest(files, report))
    return report


def _refuse_nothing(report: ImportReport) -> None:
    """A dataset without any line would look like a month without any bill."""
    if report.lines:
        return
    fates = "；".join(f"{t.label}：读取 {t.read} 行，拒收 {t.rejected} 行" for t in report.tables)
    reasons = "；".join(report.quality["kind"].unique(maintain_order=True).head(3))
    raise InputError(
        "没有一行费用明细可以导入",
        where=fates + (f"（{reasons}）" if reasons else ""),
        remedy="文件只有表头的，请重新导出；全部拒收的，请按原因改正后再导入",
    )


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def sources_of(paths: Sequence[Path], recipes: list[Recipe]) -> list[Source]:
    """The tables of these files, each with what it was recognised as."""
    opened = [(table, recipe) for path in paths for table, recipe in open_tables(path, recipes)]
    labels = _labels([table for table, _ in opened])
    recognised = [
        _recognised(table, recipe, label) for (table, recipe), label in zip(opened, labels, strict=True)
    ]
    name = name_joined_by(
        (found, table.columns) for found, (table, _) in zip(recognised, opened, strict=True)
    )
    sources: list[Source] = []
    number = 0
    for (table, recipe), label, recognition in zip(opened, labels, recognised, strict=True):
        columns, left = chosen(name, recognition, list(table.columns), recipe.meanings())
        if left:
            recognition = recognise(
                [*columns, *_constants(table, recipe)], recipe.meanings(), table.path.stem
            )
        kind = recognition.primary.label if recognition.primary else ""
        report = TableReport(
            label, kind, unknown_columns=tuple(recognition.unknown), visits_by_another=tuple(left)
        )
        sources.append(Source(table, recipe, recognition, report, number))
        number += recognition.primary is not None
    return sources


def _recognised(table: Table, recipe: Recipe, label: str) -> Recognition:
    """What a table is.

    Raises:
        InputError: the mapping file names a column that is not there.
    """
    if absent := sorted(recipe.wanted - set(table.columns)):
        raise InputError(
            f"映射文件中的列在表中不存在：{'、'.join(absent)}",
            where=f"{label}，表中的列：{'、'.join(table.columns)}",
            remedy="请改正映射文件中的列名，或改 match 使它只对应这类文件",
        )
    return recognise([*table.columns, *_constants(table, recipe)], recipe.meanings(), table.path.stem)


def _constants(table: Table, recipe: Recipe) -> list[str]:
    """The pretended columns that a mapping file adds to a table."""
    return [column for column in recipe.meanings() if column.startswith("=") and column not in table.columns]


def _labels(tables: Sequence[Table | MessageFile], taken: Sequence[str] = ()) -> list[str]:
    """The names of tables in reports: the file's, with as much of its path as sets it apart."""
    names = [table.label for table in tables]
    found = [
        table.label if names.count(table.label) == 1 else f"{table.path.parent.name}/{table.label}"
        for table in tables
    ]
    return [
        label if found.count(label) == 1 and label not in taken else str(table.path.parent / table.label)
        for label, table in zip(found, tables, strict=True)
    ]


def check_sources(
    files: Sequence[Path], sources: Sequence[Source], usable: Sequence[Source], *, whole: bool
) -> None:
    """Refuse what cannot become a dataset; beside messages (not `whole`) tables may tell only a part."""
    for source in usable:
        if missing := source.recognition.missing():
            raise InputError(
                f"{source.report.kind}表缺少关键列：{'、'.join(f.label for f in missing)}",
                where=f"{source.table.path}，已有的列：{'、'.join(source.table.columns)}",
                remedy=SUGGEST,
            )
    if not whole:
        return
    if not usable:
        seen = "；".join(f"{s.table.label}：{'、'.join(s.table.columns[:12])}" for s in sources[:5])
        raise InputError("没有一张表能识别为医保明细", where=seen, remedy=SUGGEST)
    lines = [s for s in usable if s.recognition.primary is Line]
    if not lines:
        where = "、".join(str(path) for path in files[:5])
        raise InputError("没有费用明细表（需有医保目录编码、数量、金额）", where=where, remedy=SUGGEST)
    given = [source.recognition for source in usable]
    lacking = [
        f
        for f in Encounter.fields().values()
        if f.required and not any(_gives(recognition, f.name) for recognition in given)
    ]
    if lacking:
        raise InputError(
            f"所有表中都找不到就诊的关键列：{'、'.join(f.label for f in lacking)}",
            where="、".join(source.table.label for source in usable),
            remedy=f"请补充就诊表或相应的列；列名不同时，{SUGGEST}",
        )


def _gives(recognition: Recognition, name: str) -> bool:
    return name in recognition.columns.get(Encounter, {})


def _note_left_out(sources: Sequence[Source], other: Sequence[Path], notes: Notes) -> None:
    for source in sources:
        if source.recognition.primary is None:
            notes.add(UNKNOWN_TABLE, source.table.label, example="、".join(source.table.columns[:10]))
        for column in source.recognition.unknown:
            notes.add(UNKNOWN_COLUMN, column, example=source.table.label)
        for column in source.report.visits_by_another:
            notes.add(NAMED_TWICE, column, example=source.table.label)
    for path in other:
        notes.add(UNKNOWN_FILE, path.suffix or "无后缀", example=path.name)


def _manifest(files: Sequence[Path], report: ImportReport) -> dict[str, Any]:
    return {
        "created_by": f"mingcha {mingcha.__version__}",
        "inputs": [
            {"name": path.name, "size": path.stat().st_size, "sha256": _digest(path)} for path in files
        ],
        "buckets": report.buckets,
        "counts": {
            "encounters": report.encounters,
            "lines": report.lines,
            "persons": report.persons,
            "items": report.items,
            "read": report.read,
            "accepted": report.accepted,
            "rejected": report.rejected,
            "duplicates": report.duplicates,
            "optional": report.optional,
        },
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
