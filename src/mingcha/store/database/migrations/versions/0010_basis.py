"""Documents that rules and points cite, tasks when one ends, consultations; a full-text index of the articles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_COUNTED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Trigrams find any three characters in a row, as Chinese needs; PostgreSQL gets its own where the extension is there.
_SQLITE = (
    "CREATE VIRTUAL TABLE basis_search USING fts5("
    "text, content='basis_articles', content_rowid='id', tokenize='trigram')",
    "CREATE TRIGGER basis_search_insert AFTER INSERT ON basis_articles BEGIN "
    "INSERT INTO basis_search(rowid, text) VALUES (new.id, new.text); END",
    "CREATE TRIGGER basis_search_delete AFTER DELETE ON basis_articles BEGIN "
    "INSERT INTO basis_search(basis_search, rowid, text) VALUES ('delete', old.id, old.text); END",
    "CREATE TRIGGER basis_search_update AFTER UPDATE ON basis_articles BEGIN "
    "INSERT INTO basis_search(basis_search, rowid, text) VALUES ('delete', old.id, old.text); "
    "INSERT INTO basis_search(rowid, text) VALUES (new.id, new.text); END",
)


def upgrade() -> None:
    op.create_table(
        "basis_documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("number", sa.String(length=120), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("replaced_by", sa.Uuid(), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=True),
        sa.Column("file_digest", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from",
            name=op.f("ck_basis_documents_order"),
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"],
            ["basis_documents.id"],
            name=op.f("fk_basis_documents_replaced_by_basis_documents"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basis_documents")),
        sa.UniqueConstraint("source_id", name=op.f("uq_basis_documents_source_id")),
    )
    op.create_table(
        "basis_articles",
        sa.Column("id", _COUNTED, nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["basis_documents.id"],
            name=op.f("fk_basis_articles_document_id_basis_documents"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basis_articles")),
        sa.UniqueConstraint("document_id", "place", name=op.f("uq_basis_articles_document_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "basis_citations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("article", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["basis_documents.id"],
            name=op.f("fk_basis_citations_document_id_basis_documents"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basis_citations")),
        sa.UniqueConstraint(
            "document_id", "kind", "key", "article", name=op.f("uq_basis_citations_document_id")
        ),
    )
    op.create_table(
        "basis_tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=80), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["basis_documents.id"], name=op.f("fk_basis_tasks_document_id_basis_documents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basis_tasks")),
        sa.UniqueConstraint("document_id", "kind", "key", name=op.f("uq_basis_tasks_document_id")),
    )
    op.create_index("ix_basis_tasks_owner", "basis_tasks", ["owner", "done_at"])
    op.create_table(
        "consultations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["basis_documents.id"], name=op.f("fk_consultations_document_id_basis_documents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultations")),
    )
    op.create_index(op.f("ix_consultations_document_id"), "consultations", ["document_id"])
    op.create_table(
        "consulted",
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("stance", sa.String(length=16), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultations.id"], name=op.f("fk_consulted_consultation_id_consultations")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_consulted_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("consultation_id", "organisation_id", name=op.f("pk_consulted")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in _SQLITE:
            op.execute(statement)
