"""Datasets as people see them: those of their places, and their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.belonging import belongs
from mingcha.access.context import Access
from mingcha.access.errors import missing
from mingcha.access.listing import Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.store.database.people import User
from mingcha.store.database.runs import Dataset


@dataclass(frozen=True)
class DatasetView:
    """A dataset, and what its import said of it.

    Args:
        report: read, accepted, rejected, duplicates, encounters …; `tables` with the fate of each table's rows.
    """

    id: UUID
    name: str
    created_at: datetime
    created_by: str | None
    upload_id: UUID | None
    lines: int
    first_day: date | None
    last_day: date | None
    report: dict[str, Any]


@dataclass(frozen=True)
class DatasetFilter:
    """Which datasets; what is left out limits nothing."""

    name: str | None = None


_SORTS = {
    "name": Dataset.name,
    "created_at": Dataset.created_at,
    "lines": Dataset.lines,
    "first_day": Dataset.first_day,
}


def datasets(access: Access, actor: Actor, wanted: DatasetFilter, listing: Listing) -> Page[DatasetView]:
    """The datasets within the actor's reach."""
    query = _seen(actor)
    if wanted.name is not None:
        query = query.where(Dataset.name.contains(wanted.name, autoescape=True))
    with access.database.reading() as session:
        found = page_of(session, query, listing, _SORTS, default="-created_at", tie=Dataset.id)
        return Page([_view(*row) for row in found.items], found.total)


def dataset(access: Access, actor: Actor, dataset_id: UUID) -> DatasetView:
    """One dataset within the actor's reach.

    Raises:
        Missing: there is none, or none within reach.
    """
    with access.database.reading() as session:
        return check_dataset(session, actor, dataset_id)


def check_dataset(session: Session, actor: Actor, dataset_id: UUID) -> DatasetView:
    """The same within a transaction."""
    found = session.execute(_seen(actor).where(Dataset.id == dataset_id)).one_or_none()
    if found is None:
        raise missing("这个数据集")
    return _view(*found)


def _seen(actor: Actor) -> Select[Dataset, str]:
    reached = belongs(actor, Permission.RUNS_VIEW, Dataset)
    return select(Dataset, User.login).outerjoin(User, User.id == Dataset.created_by).where(reached)


def _view(row: Dataset, login: str | None) -> DatasetView:
    return DatasetView(
        id=row.id,
        name=row.name,
        created_at=row.created_at,
        created_by=login,
        upload_id=row.upload_id,
        lines=row.lines,
        first_day=row.first_day,
        last_day=row.last_day,
        report=row.report,
    )
