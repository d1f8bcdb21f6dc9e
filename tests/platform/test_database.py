"""The database: built step by step to just what the tables say, and never by an older program."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from mingcha.access.context import Access
from mingcha.store.database.engine import DatabaseError, Unavailable
from mingcha.store.database.migrating import check_structure, newest_revision, revision_of, upgrade
from mingcha.store.database.tables import METADATA


def test_the_steps_lead_to_just_what_the_tables_say(access: Access) -> None:
    with access.database.engine.connect() as connection:
        # The full-text index of SQLite is no table of ours: its own tables come with it.
        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_name": lambda name, kind, _: kind != "table" or not name.startswith("basis_search"),
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []


def test_upgrading_twice_changes_nothing(access: Access) -> None:
    assert revision_of(access.database) == newest_revision()
    upgrade(access.database)
    assert revision_of(access.database) == newest_revision()


def test_a_database_of_a_newer_program_is_left_alone(access: Access) -> None:
    with access.database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="更新的版本"):
        upgrade(access.database)


def test_a_database_of_an_older_structure_is_asked_nothing_until_it_is_brought_up_to_date(
    access: Access,
) -> None:
    newest = newest_revision()
    access.database.check_first = check_structure
    _call_it(access, "0001")
    for open_session in (access.database.reading, access.database.writing):
        with pytest.raises(Unavailable, match="还没有更新"), open_session():
            raise AssertionError
    _call_it(access, newest)
    with access.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM users")) == 0


def _call_it(access: Access, revision: str) -> None:
    with access.database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :one"), {"one": revision})


def test_a_change_that_fails_leaves_nothing_behind(access: Access) -> None:
    def half_a_change() -> None:
        insert = "INSERT INTO sign_in_failures (login_hash, failures, last_at) VALUES ('x', 1, '2026-01-01')"
        with access.database.writing() as session:
            session.execute(text(insert))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_a_change()
    with access.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM sign_in_failures")) == 0
