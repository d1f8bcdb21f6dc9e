"""Services that a connection has, calls of a day, and calls that only try a connection."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# What every connection had before there was a choice.
_ALL = '["before", "during"]'


def upgrade() -> None:
    with op.batch_alter_table("connections") as table:
        table.add_column(sa.Column("a_day", sa.Integer(), nullable=True))
        table.add_column(sa.Column("services", sa.JSON(), nullable=False, server_default=_ALL))
    with op.batch_alter_table("connections") as table:
        table.alter_column("services", server_default=None)
    with op.batch_alter_table("calls") as table:
        table.add_column(sa.Column("trial", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("calls") as table:
        table.alter_column("trial", server_default=None)
    op.create_table(
        "call_tallies",
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("service", sa.String(length=16), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("not_audited", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("institution_id", "day", "service", name=op.f("pk_call_tallies")),
    )
