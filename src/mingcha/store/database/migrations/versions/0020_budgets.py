"""科室预算: what departments charged month by month, and what they may."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Histories from before are counted by the background process.
    op.add_column("histories", sa.Column("counted", sa.Boolean(), nullable=True))
    op.create_table(
        "department_spending",
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("department_id", sa.String(length=64), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("settled_fen", sa.BigInteger(), nullable=False),
        sa.Column("open_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "institution_id", "department_id", "month", name=op.f("pk_department_spending")
        ),
    )
    op.create_table(
        "department_budgets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("department_id", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Uuid(), nullable=True),
        sa.Column("set_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["set_by_id"], ["users.id"], name=op.f("fk_department_budgets_set_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department_budgets")),
        sa.UniqueConstraint(
            "institution_id",
            "department_id",
            "period",
            "number",
            name=op.f("uq_department_budgets_institution_id"),
        ),
    )
