"""A document as people see it: what it is, and whether it holds on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from mingcha.access.labelled import Labelled
from mingcha.library.articles import Article
from mingcha.store.database.basis import BasisDocument


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
