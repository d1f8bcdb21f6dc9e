"""Which call an answer of a doctor is about: the last one before it that told the result."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("call_feedback") as table:
        table.add_column(sa.Column("answered_id", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("waiting", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        """
        UPDATE call_feedback SET answered_id = (
            SELECT told.id FROM calls AS told
            JOIN call_findings ON call_findings.call_id = told.id
            JOIN calls AS answer ON answer.id = call_feedback.call_id
            WHERE call_findings.result_id = call_feedback.result_id
              AND told.institution_id = answer.institution_id
              AND told.trial = answer.trial
              AND told.received_at <= call_feedback.at
            ORDER BY told.received_at DESC, told.id DESC LIMIT 1
        )
        """
    )
    with op.batch_alter_table("call_feedback") as table:
        table.alter_column("waiting", server_default=None)
        table.create_foreign_key(op.f("fk_call_feedback_answered_id_calls"), "calls", ["answered_id"], ["id"])
        table.create_index("ix_call_feedback_answered", ["answered_id"])
        table.create_index(
            "ix_call_feedback_waiting",
            ["call_id"],
            sqlite_where=sa.text("waiting"),
            postgresql_where=sa.text("waiting"),
        )
