"""Rows of documents and of their articles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, missing
from mingcha.access.trail import Action, record
from mingcha.library.articles import Article
from mingcha.store.database.basis import BasisArticle, BasisDocument


def found_document(session: Session, document_id: UUID) -> BasisDocument:
    """A document's row.

    Raises:
        Missing: there is none.
    """
    row = session.get(BasisDocument, document_id)
    if row is None:
        raise missing("这份文件")
    return row


def own_document(session: Session, document_id: UUID) -> BasisDocument:
    """The row of a document that may be edited.

    Raises:
        Missing: there is none.
        Conflict: the core cites it.
    """
    row = found_document(session, document_id)
    if row.source_id is not None:
        raise Conflict("系统自带的依据不能改", remedy="本地有不同规定的，请另建一份")
    return row


def articles_of(session: Session, document_id: UUID) -> list[Article]:
    """The articles of a document, in order."""
    rows = session.scalars(
        select(BasisArticle).where(BasisArticle.document_id == document_id).order_by(BasisArticle.place)
    )
    return [Article(row.label, row.text) for row in rows]


def record_change(
    session: Session,
    access: Access,
    actor: Actor,
    action: Action,
    row: BasisDocument,
    details: dict[str, Any],
) -> None:
    """Record what was done to a document."""
    record(session, access, actor, action, about=("basis", row.id), details=details)
