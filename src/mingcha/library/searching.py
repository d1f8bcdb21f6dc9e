"""Points of a release found by code, name or the first letters of its pinyin, filtered and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid, missing
from mingcha.access.listing import Listing
from mingcha.access.permissions import Permission
from mingcha.catalogue.defined import all_entries
from mingcha.domain.values import date_of, day_of
from mingcha.knowledge.kinds.by_slug import KINDS
from mingcha.knowledge.point import FOREVER
from mingcha.knowledge.sources import sources
from mingcha.library.bases import newest_number
from mingcha.library.index import index_of
from mingcha.store import releases


@dataclass(frozen=True)
class PointFilter:
    """Which points; what is left out limits nothing.

    Args:
        text: a beginning of a code, a part of a name, of a point's number, or of the first letters of a name.
        on: only those in force on this day.
        region: only those that hold there: everywhere, or in a region that it lies in.
    """

    text: str | None = None
    kind: str | None = None
    rule_code: str | None = None
    status: str | None = None
    region: str | None = None
    on: date | None = None
    source: str | None = None


@dataclass(frozen=True)
class FoundPoint:
    """A point in a list."""

    point_id: str
    kind: str
    kind_label: str
    rule_code: str
    rule_name: str
    name: str
    codes: tuple[str, ...]
    code_count: int
    status: str
    region: str
    effective_from: date | None
    effective_to: date | None
    source: str


@dataclass(frozen=True)
class CountedPoints:
    """A value of a filter, what people call it, and how many points have it under all other filters."""

    value: str
    label: str
    points: int


@dataclass(frozen=True)
class Search:
    """A page of points of a release."""

    release: int
    items: Sequence[FoundPoint]
    total: int


_SORTS = (
    "point_id",
    "kind",
    "rule_code",
    "name",
    "status",
    "region",
    "effective_from",
    "effective_to",
    "source",
)
FACETS = ("kind", "rule_code", "status", "region", "source")
_SHOWN_CODES = 3


def search(
    access: Access, actor: Actor, wanted: PointFilter, listing: Listing, release: int | None = None
) -> Search:
    """Points of a release, the newest by default."""
    actor.check(Permission.KNOWLEDGE_VIEW)
    number = chosen(access, release)
    if number == 0:
        return Search(0, (), 0)
    found = index_of(access, number).filter(_condition(wanted))
    ordered = _ordered(found, listing.sort or "point_id")
    start = (listing.page - 1) * listing.size
    names = _rule_names(access, number)
    items = [_found(row, names) for row in ordered[start : start + listing.size].iter_rows(named=True)]
    return Search(number, items, found.height)


def facets(
    access: Access, actor: Actor, wanted: PointFilter, release: int | None = None
) -> dict[str, list[CountedPoints]]:
    """How many points there are of each kind, rule, state, region and source, each under all other filters."""
    actor.check(Permission.KNOWLEDGE_VIEW)
    number = chosen(access, release)
    if number == 0:
        return {name: [] for name in FACETS}
    frame, names = index_of(access, number), _rule_names(access, number)
    return {
        name: [
            CountedPoints(str(value), _label(name, str(value), names), points)
            for value, points in frame.filter(_condition(wanted, without=name))
            .group_by(name)
            .len()
            .sort("len", descending=True)
            .iter_rows()
        ]
        for name in FACETS
    }


def chosen(access: Access, release: int | None) -> int:
    """The number of a release that is asked for, the newest by default; 0 where there is none.

    Raises:
        Missing: there is no such release.
    """
    if release is None:
        return newest_number(access)
    if release not in releases.numbers(access.home):
        raise missing(f"第 {release} 版")
    return release


def _condition(wanted: PointFilter, without: str = "") -> pl.Expr:
    conditions = [pl.lit(True)]
    if wanted.text:
        conditions.append(_says(wanted.text.strip()))
    for name, value in (
        ("kind", wanted.kind),
        ("rule_code", wanted.rule_code),
        ("status", wanted.status),
        ("source", wanted.source),
    ):
        if value is not None and name != without:
            conditions.append(pl.col(name).cast(pl.String) == value)
    if wanted.region is not None and without != "region":
        within = [wanted.region[:length] for length in range(len(wanted.region) + 1)]
        conditions.append(pl.col("region").cast(pl.String).is_in(within))
    if wanted.on is not None:
        day = day_of(wanted.on)
        conditions.append((pl.col("effective_from") <= day) & (pl.col("effective_to") > day))
    return pl.all_horizontal(conditions)


def _says(text: str) -> pl.Expr:
    said = pl.col("name").str.contains(text, literal=True) | pl.col("point_id").str.contains(
        text, literal=True
    )
    if text.isascii():
        said |= pl.col("codes").str.contains(f" {text.upper()}", literal=True)
        said |= pl.col("initials").str.contains(text.lower(), literal=True)
    return said


def _ordered(found: pl.DataFrame, sort: str) -> pl.DataFrame:
    names = [name.strip() for name in sort.split(",")]
    fields = [name.removeprefix("-") for name in names]
    if unknown := set(fields) - set(_SORTS):
        raise Invalid(
            "不能按这个字段排序", where="sort", remedy=f"可选：{'、'.join(_SORTS)}；不是 {'、'.join(unknown)}"
        )
    columns = [pl.col(name).cast(pl.String) if name in FACETS else pl.col(name) for name in fields]
    return found.sort(
        *columns, pl.col("point_id"), descending=[*(name.startswith("-") for name in names), False]
    )


def _found(row: dict[str, Any], names: dict[str, str]) -> FoundPoint:
    codes = tuple(row["codes"].split())
    return FoundPoint(
        point_id=row["point_id"],
        kind=row["kind"],
        kind_label=_label("kind", row["kind"], names),
        rule_code=row["rule_code"],
        rule_name=_label("rule_code", row["rule_code"], names),
        name=row["name"],
        codes=codes[:_SHOWN_CODES],
        code_count=len(codes),
        status=row["status"],
        region=row["region"],
        effective_from=day_or_none(row["effective_from"]),
        effective_to=day_or_none(row["effective_to"]),
        source=_label("source", row["source"], names),
    )


def day_or_none(day: int) -> date | None:
    """A day as people write it; none for always and for ever."""
    return None if day <= 0 or day >= FOREVER else date_of(day)


def _rule_names(access: Access, number: int) -> dict[str, str]:
    own = releases.without_points(access.home, number).rules
    return {entry.code: entry.name for entry in all_entries(own)}


def _label(name: str, value: str, names: dict[str, str]) -> str:
    match name:
        case "kind":
            return KINDS[value].label if value in KINDS else value
        case "rule_code":
            return names.get(value, value)
        case "region":
            return value or "全部地区"
        case "source":
            known = sources().get(value)
            return known.document if known else value or "无来源"
        case _:
            return value
