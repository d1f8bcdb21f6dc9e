"""A release laid out to be searched: one row a point, with the first letters of its name and what can be done with it.

<home>/index/release-0001.1.parquet   made when a draft is published, or somebody first searches; may be removed
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import polars as pl
from pypinyin import Style, lazy_pinyin

from mingcha.access.context import Access
from mingcha.knowledge.completion import everywhere, status_of
from mingcha.knowledge.release import Release
from mingcha.knowledge.statistics import codes_of_point
from mingcha.store import releases
from mingcha.store.whole import whole_file

FOLDER = "index"
_FORMAT = 1
_CATEGORIES = ("kind", "rule_code", "status", "region", "source")


def index_of(access: Access, number: int) -> pl.DataFrame:
    """The points of a release, to be searched."""
    return _read(access.home.resolve(), number)


def lay_out(access: Access, release: Release) -> None:
    """Lay a release out that was just published, so that nobody who searches waits for it."""
    _write(_path(access.home, release.number), index_frame(release))


def _path(home: Path, number: int) -> Path:
    return home / FOLDER / f"release-{number:04d}.{_FORMAT}.parquet"


@lru_cache(maxsize=2)
def _read(home: Path, number: int) -> pl.DataFrame:
    path = _path(home, number)
    if not path.is_file():
        _write(path, index_frame(releases.load(home, number)))
    return pl.read_parquet(path)


def _write(path: Path, frame: pl.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as unfinished:
        frame.write_parquet(unfinished)


def index_frame(release: Release) -> pl.DataFrame:
    """One row a point; its state is what its settings for everywhere make of it."""
    values = everywhere(release.settings)
    rows = [
        {
            "point_id": point.point_id,
            "kind": point.slug,
            "rule_code": point.rule_code,
            "name": point.name or "",
            "codes": " " + " ".join(codes_of_point(point)),
            "code_count": len(point.codes),
            "initials": initials(point.name or ""),
            "status": status_of(point, values)[0].value,
            "region": point.region,
            "effective_from": point.effective_from,
            "effective_to": point.effective_to,
            "source": point.source_id or point.source_document or "",
        }
        for point in release.all_points()
    ]
    schema = {
        **dict.fromkeys(
            ("point_id", "kind", "rule_code", "name", "codes", "initials", "status", "region", "source"),
            pl.String,
        ),
        **dict.fromkeys(("code_count", "effective_from", "effective_to"), pl.Int64),
    }
    return pl.DataFrame(rows, schema=schema).with_columns(pl.col(_CATEGORIES).cast(pl.Categorical))


def initials(name: str) -> str:
    """The first letters of a name as it is spoken: 阿莫西林胶囊 → amxljn; other letters and digits stay."""
    return "".join(_letters(part) for part in lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()


def _letters(part: str) -> str:
    return "".join(letter for letter in part if letter.isalnum())
