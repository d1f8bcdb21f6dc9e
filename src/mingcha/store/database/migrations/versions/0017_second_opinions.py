"""人工审核: questions to a person before signing, and what was said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_opinions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.String(length=32), nullable=False),
        sa.Column("result_id", sa.String(length=50), nullable=False),
        sa.Column("journal", sa.String(length=200), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=True),
        sa.Column("department_id", sa.String(length=64), nullable=True),
        sa.Column("doctor_id", sa.String(length=64), nullable=True),
        sa.Column("insurance_type", sa.String(length=8), nullable=True),
        sa.Column("encounter_id", sa.String(length=64), nullable=True),
        sa.Column("scene", sa.String(length=8), nullable=False),
        sa.Column("rule_code", sa.String(length=32), nullable=False),
        sa.Column("rule_name", sa.String(length=200), nullable=False),
        sa.Column("trial", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_time_out", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("review", sa.String(length=16), nullable=True),
        sa.CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name=op.f("ck_second_opinions_end")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_opinions")),
        sa.UniqueConstraint("call_id", "result_id", name=op.f("uq_second_opinions_call_id")),
    )
    op.create_index("ix_second_opinions_open", "second_opinions", ["outcome", "ends_at"])
    op.create_index("ix_second_opinions_institution", "second_opinions", ["institution_id", "asked_at"])
    op.create_table(
        "second_opinion_words",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opinion_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("decides", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["opinion_id"],
            ["second_opinions.id"],
            name=op.f("fk_second_opinion_words_opinion_id_second_opinions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_opinion_words")),
        sa.UniqueConstraint("opinion_id", "number", name=op.f("uq_second_opinion_words_opinion_id")),
    )
