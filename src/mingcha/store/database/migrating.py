"""Brings a database to the structure that this version knows; the steps ship inside the package."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from mingcha.store.database.engine import Database, DatabaseError, Unavailable

_FOLDER = Path(__file__).parent / "migrations"


def _config(database: Database | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["database"] = database
    return config


def newest_revision() -> str:
    """The structure that this version of the program works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def revision_of(database: Database) -> str | None:
    """The structure that a database has; none where it is empty.

    Raises:
        Unavailable: it does not answer.
    """
    with database.connected() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check_structure(database: Database) -> None:
    """Refuse to ask a database that does not have the structure of this version, or not yet.

    Raises:
        Unavailable: it is being brought up to date, or does not answer.
    """
    if revision_of(database) != newest_revision():
        raise Unavailable("数据库还没有更新到这一版的结构", remedy="请稍后重试；仍不行请告知系统管理员")


def upgrade(database: Database) -> None:
    """Bring a database up to date; nothing happens where it is.

    Raises:
        DatabaseError: it was written by a newer version of the program.
    """
    found = revision_of(database)
    if found == newest_revision():
        return
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise DatabaseError(
            "数据库由更新的版本写成，这个版本不能使用",
            where=f"数据库结构 {found}",
            remedy="请安装不低于写入它的那一版的明察",
        )
    command.upgrade(_config(database), "head")
