"""Whose pages may frame the embedded pages of an institution."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("connections") as table:
        table.add_column(sa.Column("framed_by", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("connections") as table:
        table.alter_column("framed_by", server_default=None)
