"""Finding rows by what stands in their text, in Chinese: an index of trigrams on SQLite, ILIKE on PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, column, select, table
from sqlalchemy.orm import InstrumentedAttribute, Session

from mingcha.store.database.basis import BasisArticle

# The index knows nothing shorter than three characters.
_TRIGRAM = 3
_INDEX = table("basis_search", column("rowid"), column("text"))


def contains(session: Session, term: str) -> ColumnElement[bool]:
    """Articles whose text holds a term."""
    if session.get_bind().dialect.name == "sqlite" and len(term) >= _TRIGRAM:
        quoted = '"' + term.replace('"', '""') + '"'
        return BasisArticle.id.in_(select(_INDEX.c.rowid).where(_INDEX.c.text.match(quoted)))
    return plainly(BasisArticle.text, term)


def plainly(text: InstrumentedAttribute[Any], term: str) -> ColumnElement[bool]:
    """Rows whose text holds a term, looked through one by one; capitals make no difference."""
    return text.icontains(term, autoescape=True)
