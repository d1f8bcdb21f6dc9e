"""What holds for all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# Both by default; MINGCHA_TEST_DATABASES=postgres has every test of the platform run on PostgreSQL, marked or not.
DATABASES = os.environ.get("MINGCHA_TEST_DATABASES", "sqlite,postgres").split(",")

# Laws are about results; how long one example takes on a busy machine is no fault.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of the platform runs on each kind of database; one that has nothing to do with it, on the first."""
    if "database_kind" in metafunc.fixturenames:
        one = metafunc.definition.get_closest_marker("one_database") is not None
        metafunc.parametrize("database_kind", DATABASES[:1] if one else DATABASES, indirect=True)
