"""The simulator of a hospital's system is off until somebody switches it on."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    modules_off = sa.table(
        "modules_off",
        sa.column("module", sa.String()),
        sa.column("since", sa.DateTime(timezone=True)),
        sa.column("by", sa.String()),
        sa.column("reason", sa.Text()),
    )
    row = {"module": "simulator", "since": datetime.now(UTC), "by": "安装", "reason": "缺省不启用"}
    op.bulk_insert(modules_off, [row])
