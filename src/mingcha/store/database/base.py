"""What all tables share: names of constraints, days from and to, moments in UTC, personal texts never in the clear."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Dialect,
    MetaData,
    String,
    Text,
    TypeDecorator,
    and_,
    or_,
)
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute

from mingcha.store.keys import Sealed


class Base(DeclarativeBase):
    """Base of all tables; constraints have names, so that a migration can change them on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def holds_on(
    day: date, first: InstrumentedAttribute[date], last: InstrumentedAttribute[date | None]
) -> ColumnElement[bool]:
    """Whether a day lies between a first and a last one, both included; without a last one there is no end."""
    return and_(first <= day, or_(last.is_(None), last >= day))


class Moment(TypeDecorator[datetime]):
    """A moment, stored in UTC; SQLite keeps no zone of its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """A moment without a zone would be taken for UTC on one database and local time on the other."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """The moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ForeignText(TypeDecorator[str]):
    """A text that another system wrote: cut where it is too long, without the one character that PostgreSQL refuses."""

    impl = String
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """What a row that cannot be written would keep all after it waiting for."""
        return None if value is None else value.replace("\0", "")[: self.length]


class ForeignLongText(ForeignText):
    """One of any length."""

    impl = Text
    cache_ok = True


class SealedText(TypeDecorator[Sealed]):
    """A personal text, sealed before it comes here: a row in memory, in a log or in a backup shows nothing."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        """Plain text is refused: a personal value must pass through the keys first."""
        if value is not None and not isinstance(value, Sealed):
            raise TypeError("a personal text must be sealed before it is stored")
        return value

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Sealed | None:
        """The sealed text; who may read it asks the keys."""
        return None if value is None else Sealed(value)
