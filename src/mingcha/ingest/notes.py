"""What was noticed while reading: data-quality notes, and the rows that were rejected."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import polars as pl

from mingcha.domain.errors import InputError

_EXAMPLES = 5
REJECTS: dict[str, pl.DataType] = {
    "file": pl.Utf8(),
    "row": pl.Int64(),
    "field": pl.Utf8(),
    "value": pl.Utf8(),
    "reason": pl.Utf8(),
    "source": pl.Utf8(),
}


class Notes:
    """Counts by kind, field and institution, with a few examples of each."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str | None], int] = {}
        self._examples: dict[tuple[str, str, str | None], set[str]] = {}

    def add(
        self, kind: str, field: str, count: int = 1, *, example: str = "", institution: str | None = None
    ) -> None:
        """Count something odd."""
        key = (kind, field, institution)
        self._counts[key] = self._counts.get(key, 0) + count
        if example:
            # The smallest ones, so that the same input in another order gives the same notes.
            kept = self._examples.setdefault(key, set())
            kept.add(example)
            if len(kept) > _EXAMPLES:
                kept.remove(max(kept))

    def add_all(self, kind: str, rows: pl.DataFrame) -> None:
        """Count the rows of a frame with columns field, value and institution."""
        counted = rows.group_by("field", "institution").agg(
            pl.len().alias("count"), pl.col("value").drop_nulls().unique().bottom_k(_EXAMPLES)
        )
        for field, institution, count, values in counted.iter_rows():
            self.add(kind, field, 0, institution=institution)
            self._counts[kind, field, institution] += count
            for value in values:
                self.add(kind, field, 0, example=value, institution=institution)

    def frame(self) -> pl.DataFrame:
        """All notes, most frequent first."""
        rows = [
            {
                "kind": key[0],
                "field": key[1],
                "institution_id": key[2],
                "count": count,
                "examples": sorted(self._examples.get(key, ())),
            }
            for key, count in self._counts.items()
        ]
        schema: dict[str, pl.DataType] = {
            "kind": pl.Utf8(),
            "field": pl.Utf8(),
            "institution_id": pl.Utf8(),
            "count": pl.Int64(),
            "examples": pl.List(pl.Utf8),
        }
        frame = pl.DataFrame(rows, schema=schema)
        return frame.sort("count", "kind", "field", "institution_id", descending=[True, False, False, False])


class Rejects:
    """The reject file: one row for every row that was not accepted, with the row itself for a second upload."""

    def __init__(self, path: Path, notes: Notes) -> None:
        self._path = path
        self._notes = notes
        self.counts: dict[str, int] = {}

    def __enter__(self) -> Rejects:
        try:
            self._file = self._path.open("wb")
        except OSError as error:
            raise InputError(
                f"无法写入拒收文件：{error.strerror}", where=str(self._path), remedy="请检查权限和磁盘空间"
            ) from error
        # The mark lets Excel see that this is UTF-8.
        self._file.write("\ufeff".encode())
        self._file.write((",".join(REJECTS) + "\n").encode())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write out what waits; nothing can be added any more."""
        self._file.close()

    def add(self, rows: pl.DataFrame) -> None:
        """Append rejected rows: columns file, row, field, value, reason, source (JSON)."""
        if rows.height == 0:
            return
        rows = rows.select(pl.col(name).cast(type_) for name, type_ in REJECTS.items()).sort("file", "row")
        rows.write_csv(self._file, include_header=False)
        for file, count in rows.group_by("file").len().iter_rows():
            self.counts[file] = self.counts.get(file, 0) + count
        for field, reason, count in rows.group_by("field", "reason").len().iter_rows():
            self._notes.add(f"拒收：{reason}", field, count)
