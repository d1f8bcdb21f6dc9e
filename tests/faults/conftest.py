"""Services under fault: one for what leaves it standing, on PostgreSQL, which is stricter in what it takes.

What takes long, or a service of its own, is marked `faults` and run by `make faults`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.service import Service
from tests.platform.conftest import in_memory
from tests.support.postgres import Postgres, postgres_in

__all__ = ["in_memory"]


@pytest.fixture(scope="session")
def postgres(in_memory: Path) -> Iterator[Postgres]:
    """A server of its own: it is stopped under the service."""
    with postgres_in(in_memory / "postgres") as server:
        yield server


@pytest.fixture(scope="session")
def standing(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of two workers on PostgreSQL; every test leaves it as it found it."""
    folder = tmp_path_factory.mktemp("standing")
    with Service(folder / "home", folder / "log", postgres.url) as made:
        made.install()
        made.start()
        yield made


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Service]:
    """A service on SQLite that may be killed as a whole; not yet started."""
    with Service(tmp_path / "home", tmp_path / "log") as made:
        made.install()
        yield made
