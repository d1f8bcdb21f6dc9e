"""An office that edits a library, on both databases."""

from __future__ import annotations

import pytest

from tests.support.library import Office, office_in
from tests.support.platform import Town


@pytest.fixture
def office(town: Town) -> Office:
    return office_in(town)
