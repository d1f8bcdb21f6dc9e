"""Saved filters and chosen columns go with the account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_of_lists",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("list_name", sa.String(length=64), nullable=False),
        sa.Column("sets", sa.JSON(), nullable=False),
        sa.Column("hidden", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_kept_of_lists_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "list_name", name=op.f("pk_kept_of_lists")),
    )
