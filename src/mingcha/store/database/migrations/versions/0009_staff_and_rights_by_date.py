"""Titles and numbers of staff, and what staff and institutions may do by date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("organisation_periods") as periods:
        periods.add_column(sa.Column("local_code", sa.String(length=64), nullable=True))
        periods.add_column(sa.Column("title", sa.String(length=16), nullable=True))
    op.create_table(
        "staff_rights",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("right_name", sa.String(length=32), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=64), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_staff_rights_order")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_staff_rights_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_rights")),
        sa.UniqueConstraint(
            "organisation_id", "right_name", "valid_from", name=op.f("uq_staff_rights_organisation_id")
        ),
    )
