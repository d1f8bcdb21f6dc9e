"""How a migration runs: in one transaction, on the database that it was given."""

from __future__ import annotations

from alembic import context

from mingcha.store.database.engine import Database
from mingcha.store.database.tables import METADATA

database: Database = context.config.attributes["database"]
writer = database.engine.execution_options(sqlite_begin="IMMEDIATE")
with writer.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        compare_type=True,
        # SQLite takes back changes of structure too, once transactions begin where we say.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
