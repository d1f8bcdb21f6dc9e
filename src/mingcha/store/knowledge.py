"""What has been imported of knowledge, kept beside the releases made of it: rows as read, and own points.

<home>/knowledge/rows-0001.json.gz   the rows of one import, in the form its reader gave them
<home>/knowledge/own-0001/           typed points of one filled-in template, one Parquet a kind

Nothing is overwritten: a later import stands beside the earlier ones, and its rows take their place when the
next release is made.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mingcha.domain.errors import KnowledgeError
from mingcha.knowledge.point import KnowledgePoint
from mingcha.store.releases import frame_of, read_points
from mingcha.store.whole import whole_file, whole_folder

FOLDER = "knowledge"
_ROWS, _OWN = "rows-", "own-"


def keep_rows(home: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """Keep the rows of one import; the file appears whole under the next number."""
    path = _next(home, _ROWS, ".json.gz")
    with (
        whole_file(path) as unfinished,
        gzip.open(unfinished, "wt", encoding="utf-8", compresslevel=5) as file,
    ):
        json.dump(list(rows), file, ensure_ascii=False)
    return path


def kept_rows(home: Path) -> Iterator[dict[str, Any]]:
    """The rows of all imports, the earliest first."""
    for path in sorted((home / FOLDER).glob(f"{_ROWS}*.json.gz")):
        try:
            with gzip.open(path, "rt", encoding="utf-8") as file:
                yield from json.load(file)
        except (OSError, EOFError, ValueError) as error:
            raise KnowledgeError(
                "以前导入的知识无法读取，文件可能已损坏",
                where=str(path),
                remedy="从备份恢复；或移走这个文件后把原表重新导入",
            ) from error


def keep_points(home: Path, points: Iterable[KnowledgePoint]) -> Path:
    """Keep the typed points of one import; the folder appears whole under the next number."""
    path = _next(home, _OWN, "")
    by_kind: dict[str, list[KnowledgePoint]] = {}
    for point in points:
        by_kind.setdefault(point.slug, []).append(point)
    with whole_folder(path) as unfinished:
        for slug, held in by_kind.items():
            frame_of(held).write_parquet(unfinished / f"{slug}.parquet")
    return path


def kept_points(home: Path) -> Iterator[KnowledgePoint]:
    """The typed points of all imports, the earliest first."""
    for folder in sorted((home / FOLDER).glob(f"{_OWN}*")):
        for path in sorted(folder.glob("*.parquet")):
            yield from read_points(path, path.stem)


def _next(home: Path, prefix: str, suffix: str) -> Path:
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    taken = [int(path.name[len(prefix) :].split(".")[0]) for path in folder.glob(f"{prefix}*")]
    return folder / f"{prefix}{max(taken, default=0) + 1:04d}{suffix}"
