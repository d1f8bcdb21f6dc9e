"""What is told of an item before it is ordered: its class, what the patient pays first, what it is limited to."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import polars as pl

from mingcha.access.context import Access
from mingcha.access.scope import region_prefix
from mingcha.audit.bill import BillAuditor
from mingcha.audit.explain import citation_of
from mingcha.audit.reading.open_claims import open_claims
from mingcha.catalogue.entries import entry
from mingcha.domain.codelists import word
from mingcha.domain.values import decimal_text
from mingcha.store.lake import MANIFEST, Lake

_DIRECTORY, _SELF_PAY = "directory", "directory-self-pay"
_PER_CENT = 100


@dataclass(frozen=True)
class ItemLimit:
    """A knowledge point about an item."""

    rule_code: str
    rule_name: str
    certainty: str
    text: str
    source: str


@dataclass(frozen=True)
class ItemReminder:
    """An item.

    Args:
        payment_class: 甲类, 乙类 or 丙类, where a directory of the patient's region says it.
        self_pay: what is paid first, in per cent; several where it depends on the kind of person.
    """

    code: str
    payment_class: str | None = None
    self_pay: list[str] = field(default_factory=list)
    limits: list[ItemLimit] = field(default_factory=list)


def item_reminder(
    access: Access, auditor: BillAuditor | None, code: str, region: str, day: int
) -> ItemReminder:
    """What is known of an item on a day, for a patient insured in a region."""
    directory, self_pay = _directory(access)
    classes = [found for found in directory.get(code, ()) if _holds(found, region, day)]
    ratios = [found for found in self_pay.get(code, ()) if _holds(found, region, day)]
    return ItemReminder(
        code=code,
        payment_class=word("chrgitm_lv", str(classes[0][3])) if classes else None,
        self_pay=sorted({f"{decimal_text(int(found[3]), _PER_CENT)}%" for found in ratios}),
        limits=[] if auditor is None else _limits(auditor, code, region, day),
    )


def _limits(auditor: BillAuditor, code: str, region: str, day: int) -> list[ItemLimit]:
    found = {}
    for known in auditor.judge.known_of(code, region):
        point = known.point
        if known.start <= day < known.end:
            rule = known.check.code_of(point)
            found[point.point_id] = ItemLimit(
                rule,
                entry(rule).name,
                known.check.certainty_of(point),
                point.basis or point.name,
                citation_of(point),
            )
    return list(found.values())


_Row = tuple[str, int, int | None, str | int]
"""region, first day, last day, value"""


def _holds(row: _Row, region: str, day: int) -> bool:
    of, begins, ends, _ = row
    return region.startswith(region_prefix(of)) and begins <= day and (ends is None or day <= ends)


Book = dict[str, list[_Row]]


def _directory(access: Access) -> tuple[Book, Book]:
    """The directory that was imported last, and the shares that are paid first."""
    book: list[Book] = []
    for slug, value in ((_DIRECTORY, "payment_class"), (_SELF_PAY, "self_pay_ratio")):
        lakes = (index.lake for index in open_claims(access, None) if slug in index.lake.supplied())
        newest = next(lakes, None)
        book.append({} if newest is None else _book(newest.path, _changed(newest.path), slug, value))
    return book[0], book[1]


def _changed(path: Path) -> int:
    return (path / MANIFEST).stat().st_mtime_ns


@lru_cache(maxsize=4)
def _book(path: Path, _at: int, slug: str, value: str) -> Book:
    table = Lake(path).table(slug)
    assert table is not None
    if "in_force" in table.columns:
        table = table.filter(pl.col("in_force").fill_null(value=True))
    book: Book = {}
    told = table.drop_nulls(["item_code", "valid_from", value]).sort("valid_from", descending=True)
    for row in told.select("item_code", "insured_region", "valid_from", "valid_to", value).iter_rows():
        book.setdefault(row[0], []).append((row[1] or "", row[2], row[3], row[4]))
    return book
