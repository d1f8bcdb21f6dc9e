"""The documents that the core cites (knowledge/sources.yaml), among those of the installation; nobody edits them."""

from __future__ import annotations

from datetime import date
from threading import Lock
from weakref import WeakSet

from sqlalchemy import select

from mingcha.access.context import Access
from mingcha.domain.values import date_of
from mingcha.knowledge.sources import Source, sources
from mingcha.store.database.basis import BasisDocument
from mingcha.store.database.engine import Database

_kept: WeakSet[Database] = WeakSet()
_keeping = Lock()
BY = "内置"


def keep_sources(access: Access) -> None:
    """Let every cited document have its row, as it is today; once a process."""
    with _keeping:
        if access.database in _kept:
            return
        with access.database.writing() as session:
            rows = {
                row.source_id: row
                for row in session.scalars(
                    select(BasisDocument).where(BasisDocument.source_id.is_not(None)).with_for_update()
                )
            }
            for source_id, source in sources().items():
                row = rows.get(source_id)
                if row is None:
                    row = BasisDocument(
                        source_id=source_id, region="", draft=False, changed_at=access.now(), changed_by=BY
                    )
                    session.add(row)
                row.kind, row.title, row.number = _kind(source), source.document, _number(source)
                row.issuer, row.published = source.publisher, _day(source.published)
                row.valid_from = _day(source.in_force)
        _kept.add(access.database)


def _kind(source: Source) -> str:
    if "指导原则" in source.document or "药典" in source.document:
        return "guideline"
    return "policy"


def _number(source: Source) -> str:
    return source.number if source.checked else f"{source.number}（文号待核对）"


def _day(number: int | None) -> date | None:
    return None if number is None else date_of(number)
