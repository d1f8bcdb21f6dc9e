"""The export of a quality report is one of a list, as any other."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_RUNS = sa.table(
    "runs", sa.column("id", sa.Uuid()), sa.column("kind", sa.String()), sa.column("parameters", sa.JSON())
)


def upgrade() -> None:
    connection = op.get_bind()
    old = sa.select(_RUNS.c.id, _RUNS.c.parameters).where(_RUNS.c.kind == "export-quality")
    for number, asked in connection.execute(old).all():
        parameters = {
            "list": "quality",
            "filters": {"dataset_id": asked["dataset_id"]},
            "format": asked.get("format", "xlsx"),
        }
        renamed = sa.update(_RUNS).where(_RUNS.c.id == number)
        connection.execute(renamed.values(kind="export", parameters=parameters))
