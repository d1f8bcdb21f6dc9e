"""A finished audit of random persons of the hospitals H1, H2 and H3, made once for all tests of a process."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path
from uuid import UUID

import polars as pl

from mingcha.access.context import Access
from mingcha.audit.batch import FINDINGS, audit
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.store.database.base import Base
from mingcha.store.database.engine import Database
from mingcha.store.keys import Keyring
from mingcha.store.releases import FOLDER as RELEASES
from mingcha.store.releases import save
from tests.support.small_lake import write_lake

RUNS = "runs"
RUN = UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7")
_REGIONS = ("350102", "350103", "360100")
_kept: list[tempfile.TemporaryDirectory[str]] = []


@lru_cache(maxsize=1)
def judged() -> Path:
    """A data folder with a release, a dataset and the run over it."""
    folder = tempfile.TemporaryDirectory(prefix="mingcha-judged-")
    _kept.append(folder)  # gone when the process ends
    home = Path(folder.name)
    release = release_of(1, starter_points(), starter_settings(), with_demonstration=True)
    save(home, release)
    write_lake(home / "datasets" / "random", release, persons=150, buckets=3, regions=_REGIONS)
    audit(home / "datasets" / "random", release, home / RUNS / str(RUN), workbook=False)
    return home


def reading() -> Access:
    """An installation with the run, to call services as the console does; its database is empty."""
    return with_empty_database(judged())


def with_empty_database(home: Path) -> Access:
    """An installation over a data folder; its database has its tables, and nothing in them."""
    access = Access(Database("sqlite://"), Keyring(home / "keys.json"), home)
    Base.metadata.create_all(access.database.engine)
    return access


def beside(access: Access) -> UUID:
    """Let an installation have the run too."""
    for name in (f"{RUNS}/{RUN}", f"{RELEASES}/0001"):
        path = access.home / name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.symlink_to(judged() / name)
    return RUN


def findings_at(institution: str) -> pl.DataFrame:
    """The findings of one hospital as the audit wrote them."""
    found = pl.read_parquet(judged() / RUNS / str(RUN) / FINDINGS, glob=False)
    return found.filter(pl.col("institution_id") == institution)
