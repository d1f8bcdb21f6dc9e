"""A dataset on disk: claims bucketed by person as Parquet, whole or not there at all.

manifest.json            written last: a folder without it is no dataset
items.parquet            item, item_code, item_name, list_type
encounters/0000.parquet  one row per encounter, sorted by person_id, started_at, encounter_id
lines/0000.parquet       enc = row number of its encounter; sorted by enc, charged_at, line_id, item, …
diagnoses/, procedures/  likewise
tables/<slug>.parquet    optional facts, where the source had them
quality.parquet          data-quality notes
rejects.csv              rows that were not accepted, with the reason
index/                   where each encounter and person stands (`store.lake_index`); made anew where it is lacking
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import polars as pl

from mingcha.domain.errors import InputError
from mingcha.store import columns as c

FORMAT = 2
MANIFEST = "manifest.json"
# A bucket is one row group and so one chunk a column when it is read: every gather and filter would pay for more.
ROWS_A_GROUP = 2**22


@dataclass(frozen=True)
class Bucket:
    """The claims of some of the persons; `enc` of the other tables is the row number in `encounters`."""

    number: int
    encounters: pl.DataFrame
    lines: pl.DataFrame
    diagnoses: pl.DataFrame
    procedures: pl.DataFrame


class Lake:
    """A whole dataset, to be read.

    Args:
        path: the dataset folder.

    Raises:
        InputError: where the folder holds no whole dataset, or one of another format.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not (path / MANIFEST).is_file():
            raise InputError(
                "这个文件夹不是完整的数据集（缺少 manifest.json）",
                where=str(path),
                remedy="请用 mingcha import 重新导入；导入中途停止的结果不能使用",
            )
        if self.manifest.get("format") != FORMAT:
            raise InputError(
                f"数据集格式版本为 {self.manifest.get('format')}，本程序只能读取版本 {FORMAT}",
                where=str(path),
                remedy="请用当前版本的 mingcha import 重新导入",
            )

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Format, inputs with sha256 and size, counts, number of buckets, creating version."""
        try:
            content: dict[str, Any] = json.loads((self.path / MANIFEST).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(
                "数据集的 manifest.json 无法读取", where=str(self.path), remedy="请重新导入"
            ) from error
        return content

    @property
    def buckets(self) -> range:
        """The numbers of the buckets."""
        return range(int(self.manifest["buckets"]))

    def items(self) -> pl.DataFrame:
        """All item codes of the dataset: item (its row number), item_code, item_name, list_type."""
        return self._read(self.path / "items.parquet", None)

    def quality(self) -> pl.DataFrame:
        """Data-quality notes: kind, field, institution_id, count, examples."""
        return self._read(self.path / "quality.parquet", None)

    def table(self, slug: str) -> pl.DataFrame | None:
        """An optional table (see `mingcha.domain.schema`), or None where the source had none."""
        path = self.path / "tables" / f"{slug}.parquet"
        return self._read(path, None) if path.exists() else None

    def supplied(self) -> frozenset[str]:
        """The optional tables that the source had."""
        return frozenset(path.stem for path in (self.path / "tables").glob("*.parquet"))

    def read_bucket(
        self,
        number: int,
        *,
        encounters: Sequence[str] | None = None,
        lines: Sequence[str] | None = None,
        diagnoses: Sequence[str] | None = None,
        procedures: Sequence[str] | None = None,
    ) -> Bucket:
        """One bucket, with only the named columns of each table (None: all of them)."""
        return Bucket(
            number,
            self._read(self._part("encounters", number), encounters),
            self._read(self._part("lines", number), lines),
            self._read(self._part("diagnoses", number), diagnoses),
            self._read(self._part("procedures", number), procedures),
        )

    def scan(self, table: str, number: int) -> pl.LazyFrame:
        """A table of one bucket, of which only the rows and columns that are asked for will be read."""
        return pl.scan_parquet(self._part(table, number), glob=False)

    def _part(self, table: str, number: int) -> Path:
        return self.path / table / f"{number:04d}.parquet"

    def _read(self, path: Path, columns: Sequence[str] | None) -> pl.DataFrame:
        try:
            return pl.read_parquet(path, columns=None if columns is None else list(columns), glob=False)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise InputError("数据集的文件损坏或缺失", where=str(path), remedy="请重新导入") from error


class LakeWriter:
    """Writes a dataset beside its place and moves it there when whole; an error leaves nothing behind.

    Use as a context manager: items first, then the buckets in any order, then `finish`.
    """

    def __init__(self, out: Path) -> None:
        if out.exists() and not (out / MANIFEST).is_file() and (not out.is_dir() or any(out.iterdir())):
            raise InputError(
                "输出位置已存在，且不是明察的数据集",
                where=str(out),
                remedy="请换一个文件夹，或先清空它",
            )
        self.out = out
        self.folder = out.parent / f".{out.name}.part"
        self._finished = False

    def __enter__(self) -> LakeWriter:
        try:
            shutil.rmtree(self.folder, ignore_errors=True)
            for name in ("encounters", "lines", "diagnoses", "procedures", "tables", "work"):
                (self.folder / name).mkdir(parents=True)
        except OSError as error:
            raise InputError(
                f"无法写入输出位置：{error.strerror}",
                where=str(self.out),
                remedy="请检查路径、权限和磁盘空间",
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if not self._finished:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def work(self) -> Path:
        """A folder for passing files; gone when the dataset is whole."""
        return self.folder / "work"

    def write_items(self, items: pl.DataFrame) -> None:
        """The dictionary of item codes, `item` being the row number."""
        self._write(c.conforming(items, c.ITEMS), "items.parquet")

    def write_bucket(
        self,
        number: int,
        *,
        encounters: pl.DataFrame,
        lines: pl.DataFrame,
        diagnoses: pl.DataFrame,
        procedures: pl.DataFrame,
    ) -> None:
        """One bucket, sorted as the contract says; columns that are lacking become null."""
        part = f"{number:04d}.parquet"
        self._write(c.conforming(encounters, c.ENCOUNTERS), f"encounters/{part}")
        self._write(c.conforming(lines, c.LINES), f"lines/{part}")
        self._write(c.conforming(diagnoses, c.DIAGNOSES), f"diagnoses/{part}")
        self._write(c.conforming(procedures, c.PROCEDURES), f"procedures/{part}")

    def write_table(self, slug: str, frame: pl.DataFrame) -> None:
        """An optional table."""
        self._write(frame.lazy(), f"tables/{slug}.parquet")

    def write_quality(self, notes: pl.DataFrame) -> None:
        """The data-quality notes."""
        self._write(c.conforming(notes, c.QUALITY), "quality.parquet")

    def finish(self, manifest: dict[str, Any]) -> None:
        """Write the manifest last and move the dataset to its place; an older one there is replaced."""
        shutil.rmtree(self.work, ignore_errors=True)
        content = json.dumps({"format": FORMAT, **manifest}, ensure_ascii=False, indent=1, sort_keys=True)
        (self.folder / MANIFEST).write_text(content + "\n", "utf-8")
        _sync(self.folder.rglob("*"))
        old = self.out.parent / f".{self.out.name}.old"
        shutil.rmtree(old, ignore_errors=True)
        if self.out.exists():
            self.out.rename(old)
        self.folder.rename(self.out)
        shutil.rmtree(old, ignore_errors=True)
        self._finished = True

    def _write(self, frame: pl.LazyFrame, name: str) -> None:
        frame.sink_parquet(
            self.folder / name,
            compression="zstd",
            compression_level=1,
            row_group_size=ROWS_A_GROUP,
            maintain_order=True,
        )


def _sync(paths: Iterable[Path]) -> None:
    # If the manifest outlived a power cut and the data beside it did not, a half dataset would look whole.
    for path in paths:
        if path.is_file():
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
