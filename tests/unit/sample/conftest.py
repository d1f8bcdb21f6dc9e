"""One small city for all tests that only look at it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from mingcha.sample.city import CityReport, make_city

LINES, SEED = 40_000, 7


@dataclass(frozen=True)
class Built:
    """A city on disk and its tables."""

    report: CityReport

    def table(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.report.out / "claims" / f"{name}.parquet")

    @property
    def truth(self) -> pl.DataFrame:
        return pl.read_parquet(self.report.out / "truth.parquet")


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Built:
    out: Path = tmp_path_factory.mktemp("sample") / "city"
    return Built(make_city(out, LINES, SEED))
