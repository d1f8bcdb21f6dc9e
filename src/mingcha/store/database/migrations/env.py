"""How a migration runs: in one transaction, on the database that it was given."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

from mingcha.store.database.engine import Database
from mingcha.store.database.tables import METADATA

database: Database = context.config.attributes["database"]
# Any number that nobody else takes in this database.
_ONE_AFTER_THE_OTHER = "SELECT pg_advisory_xact_lock(177303313)"

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
        if not database.is_sqlite:  # several processes may find it back at once
            connection.execute(text(_ONE_AFTER_THE_OTHER))
        context.run_migrations()
