"""What can be ordered and diagnosed, found by code, name or the first letters of its pinyin."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.access.context import Access
from mingcha.audit.reading.open_claims import open_claims
from mingcha.audit.reading.ordered import charged_items, named_diagnoses, named_procedures
from mingcha.domain.values import PRICE_SCALE, decimal_text
from mingcha.library.index import initials
from mingcha.store.lake import MANIFEST, Lake

_MOST = 20
DRUG, SERVICE, SUPPLY = "药品", "诊疗项目", "耗材"
# By the first digit of list_type (101 西药 …, 201 医疗服务项目, 301 医用耗材).
_KINDS = {"1": DRUG, "2": SERVICE, "3": SUPPLY}


@dataclass(frozen=True)
class Item:
    """Something to order, as it is usually charged; the price in yuan."""

    code: str
    name: str
    kind: str
    list_type: str
    charge_type: str
    payment_class: str
    unit: str
    specification: str
    price: str


@dataclass(frozen=True)
class Coded:
    """A diagnosis, or an operation."""

    code: str
    name: str


def find_items(access: Access, text: str) -> list[Item]:
    """What fits, the most used first; the most used of all where nothing is asked for."""
    return [
        Item(
            code=row["item_code"],
            name=row["item_name"],
            kind=_KINDS.get((row["list_type"] or "")[:1], SERVICE),
            list_type=row["list_type"] or "",
            charge_type=row["charge_type"] or "",
            payment_class=row["payment_class"] or "",
            unit=row["unit"] or "",
            specification=row["specification"] or "",
            price=decimal_text(row["unit_price"] or 0, PRICE_SCALE),
        )
        for row in _fitting(access, charged_items, "item", text)
    ]


def find_diagnoses(access: Access, text: str) -> list[Coded]:
    """What fits, the most used first."""
    return _coded(access, named_diagnoses, "diagnosis", text)


def find_operations(access: Access, text: str) -> list[Coded]:
    """What fits, the most used first."""
    return _coded(access, named_procedures, "procedure", text)


Read = Callable[[Lake], pl.DataFrame]


def _coded(access: Access, read: Read, what: str, text: str) -> list[Coded]:
    found = _fitting(access, read, what, text)
    return [Coded(row[f"{what}_code"], row[f"{what}_name"]) for row in found]


def _fitting(access: Access, read: Read, what: str, text: str) -> Iterable[dict[str, Any]]:
    index = next(open_claims(access, None), None)
    if index is None:
        return ()
    path, asked = index.lake.path, text.strip()
    rows = _spelled(read, what, path, (path / MANIFEST).stat().st_mtime_ns)
    if asked:
        rows = rows.filter(
            pl.col(f"{what}_code").str.to_lowercase().str.starts_with(asked.lower())
            | pl.col(f"{what}_name").str.contains(asked, literal=True)
            | pl.col("initials").str.contains(asked.lower(), literal=True)
        )
    return rows.head(_MOST).iter_rows(named=True)


@lru_cache(maxsize=4)
def _spelled(read: Read, what: str, path: Path, _changed: int) -> pl.DataFrame:
    rows = read(Lake(path))
    spelled = [initials(text) for text in rows[f"{what}_name"]]
    return rows.with_columns(pl.Series("initials", spelled, pl.String))
