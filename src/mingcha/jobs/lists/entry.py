"""A list that can be exported: who may, what it is filtered by, its columns, and where its rows come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cached_property
from typing import Any, Protocol, get_origin, get_type_hints
from uuid import UUID

import msgspec

from mingcha.access.actor import Actor
from mingcha.access.context import CHINA, Access
from mingcha.access.errors import Invalid
from mingcha.access.labelled import Labelled
from mingcha.access.listing import Listing, Page
from mingcha.access.permissions import Permission
from mingcha.audit.sheets import Column, Form
from mingcha.domain.values import day_of, minute_of

# A page of rows is held at a time; databases take no more values than this in one question.
_AT_ONCE = 5_000
_AS_THEY_ARE = frozenset((str, int))


@dataclass(frozen=True)
class Shown:
    """A column: what a field of a row is called, and how it is written.

    Args:
        field: its name; with a dot, of what the first names.
        words: what a value means to people, where it is not written as it is.
    """

    head: str
    field: str
    form: Form = Form.TEXT
    width: int = 14
    words: Callable[[Any], str] | None = None

    @property
    def column(self) -> Column:
        """The same as sheets take it."""
        return Column(self.head, self.form, self.width)

    def of(self, row: Any) -> Any:
        """The value of a row as sheets take it."""
        value = row
        for name in self._path:
            value = getattr(value, name)
            if value is None:
                return None
        if self.words is not None:
            return self.words(value)
        return value if type(value) in _AS_THEY_ARE else _stored(value, self.form)

    @cached_property
    def _path(self) -> list[str]:
        return self.field.split(".")


@dataclass(frozen=True)
class Drawn:
    """How many rows there are, and the rows, which are read as they are drawn."""

    total: int
    rows: Iterable[Any]


Rows = Callable[[Access, Actor, Any, str], Drawn]


class Service(Protocol):
    """What reads a page of a list."""

    def __call__(self, access: Access, actor: Actor, wanted: Any, listing: Listing, /) -> Page[Any]: ...


@dataclass(frozen=True)
class ListEntry:
    """A list that can be exported.

    Args:
        permission: what it takes to see it, or where that is not enough, to take it away.
        filters: a frozen dataclass; its fields are named as in the address of the list.
        row: what a row is; the columns name its fields.
        rows: all rows that somebody may see, in an order as lists take it.
    """

    name: str
    label: str
    permission: Permission
    filters: type[Any]
    row: type[Any]
    columns: tuple[Shown, ...]
    rows: Rows

    def wanted(self, filters: Mapping[str, Any]) -> Any:
        """The filters of an address as the service takes them.

        Raises:
            Invalid: a filter that this list has not, or a value that it cannot have.
        """
        known = {field.name for field in fields(self.filters)}
        if unknown := sorted(filters.keys() - known):
            raise Invalid(
                f"“{self.label}”不能按“{unknown[0]}”筛选",
                where="filters",
                remedy="可选：" + "、".join(sorted(known)),
            )
        several = {name for name, hint in get_type_hints(self.filters).items() if get_origin(hint) in _MANY}
        given = {
            name: [value] if name in several and isinstance(value, str) else value
            for name, value in filters.items()
        }
        try:
            return msgspec.convert(given, self.filters, strict=False)
        except msgspec.ValidationError as error:
            raise Invalid(f"筛选条件不对：{error}", where="filters", remedy="请从列表页面导出") from error


_MANY = frozenset(
    origin for hint in (list[str], tuple[str, ...], Sequence[str]) if (origin := get_origin(hint))
)


@dataclass(frozen=True)
class Unfiltered:
    """Filters of a list that has none."""


def by_page(service: Service, at_once: int = _AT_ONCE) -> Rows:
    """The rows of a list, page after page."""

    def rows(access: Access, actor: Actor, wanted: Any, sort: str) -> Drawn:
        total = service(access, actor, wanted, Listing(size=1, sort=sort)).total

        def drawn() -> Iterator[Any]:
            for page in range(1, -(-total // at_once) + 1):
                yield from service(access, actor, wanted, Listing(page, at_once, sort)).items

        return Drawn(total, drawn())

    return rows


def _stored(value: Any, form: Form) -> Any:
    """A value of a view as sheets take it."""
    match value:
        case bool():
            return "是" if value else "否"
        case Labelled():
            return value.label
        case datetime():
            local = value.astimezone(CHINA)
            return (
                minute_of(local.replace(tzinfo=None))
                if form is Form.MOMENT
                else local.strftime("%Y-%m-%d %H:%M:%S")
            )
        case date():
            return day_of(value)
        case UUID():
            return str(value)
        case list() | tuple() | frozenset():
            return "、".join(str(_stored(one, Form.TEXT)) for one in value)
        case _:
            return value
