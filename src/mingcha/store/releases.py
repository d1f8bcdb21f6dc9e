"""Published releases on disk: one folder a release, whole or not there, read back only if unharmed.

<home>/releases/0001/manifest.json   written last: number, dates, settings, digests, files with their SHA-256
<home>/releases/0001/<kind>.parquet  the points of one kind; columns are its fields, unless all at default
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.domain.collecting import collecting_paused
from mingcha.domain.errors import KnowledgeError
from mingcha.domain.fields import Field
from mingcha.domain.values import ValueType
from mingcha.knowledge.definition.form import definition_of
from mingcha.knowledge.kinds.by_slug import kind
from mingcha.knowledge.point import KnowledgePoint
from mingcha.knowledge.release import Release
from mingcha.knowledge.strategy.form import strategy_of, written_form
from mingcha.store.whole import whole_folder

FORMAT = 1
FOLDER = "releases"
MANIFEST = "manifest.json"
_CODES = pl.List(pl.String)
_STORED = {
    ValueType.TEXT: pl.String,
    ValueType.CODE: pl.String,
    ValueType.CODES: _CODES,
    ValueType.FLAG: pl.Boolean,
}


def save(home: Path, release: Release, *, origin: Mapping[str, Any] | None = None) -> Path:
    """Publish a release; its folder appears whole under its number.

    Args:
        origin: where it comes from (draft, author, publisher …), to be read in its manifest; judges nothing.

    Raises:
        KnowledgeError: the number is taken; a published release never changes.
    """
    target = _folder(home, release.number)
    if target.exists():
        raise KnowledgeError(
            f"发布版 {release.number} 已存在，已发布的不能改动", where=str(target), remedy="请以新的编号发布"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole_folder(target) as unfinished:
        for slug, points in release.points.items():
            frame_of(points).write_parquet(unfinished / f"{slug}.parquet")
        _write_manifest(unfinished, release, origin or {})
    return target


def load(home: Path, number: int) -> Release:
    """A published release.

    Raises:
        KnowledgeError: there is none with this number, or its files are not as they were published.
    """
    folder, manifest = _unharmed(home, number)
    points = {slug: tuple(read_points(folder / f"{slug}.parquet", slug)) for slug in manifest["points"]}
    return replace(_without_points(manifest), points=points)


def outline(home: Path, number: int) -> Release:
    """A published release without its points: settings, strategy and rules without code.

    Raises:
        KnowledgeError: as `load`.
    """
    _, manifest = _unharmed(home, number)
    return _without_points(manifest)


def points_named(home: Path, number: int, names: Iterable[str]) -> list[KnowledgePoint]:
    """Those points of a published release that bear these ids; the others are not made.

    Raises:
        KnowledgeError: there is none with this number.
    """
    folder, wanted = _folder(home, number), sorted(set(names))
    slugs = list(_manifest(folder, number)["points"])
    of_name = pl.col(KnowledgePoint.point_id.name).is_in(wanted)
    scans = [pl.scan_parquet(folder / f"{slug}.parquet", glob=False).filter(of_name) for slug in slugs]
    found = zip(slugs, pl.collect_all(scans), strict=True)
    return [point for slug, frame in found if frame.height for point in _points_in(frame, slug)]


def points_citing(home: Path, number: int, source_id: str) -> dict[str, int]:
    """How many points of a published release name a document as their source, by the code of their rule."""
    if number == 0:
        return {}
    folder = _folder(home, number)
    rule, source = KnowledgePoint.rule_code.name, KnowledgePoint.source_id.name
    scans = [
        # Where no point of a kind names a source, the column is left out.
        pl.scan_parquet(path, glob=False).filter(pl.col(source) == source_id).group_by(rule).len()
        for slug in _manifest(folder, number)["points"]
        if source in pl.read_parquet_schema(path := folder / f"{slug}.parquet")
    ]
    counted: dict[str, int] = {}
    for frame in pl.collect_all(scans):
        for code, many in frame.rows():
            counted[code] = counted.get(code, 0) + many
    return dict(sorted(counted.items()))


def _unharmed(home: Path, number: int) -> tuple[Path, dict[str, Any]]:
    folder = _folder(home, number)
    manifest = _manifest(folder, number)
    for name, expected in manifest["files"].items():
        path = folder / name
        if not path.is_file() or _sha256(path) != expected:
            raise KnowledgeError(
                f"发布版 {number} 的文件 {name} 缺失或与发布时不一致",
                where=str(path),
                remedy="从备份恢复这个发布版的文件夹；不要改动已发布的文件",
            )
    return folder, manifest


def without_points(home: Path, number: int) -> Release:
    """A published release as far as its manifest tells: settings, rule sets and rules, but no points.

    Raises:
        KnowledgeError: there is none with this number.
    """
    return _without_points(_manifest(_folder(home, number), number))


def newest(home: Path) -> Release | None:
    """The published release with the highest number, if there is any."""
    known = numbers(home)
    return load(home, known[-1]) if known else None


def numbers(home: Path) -> list[int]:
    """Numbers of all published releases, ascending."""
    folder = home / FOLDER
    if not folder.is_dir():
        return []
    return sorted(
        int(path.name) for path in folder.iterdir() if path.name.isdigit() and (path / MANIFEST).is_file()
    )


def manifests(home: Path) -> list[dict[str, Any]]:
    """What each release says of itself, ascending: number, effective_from, points by kind, digests, notes."""
    return [_manifest(_folder(home, number), number) for number in numbers(home)]


def frame_of(points: Iterable[KnowledgePoint]) -> pl.DataFrame:
    """Points of one kind as a table; columns in which all are at their default are left out."""
    held = list(points)
    declared = type(held[0]).fields()
    columns = {}
    for name, field in declared.items():
        values = [getattr(point, name) for point in held]
        if any(value != field.default for value in values):
            columns[name] = pl.Series(name, values, dtype=_dtype(field))
    return pl.DataFrame(columns)


def read_points(path: Path, slug: str) -> list[KnowledgePoint]:
    """The points of one kind from their table."""
    return _points_in(pl.read_parquet(path), slug)


def _points_in(frame: pl.DataFrame, slug: str) -> list[KnowledgePoint]:
    shape = kind(slug)
    # A column with one value (the rule, the certainty, often the source) costs nothing a point.
    names = [
        name for name in frame.columns if name == KnowledgePoint.point_id.name or not _single(frame[name])
    ]
    pattern = {**{name: None for name in names}, **frame.drop(names).row(0, named=True)}
    with collecting_paused():
        columns = [_values(frame[name]) for name in names]
        return [_made(shape, pattern, names, row) for row in zip(*columns, strict=True)]


def _single(column: pl.Series) -> bool:
    return column.dtype != _CODES and bool(column.eq_missing(column[0]).all())


def _made(
    shape: type[KnowledgePoint], pattern: dict[str, Any], names: list[str], row: tuple[Any, ...]
) -> KnowledgePoint:
    point = shape.__new__(shape)
    values = pattern.copy()
    values.update(zip(names, row, strict=True))
    point.__dict__ = values
    return point


def _values(column: pl.Series) -> list[Any]:
    if column.dtype != _CODES:
        return column.to_list()
    # One slice of one tuple a point: five times as fast as a list of lists.
    flat = tuple(column.explode(empty_as_null=False, keep_nulls=False).to_list())
    ends = list(accumulate(column.list.len().fill_null(0).to_list()))
    return [flat[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _dtype(field: Field[Any]) -> Any:
    return _STORED.get(field.type, pl.Int64)


def _folder(home: Path, number: int) -> Path:
    return home / FOLDER / f"{number:04d}"


def _write_manifest(folder: Path, release: Release, origin: Mapping[str, Any]) -> None:
    content = {
        "format": FORMAT,
        "number": release.number,
        "effective_from": release.effective_from,
        "knowledge_digest": release.knowledge_digest,
        "settings_digest": release.settings_digest,
        "settings": release.settings,
        "strategy": written_form(release.strategy),
        "rules": [dict(rule.written) for rule in release.rules],
        "notes": list(release.notes),
        "points": {slug: len(points) for slug, points in release.points.items()},
        "files": {path.name: _sha256(path) for path in sorted(folder.glob("*.parquet"))},
        **({"origin": dict(origin)} if origin else {}),
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, default=list)
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def _manifest(folder: Path, number: int) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise KnowledgeError(
            f"没有发布版 {number}", where=str(folder), remedy="用 mingcha release list 查看已发布的版本"
        ) from None
    except ValueError as error:
        raise KnowledgeError(
            f"发布版 {number} 的 manifest.json 无法读取", where=str(folder), remedy="从备份恢复这个文件夹"
        ) from error
    if content.get("format") != FORMAT:
        raise KnowledgeError(
            f"发布版 {number} 的格式版本为 {content.get('format')}，本程序只能读取版本 {FORMAT}",
            where=str(folder),
            remedy="请升级程序后再读取",
        )
    return content


def _without_points(manifest: Mapping[str, Any]) -> Release:
    return Release(
        number=manifest["number"],
        points={},
        settings=_settings(manifest["settings"]),
        effective_from=manifest["effective_from"],
        knowledge_digest=manifest["knowledge_digest"],
        settings_digest=manifest["settings_digest"],
        notes=tuple(manifest["notes"]),
        strategy=strategy_of(manifest.get("strategy")),
        rules=tuple(map(definition_of, manifest.get("rules", ()))),
    )


def _settings(written: Mapping[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    return {
        rule: {
            region: {
                name: tuple(value) if isinstance(value, list) else value for name, value in named.items()
            }
            for region, named in regions.items()
        }
        for rule, regions in written.items()
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
