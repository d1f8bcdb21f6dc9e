"""Datasets that several benchmarks read: a sample city, imported, kept between runs."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from tempfile import gettempdir

from benchmarks.library import MadeLibrary
from mingcha.ingest.claims import import_claims
from mingcha.knowledge.release import digest
from mingcha.sample.city import make_city

CACHE = "MINGCHA_BENCH_CACHE"
SEED = 7
PLANTED = 46
"""Cases a thousand lines: a little over the two findings in a hundred lines that the figures are owed for."""
_MADE_BY = ("mingcha.sample", "mingcha.ingest", "mingcha.store", "mingcha.domain")


def cache_folder() -> Path:
    """Where datasets are kept: MINGCHA_BENCH_CACHE, else a folder of the system's for temporary files."""
    return Path(os.environ.get(CACHE) or Path(gettempdir()) / "mingcha-benchmarks")


def city_dataset(lines: int, library: MadeLibrary, cache: Path) -> Path:
    """The dataset of a city of about so many lines, written around the library's common points.

    Made again whenever the points or the code that makes it have changed; an older one of that size goes.
    """
    key = _key(library)
    folder = cache / f"city-{lines}-{key}"
    dataset = folder / "dataset"
    if not dataset.exists():
        for older in cache.glob(f"city-{lines}-*"):
            shutil.rmtree(older)
        folder.mkdir(parents=True)
        make_city(folder / "city", lines, SEED, points=library.common, planted=PLANTED)
        import_claims([folder / "city" / "claims"], dataset)
        shutil.rmtree(folder / "city")
    return dataset


def _key(library: MadeLibrary) -> str:
    packages = [Path(import_module(name).__path__[0]) for name in _MADE_BY]
    made = f"{digest(library.common)}{_sources(packages)}{PLANTED}"
    return hashlib.sha256(made.encode()).hexdigest()[:12]


def _sources(packages: Sequence[Path]) -> str:
    files = sorted(
        path for package in packages for path in package.rglob("*") if path.suffix in {".py", ".yaml"}
    )
    return "".join(hashlib.sha256(path.read_bytes()).hexdigest() for path in files)
