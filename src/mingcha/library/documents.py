"""The documents of the installation: found, read, written, with the file they came in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, Invalid, missing
from mingcha.access.labelled import Labelled
from mingcha.access.listing import Column, Listing, Page, page_of
from mingcha.access.permissions import Permission
from mingcha.access.trail import Action, record
from mingcha.library.articles import MOST_ARTICLES, Article
from mingcha.library.sources import keep_sources
from mingcha.store.database.basis import BasisArticle, BasisDocument
from mingcha.store.database.searching import contains, plainly
from mingcha.store.whole import whole_file

FOLDER = "basis"
MOST_FILE_BYTES = 6 * 1024 * 1024
# How a file begins that is what its name says.
_BEGINS = {
    ".pdf": (b"%PDF-",),
    ".docx": (b"PK\x03\x04",),
    ".doc": (b"\xd0\xcf\x11\xe0",),
    ".txt": (b"",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
}
_AROUND = 10
_LONG_AGO = date(1900, 1, 1)


class DocumentKind(Labelled):
    """What a document is."""

    POLICY = "policy", "政策法规"
    GUIDELINE = "guideline", "指南规范"
    LEAFLET = "leaflet", "药品说明书"
    OTHER = "other", "其他"


class DocumentState(Labelled):
    """Whether a document holds on a day."""

    DRAFT = "draft", "草案"
    PLANNED = "planned", "未施行"
    CURRENT = "current", "现行"
    REPLACED = "replaced", "已被取代"
    OVER = "over", "已失效"


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


@dataclass(frozen=True)
class DocumentView:
    """A document in a list; `hits` says where the sought words stand."""

    id: UUID
    source_id: str | None
    kind: DocumentKind
    title: str
    number: str
    issuer: str
    region: str
    state: DocumentState
    published: date | None
    valid_from: date | None
    valid_to: date | None
    replaced_by: UUID | None
    file_name: str | None
    articles: int
    changed_at: datetime
    changed_by: str
    hits: list[Article]


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
        articles = _articles(session, document_id)
        return view_of(row, len(articles), access.today(), []), articles


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
        _record(session, access, actor, Action.BASIS_CREATED, row, {"title": row.title})
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
        if _articles(session, document_id) != list(articles):
            _put_articles(session, document_id, articles)
            changed.append("articles")
        row.changed_at, row.changed_by = access.now(), actor.login
        _record(session, access, actor, Action.BASIS_CHANGED, row, {"title": row.title, "changed": changed})
        return view_of(row, len(articles), access.today(), [])


def attach(access: Access, actor: Actor, document_id: UUID, name: str, content: bytes) -> DocumentView:
    """Keep the file that a document came in; it is what its name says, and lies under its digest.

    Raises:
        Invalid: of another kind, or too large.
    """
    actor.check_whole(Permission.BASIS_EDIT)
    suffix = Path(name).suffix.lower()
    if suffix not in _BEGINS or not content.startswith(_BEGINS[suffix]) or len(content) > MOST_FILE_BYTES:
        kinds = "、".join(kind.removeprefix(".") for kind in _BEGINS)
        raise Invalid(
            "附件的类型不对、内容与扩展名不符，或太大",
            where="file_name",
            remedy=f"请用 {kinds}，不超过 {MOST_FILE_BYTES // 1024 // 1024} MB",
        )
    digest = hashlib.sha256(content).hexdigest()
    with access.database.writing() as session:
        row = own_document(session, document_id)
        _keep(access.home / FOLDER / digest, content)
        row.file_name, row.file_digest = re.sub(r"[^\w.（）()〔〕《》-]", "_", Path(name).name)[-120:], digest
        row.changed_at, row.changed_by = access.now(), actor.login
        _record(session, access, actor, Action.BASIS_CHANGED, row, {"title": row.title, "changed": ["file"]})
        return view_of(row, len(_articles(session, document_id)), access.today(), [])


def attachment(access: Access, actor: Actor, document_id: UUID) -> tuple[str, bytes]:
    """The file that a document came in, and its name.

    Raises:
        Missing: no such document, or it has none.
        Conflict: what lies in the folder is not what was kept.
    """
    actor.check(Permission.BASIS_VIEW)
    with access.database.reading() as session:
        row = found_document(session, document_id)
    path = access.home / FOLDER / (row.file_digest or "none")
    if row.file_name is None or not path.is_file():
        raise missing("这份附件")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != row.file_digest:
        raise Conflict("附件与存入时不一致，可能被改动过", remedy="请从备份恢复，或重新上传")
    return row.file_name, content


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


def view_of(row: BasisDocument, articles: int, day: date, hits: list[Article]) -> DocumentView:
    """A row as people see it."""
    return DocumentView(
        id=row.id,
        source_id=row.source_id,
        kind=DocumentKind(row.kind),
        title=row.title,
        number=row.number,
        issuer=row.issuer,
        region=row.region,
        state=_state(row, day),
        published=row.published,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        replaced_by=row.replaced_by,
        file_name=row.file_name,
        articles=articles,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        hits=hits,
    )


def _state(row: BasisDocument, day: date) -> DocumentState:
    if row.draft:
        return DocumentState.DRAFT
    if row.valid_to is not None and row.valid_to < day:
        return DocumentState.OVER if row.replaced_by is None else DocumentState.REPLACED
    if row.valid_from is not None and row.valid_from > day:
        return DocumentState.PLANNED
    return DocumentState.CURRENT


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


def _articles(session: Session, document_id: UUID) -> list[Article]:
    rows = session.scalars(
        select(BasisArticle).where(BasisArticle.document_id == document_id).order_by(BasisArticle.place)
    )
    return [Article(row.label, row.text) for row in rows]


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


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as unfinished:
        unfinished.write_bytes(content)


def _record(
    session: Session,
    access: Access,
    actor: Actor,
    action: Action,
    row: BasisDocument,
    details: dict[str, Any],
) -> None:
    record(session, access, actor, action, about=("basis", row.id), details=details)
