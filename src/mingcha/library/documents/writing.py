"""Documents entered, and written anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Invalid
from mingcha.access.permissions import Permission
from mingcha.access.trail import Action
from mingcha.library.articles import MOST_ARTICLES, Article
from mingcha.library.documents.rows import articles_of, own_document, record_change
from mingcha.library.documents.shown import DocumentKind, DocumentView, view_of
from mingcha.store.database.basis import BasisArticle, BasisDocument


@dataclass(frozen=True)
class WrittenDocument:
    """What is known of a document."""

    kind: DocumentKind
    title: str
    number: str = ""
    issuer: str = ""
    region: str = ""
    draft: bool = False
    published: date | None = None
    valid_from: date | None = None


def create(
    access: Access, actor: Actor, written: WrittenDocument, articles: Sequence[Article]
) -> DocumentView:
    """Enter a document."""
    actor.check_whole(Permission.BASIS_EDIT)
    with access.database.writing() as session:
        row = BasisDocument(**_columns(written), changed_at=access.now(), changed_by=actor.login)
        session.add(row)
        session.flush()
        _put_articles(session, row.id, articles)
        record_change(session, access, actor, Action.BASIS_CREATED, row, {"title": row.title})
        return view_of(row, len(articles), access.today(), [])


def change(
    access: Access, actor: Actor, document_id: UUID, written: WrittenDocument, articles: Sequence[Article]
) -> DocumentView:
    """Write a document and its articles anew.

    Raises:
        Missing: no such document.
        Conflict: it is one that the core cites, or it was published, and a published one is no draft again.
    """
    actor.check_whole(Permission.BASIS_EDIT)
    with access.database.writing() as session:
        row = own_document(session, document_id)
        if written.draft and not row.draft:
            raise Conflict(
                "已发布的文件不能再改回草案", where="draft", remedy="内容有变的，请另建一份并取代它"
            )
        columns = _columns(written)
        changed = sorted(name for name, value in columns.items() if getattr(row, name) != value)
        for name in changed:
            setattr(row, name, columns[name])
        if articles_of(session, document_id) != list(articles):
            _put_articles(session, document_id, articles)
            changed.append("articles")
        row.changed_at, row.changed_by = access.now(), actor.login
        record_change(
            session, access, actor, Action.BASIS_CHANGED, row, {"title": row.title, "changed": changed}
        )
        return view_of(row, len(articles), access.today(), [])


def _put_articles(session: Session, document_id: UUID, articles: Sequence[Article]) -> None:
    labels = [article.label for article in articles]
    if len(set(labels)) < len(labels) or len(labels) > MOST_ARTICLES:
        raise Invalid("条文的名称有重复，或条文太多", where="articles", remedy="每条一个名称，如“第三条”")
    session.execute(delete(BasisArticle).where(BasisArticle.document_id == document_id))
    session.add_all(
        BasisArticle(document_id=document_id, place=place, label=article.label, text=article.text)
        for place, article in enumerate(articles)
    )
    session.flush()


def _columns(written: WrittenDocument) -> dict[str, Any]:
    return {
        "kind": written.kind.value,
        "title": written.title,
        "number": written.number,
        "issuer": written.issuer,
        "region": written.region,
        "draft": written.draft,
        "published": written.published,
        "valid_from": written.valid_from,
    }
