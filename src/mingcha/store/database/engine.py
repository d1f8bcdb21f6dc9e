"""One database behind one door: SQLite (WAL) or PostgreSQL, reading and writing in transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from mingcha.domain.errors import MingchaError

_BUSY_SECONDS = 15
# A million persons are entered in no order: with SQLite's own two megabytes, pages would be read again and again.
_CACHE_KIB = 65_536
# How long a server on another machine is waited for: until it lets us in, and until it has heard what was said.
_CONNECT_SECONDS = 5
_UNHEARD_MILLISECONDS = 15_000


class DatabaseError(MingchaError):
    """A database that cannot be used as it is set."""


class Unavailable(DatabaseError):
    """A database that does not answer, or not in time."""


class ChangedMeanwhile(DatabaseError):
    """Two changes at the same time that cannot both stand."""


class Database:
    """The database at an address; opened when first asked.

    Raises:
        DatabaseError: an address of neither SQLite nor PostgreSQL.
    """

    def __init__(self, url: str) -> None:
        try:
            address = make_url(url)
        except ArgumentError:
            raise _unusable_address() from None
        if address.drivername in ("postgresql", "postgres"):
            address = address.set(drivername="postgresql+psycopg")
        if address.drivername not in ("sqlite", "postgresql+psycopg"):
            raise _unusable_address()
        self.address = address
        # Asked before anything else until it once raises nothing.
        self.check_first: Callable[[Database], None] | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file that one machine writes."""
        return self.address.drivername == "sqlite"

    @cached_property
    def engine(self) -> Engine:
        """The connections."""
        # Values of statements are people's: an error must not show them.
        if not self.is_sqlite:
            waits = {"connect_timeout": _CONNECT_SECONDS, "tcp_user_timeout": _UNHEARD_MILLISECONDS}
            said = {name: seconds for name, seconds in waits.items() if name not in self.address.query}
            return create_engine(self.address, hide_parameters=True, pool_pre_ping=True, connect_args=said)
        engine = create_engine(self.address, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A connection below the mapper; asked of a database of whatever structure."""
        with _told_plainly(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent look; nothing is kept."""
        self._check()
        with _told_plainly(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One change, whole or not at all."""
        self._check()
        writer = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        with _told_plainly(), Session(writer, expire_on_commit=False) as session, session.begin():
            yield session

    def _check(self) -> None:
        if self.check_first is not None:
            self.check_first(self)
            self.check_first = None

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        # What services check first can only still collide where another changed the same at the same time.
        raise ChangedMeanwhile("同时有人改动了同样的内容，您的改动没有保存", remedy="请刷新后重试") from error
    except OperationalError as error:
        raise Unavailable("数据库没有响应", remedy="请稍后重试；仍不行请告知系统管理员") from error


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions by its own rules
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a trail entry that was answered for must outlive a power cut
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_SECONDS * 1000}",
        f"cache_size=-{_CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer that starts as a reader fails at once when another wrote meanwhile, instead of waiting for its turn.
    kind = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {kind}")


def _unusable_address() -> DatabaseError:
    return DatabaseError(
        "数据库地址不可用",
        where="MINGCHA_DATABASE_URL",
        remedy="请写 postgresql://用户:口令@主机/库名，或不写（用数据文件夹里的 SQLite）",
    )
