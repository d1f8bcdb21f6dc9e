"""Parquet files, read in batches with only the columns that are needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from mingcha.domain.errors import InputError
from mingcha.ingest.tables import CHUNK_ROWS, Chunk

_REMEDY = "请重新导出或重新传输文件，并核对文件大小"


class ParquetTable:
    """A Parquet file. Raises InputError where it is truncated or no Parquet at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.label = path.name
        try:
            self._scan = pl.scan_parquet(path, glob=False)
            self.columns = self._scan.collect_schema().names()
            self.estimated_rows = int(self._scan.select(pl.len()).collect().item())
        except (OSError, pl.exceptions.PolarsError) as error:
            raise InputError("Parquet 文件损坏或不完整", where=str(path), remedy=_REMEDY) from error

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Rows in their native types; row numbers count from 1."""
        row = 1
        try:
            for frame in self._scan.select(columns).collect_batches(
                chunk_size=CHUNK_ROWS, maintain_order=True
            ):
                numbers = pl.int_range(row, row + frame.height, dtype=pl.Int64, eager=True).alias("row")
                yield Chunk(frame, numbers)
                row += frame.height
        except (OSError, pl.exceptions.PolarsError) as error:
            where = f"{self.path}，第 {row} 行附近"
            raise InputError("Parquet 文件损坏，读到一半出错", where=where, remedy=_REMEDY) from error
