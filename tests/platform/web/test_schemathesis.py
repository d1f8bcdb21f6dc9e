"""Whatever is thrown at the API that its own description calls possible, it never fails by itself."""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from mingcha.access.actor import Actor
from mingcha.web import door
from mingcha.web.app import web_application
from mingcha.web.door import API
from tests.support.platform import Town

# All of it in about a minute; MINGCHA_FUZZ_REQUESTS=20000 looks longer and at what this run does not.
REQUESTS = int(os.environ.get("MINGCHA_FUZZ_REQUESTS", "600"))


def test_no_request_that_the_description_allows_makes_the_api_fail(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed in as somebody who may do everything, so that requests come as far as they can."""
    user_id = town.user("chen")
    anybody = Actor(user_id, "chen", console=True)
    monkeypatch.setattr(door, "admit_token", lambda *_: anybody)
    schema = schemathesis.openapi.from_asgi(f"{API}/openapi.json", web_application(town.access))
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 25
    examples = max(3, REQUESTS // len(operations))
    answered: dict[int, int] = {}
    for operation in operations:

        @settings(
            max_examples=examples,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            derandomize="MINGCHA_FUZZ_REQUESTS" not in os.environ,
        )
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            answer = case.call(headers={"Authorization": "Bearer any"})
            answered[answer.status_code] = answered.get(answer.status_code, 0) + 1
            assert answer.status_code < 500, case.as_curl_command()
            if answer.status_code >= 400:
                assert set(answer.json()) == {"code", "message", "where", "remedy"}

        ask()
    assert answered.get(200, 0) > examples, answered  # it was not refused at the door throughout
    assert not answered.get(401, 0) > sum(answered.values()) / 4, answered
