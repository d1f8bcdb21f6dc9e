"""Databases for the platform's tests: SQLite, and PostgreSQL where it can be started."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, make_url, select, text

from mingcha.access.context import Access
from mingcha.store.database.tables import METADATA
from tests.support.audited import Audited, audited_over
from tests.support.platform import Clock, Town, access_to
from tests.support.postgres import postgres_in


@pytest.fixture(scope="session")
def in_memory() -> Iterator[Path]:
    """A folder that waits for no disk, where the system has one."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="mingcha-", dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres(in_memory: Path) -> Iterator[str]:
    """Address of a PostgreSQL server that is there for these tests."""
    with postgres_in(in_memory / "postgres") as server:
        yield server.url


@dataclass
class Original:
    """A database to copy from, with the keys and the numbers of what is in it."""

    copy_to: Callable[[str], str]
    keys: str
    ids: dict[str, UUID]


class Originals:
    """An empty database, the town and the audited city, of each kind, each made once."""

    def __init__(self, folder: Path, request: pytest.FixtureRequest) -> None:
        self._folder = folder
        self._request = request
        self._made: dict[tuple[str, str], Original] = {}
        self.city: Audited | None = None

    def of(self, kind: str, content: str) -> Original:
        if (kind, content) not in self._made:
            self._made[kind, content] = self._make(kind, content)
        return self._made[kind, content]

    def drop(self, url: str) -> None:
        address = make_url(url)
        if address.drivername == "sqlite":
            Path(str(address.database)).unlink()
        else:
            _run(self._request.getfixturevalue("postgres"), f"DROP DATABASE {address.database} WITH (FORCE)")

    def _make(self, kind: str, content: str) -> Original:
        home = self._folder / f"{kind}-{content}"
        home.mkdir()
        name = f"original_{content}"
        if kind == "sqlite":
            url = f"sqlite:///{home / name}.db"
        else:
            server = self._request.getfixturevalue("postgres")
            _run(server, f"CREATE DATABASE {name}")
            url = _named(server, name)
        if content == "city" and kind != "sqlite":
            # The same rows over the same files, not another city.
            keys = self.of("sqlite", "city").keys
            (home / "keys.json").write_text(keys, "utf-8")
            (home / "keys.json").chmod(0o600)
        access = access_to(url, home)
        ids = Town(access).found().ids if content == "town" else {}
        if content == "city" and kind == "sqlite":
            self.city = audited_over(access, home / "city")
        elif content == "city":
            assert self.city is not None
            _copy_rows(self.city.access, access)
        access.database.dispose()
        keys = access.keyring.path.read_text("utf-8")
        return Original(lambda copy: self._copy(kind, home, name, copy), keys, ids)

    def _copy(self, kind: str, home: Path, name: str, copy: str) -> str:
        if kind == "sqlite":
            target = self._folder / f"{copy}.db"
            shutil.copyfile(home / f"{name}.db", target)
            return f"sqlite:///{target}"
        server = self._request.getfixturevalue("postgres")
        _run(server, f"CREATE DATABASE {copy} TEMPLATE {name}")
        return _named(server, copy)


@pytest.fixture(scope="session")
def originals(in_memory: Path, request: pytest.FixtureRequest) -> Originals:
    return Originals(in_memory, request)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def access(originals: Originals, database_kind: str, tmp_path: Path, clock: Clock) -> Iterator[Access]:
    """An installation in which nobody has done anything."""
    with _copied(originals, originals.of(database_kind, "empty"), tmp_path, clock) as made:
        yield made


@pytest.fixture
def town(originals: Originals, database_kind: str, tmp_path: Path, clock: Clock) -> Iterator[Town]:
    """An installation with the organisations of a town and no user."""
    original = originals.of(database_kind, "town")
    with _copied(originals, original, tmp_path, clock) as made:
        yield Town(made, dict(original.ids))


@pytest.fixture
def audited(originals: Originals, database_kind: str, tmp_path: Path, clock: Clock) -> Iterator[Audited]:
    """A small sample city, imported and audited, with its places and people (see tests/support/audited.py)."""
    original = originals.of(database_kind, "city")
    assert originals.city is not None
    with _copied(originals, original, tmp_path, clock) as made:
        yield originals.city.over(made)


@contextmanager
def _copied(originals: Originals, original: Original, home: Path, clock: Clock) -> Iterator[Access]:
    (home / "keys.json").write_text(original.keys, "utf-8")
    (home / "keys.json").chmod(0o600)
    url = original.copy_to(f"t{uuid4().hex}")
    made = access_to(url, home, clock)
    yield made
    made.database.dispose()
    originals.drop(url)


def _copy_rows(source: Access, target: Access) -> None:
    with source.database.reading() as reading, target.database.writing() as writing:
        for table in reversed(METADATA.sorted_tables):
            writing.execute(table.delete())  # what a new database begins with
        for table in METADATA.sorted_tables:
            rows = [dict(row) for row in reading.execute(select(table)).mappings()]
            if rows:
                writing.execute(table.insert(), rows)
        # Numbers were given, so that the database has counted none of them.
        counted = "SELECT setval('trail_entries_id_seq', (SELECT max(id) FROM trail_entries))"
        writing.execute(text(counted))


def _named(url: str, database: str) -> str:
    named = make_url(url).set(database=database)
    return named.render_as_string(hide_password=False)


def _run(url: str, *statements: str) -> None:
    address = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
