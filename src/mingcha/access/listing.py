"""One way to page, sort and count for every list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func
from sqlalchemy.orm import InstrumentedAttribute, Session

from mingcha.access.errors import Invalid

T = TypeVar("T")
Column = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True)
class Listing:
    """Which page of a list, and in which order: `sort` is field names with commas, `-` before one turns it round."""

    page: int = 1
    size: int = 20
    sort: str = ""


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items of a list, and how many there are in all."""

    items: Sequence[T]
    total: int


def page_of(
    session: Session,
    query: Select[*tuple[Any, ...]],
    listing: Listing,
    sorts: Mapping[str, Column],
    *,
    default: str,
    tie: Column,
) -> Page[Any]:
    """The rows of one page; `tie` decides between rows that sort alike, so that no row is on two pages.

    Raises:
        Invalid: a field that this list cannot be sorted by.
    """
    total = session.scalar(query.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    ordered = query.order_by(*_orders(listing.sort or default, sorts), tie)
    rows = session.execute(ordered.limit(listing.size).offset((listing.page - 1) * listing.size)).all()
    return Page(rows, total)


def page_of_rows(
    rows: Sequence[T], listing: Listing, sorts: Mapping[str, Callable[[T], Any]], *, default: str
) -> Page[T]:
    """The same of rows that are no rows of the database; those that sort alike keep their order.

    Raises:
        Invalid: a field that this list cannot be sorted by.
    """
    ordered = list(rows)
    for name in reversed((listing.sort or default).split(",")):
        key = sorts.get(name.removeprefix("-").strip())
        if key is None:
            raise _not_sorted_by(sorts)
        ordered.sort(key=key, reverse=name.startswith("-"))
    start = (listing.page - 1) * listing.size
    return Page(ordered[start : start + listing.size], len(rows))


def _orders(sort: str, sorts: Mapping[str, Column]) -> list[ColumnElement[Any]]:
    orders: list[ColumnElement[Any]] = []
    for name in sort.split(","):
        column = sorts.get(name.removeprefix("-").strip())
        if column is None:
            raise _not_sorted_by(sorts)
        orders.append(column.desc() if name.startswith("-") else column.asc())
    return orders


def _not_sorted_by(sorts: Iterable[str]) -> Invalid:
    return Invalid("不能按这个字段排序", where="sort", remedy="可选：" + "、".join(sorts))
