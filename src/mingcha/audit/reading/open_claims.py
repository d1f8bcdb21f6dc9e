"""The datasets of an installation, opened with their indexes: the newest first, what it knows counts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from uuid import UUID

import polars as pl

from mingcha.access.context import Access
from mingcha.access.errors import missing
from mingcha.store.lake import MANIFEST, Lake
from mingcha.store.lake_index import LakeIndex

DATASETS = "datasets"
_MOST_OPEN = 64


def open_claims(access: Access, dataset: UUID | None) -> Iterator[LakeIndex]:
    """One dataset, or all of the installation, the newest first.

    Raises:
        Missing: there is no such dataset.
    """
    folder = access.home / DATASETS
    # Hidden folders are imports that are not whole yet.
    found = sorted((path.stat().st_mtime_ns, path.parent) for path in folder.glob(f"[!.]*/{MANIFEST}"))
    if dataset is not None:
        found = [one for one in found if one[1].name == str(dataset)]
        if not found:
            raise missing("这个数据集")
    for changed, path in reversed(found):
        yield _open(path, changed)


@lru_cache(maxsize=_MOST_OPEN)
def _open(path: Path, _changed: int) -> LakeIndex:
    return LakeIndex(Lake(path))


def items_of(index: LakeIndex) -> pl.DataFrame:
    """item, item_code, item_name and list_type of a dataset, which do not change."""
    return _items(index.lake.path, (index.lake.path / MANIFEST).stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _items(path: Path, _changed: int) -> pl.DataFrame:
    return Lake(path).items()
