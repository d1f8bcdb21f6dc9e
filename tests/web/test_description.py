"""The description of the API that the typed client is made of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mingcha.web.description import api_description, main

WRITTEN = Path(__file__).parents[2] / "frontend" / "openapi.json"


def test_the_client_of_the_pages_is_made_of_the_api_as_it_is() -> None:
    assert main(["--check", str(WRITTEN)]) == 0


def test_what_has_changed_is_said_and_not_written_by_a_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = tmp_path / "openapi.json"
    stale.write_text("{}", encoding="utf-8")
    assert main(["--check", str(stale)]) == 1
    assert "make docs" in capsys.readouterr().err
    assert stale.read_text(encoding="utf-8") == "{}"
    assert main([str(stale)]) == 0
    assert stale.read_text(encoding="utf-8") == WRITTEN.read_text(encoding="utf-8")


def test_every_route_says_which_permission_it_asks_for() -> None:
    paths = json.loads(api_description())["paths"]
    assert all("x-permission" in operation for path in paths.values() for operation in path.values())
