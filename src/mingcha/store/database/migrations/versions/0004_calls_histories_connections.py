"""Calls of hospitals' systems, what they were answered, histories of persons, connections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("transaction", sa.String(length=8), nullable=False),
        sa.Column("scene", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=True),
        sa.Column("encounter_id", sa.String(length=64), nullable=True),
        sa.Column("region_code", sa.String(length=6), nullable=True),
        sa.Column("department_id", sa.String(length=64), nullable=True),
        sa.Column("doctor_id", sa.String(length=64), nullable=True),
        sa.Column("insurance_type", sa.String(length=8), nullable=True),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("journal", sa.String(length=200), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
    )
    for name, columns in (
        ("ix_calls_institution", ["institution_id", "received_at"]),
        ("ix_calls_received_at", ["received_at"]),
        ("ix_calls_person", ["person"]),
        ("ix_calls_encounter_id", ["encounter_id"]),
    ):
        op.create_index(op.f(name), "calls", columns)
    op.create_table(
        "call_findings",
        sa.Column("call_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.String(length=50), nullable=False),
        sa.Column("finding_id", sa.String(length=50), nullable=False),
        sa.Column("rule_code", sa.String(length=32), nullable=False),
        sa.Column("rule_name", sa.String(length=200), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("certainty", sa.String(length=16), nullable=False),
        sa.Column("knowledge_point", sa.String(length=64), nullable=True),
        sa.Column("line_key", sa.String(length=64), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_call_findings_call_id_calls")),
        sa.PrimaryKeyConstraint("call_id", "number", name=op.f("pk_call_findings")),
    )
    op.create_index(op.f("ix_call_findings_result"), "call_findings", ["result_id"])
    op.create_index(op.f("ix_call_findings_rule_code"), "call_findings", ["rule_code"])
    op.create_table(
        "call_feedback",
        sa.Column("call_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.String(length=50), nullable=False),
        sa.Column("stage", sa.String(length=2), nullable=False),
        sa.Column("way", sa.String(length=2), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_call_feedback_call_id_calls")),
        sa.PrimaryKeyConstraint("call_id", "number", name=op.f("pk_call_feedback")),
    )
    op.create_index(op.f("ix_call_feedback_result"), "call_feedback", ["result_id"])
    op.create_table(
        "journals_read",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_journals_read")),
    )
    op.create_table(
        "histories",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_histories")),
    )
    op.create_table(
        "connections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("access_key", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("networks", sa.JSON(), nullable=False),
        sa.Column("a_second", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
        sa.UniqueConstraint("institution_id", name=op.f("uq_connections_institution_id")),
        sa.UniqueConstraint("access_key", name=op.f("uq_connections_access_key")),
    )
