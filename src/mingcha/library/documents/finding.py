"""Documents looked for by their words, their kind and whether they hold; one with its articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.listing import Column, Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.library.articles import Article
from mingcha.library.documents.rows import articles_of, found_document
from mingcha.library.documents.shown import DocumentKind, DocumentState, DocumentView, view_of
from mingcha.library.sources import keep_sources
from mingcha.store.database.basis import BasisArticle, BasisDocument
from mingcha.store.database.searching import contains, plainly

_AROUND = 10
_LONG_AGO = date(1900, 1, 1)


@dataclass(frozen=True)
class DocumentFilter:
    """What to look for; what is left out limits nothing."""

    text: str | None = None
    kind: DocumentKind | None = None
    state: DocumentState | None = None
    region: str | None = None


_SORTS: dict[str, Column] = {
    "title": BasisDocument.title,
    "number": BasisDocument.number,
    "issuer": BasisDocument.issuer,
    # Databases differ on where what has no day belongs: here, before all that has one.
    "published": func.coalesce(BasisDocument.published, _LONG_AGO),
    "valid_from": func.coalesce(BasisDocument.valid_from, _LONG_AGO),
    "changed_at": BasisDocument.changed_at,
}


def documents(access: Access, actor: Actor, wanted: DocumentFilter, listing: Listing) -> Page[DocumentView]:
    """Documents whose title, number, issuer or articles hold all the words."""
    actor.check(Permission.BASIS_VIEW)
    keep_sources(access)
    today, terms = access.today(), (wanted.text or "").split()
    query = select(BasisDocument)
    for value, column in ((wanted.kind, BasisDocument.kind), (wanted.region, BasisDocument.region)):
        if value is not None:
            query = query.where(column == value)
    if wanted.state is not None:
        query = query.where(_in_state(wanted.state, today))
    with access.database.reading() as session:
        for term in terms:
            query = query.where(_holds(session, term))
        found = page_of(session, query, listing, _SORTS, default="-published", tie=BasisDocument.id)
        rows = [row[0] for row in found.items]
        counted = select(BasisArticle.document_id, func.count()).group_by(BasisArticle.document_id)
        many = {
            document: articles
            for document, articles in session.execute(
                counted.where(BasisArticle.document_id.in_([row.id for row in rows]))
            )
        }
        views = [view_of(row, many.get(row.id, 0), today, _hits(session, row.id, terms)) for row in rows]
        return Page(views, found.total)


def document(access: Access, actor: Actor, document_id: UUID) -> tuple[DocumentView, list[Article]]:
    """A document with its articles.

    Raises:
        Missing: no such document.
    """
    actor.check(Permission.BASIS_VIEW)
    keep_sources(access)
    with access.database.reading() as session:
        row = found_document(session, document_id)
        articles = articles_of(session, document_id)
        return view_of(row, len(articles), access.today(), []), articles


def _in_state(state: DocumentState, day: date) -> ColumnElement[bool]:
    over = and_(BasisDocument.valid_to.is_not(None), BasisDocument.valid_to < day)
    planned = and_(BasisDocument.valid_from.is_not(None), BasisDocument.valid_from > day)
    standing: dict[DocumentState, ColumnElement[bool]] = {
        DocumentState.OVER: and_(over, BasisDocument.replaced_by.is_(None)),
        DocumentState.REPLACED: and_(over, BasisDocument.replaced_by.is_not(None)),
        DocumentState.PLANNED: and_(~over, planned),
        DocumentState.CURRENT: and_(~over, ~planned),
    }
    if state is DocumentState.DRAFT:
        return BasisDocument.draft.is_(True)
    return and_(BasisDocument.draft.is_(False), standing[state])


def _holds(session: Session, term: str) -> ColumnElement[bool]:
    columns = (BasisDocument.title, BasisDocument.number, BasisDocument.issuer)
    article = exists().where(BasisArticle.document_id == BasisDocument.id, contains(session, term))
    return or_(article, *(plainly(column, term) for column in columns))


def _hits(session: Session, document_id: UUID, terms: Sequence[str]) -> list[Article]:
    """The first articles in which some word stands, cut around it."""
    if not terms:
        return []
    query = (
        select(BasisArticle)
        .where(BasisArticle.document_id == document_id, or_(*(contains(session, term) for term in terms)))
        .order_by(BasisArticle.place)
        .limit(3)
    )
    return [Article(row.label, _around(row.text, terms)) for row in session.scalars(query)]


def _around(text: str, terms: Sequence[str]) -> str:
    lowered = text.lower()
    places = [at for term in terms if (at := lowered.find(term.lower())) >= 0]
    start = max(min(places, default=0) - _AROUND, 0)
    end = start + 12 * _AROUND
    return ("…" if start else "") + text[start:end].replace("\n", " ") + ("…" if end < len(text) else "")
