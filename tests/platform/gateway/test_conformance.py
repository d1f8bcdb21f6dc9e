"""The kit finds nothing at our own address, and finds what another server does wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mingcha.domain.errors import InputError
from mingcha.gateways.conformance.checks import CHECKS
from mingcha.gateways.conformance.running import run_checks, run_own, timed
from mingcha.gateways.conformance.sender import Sender
from mingcha.sample.messages import sample_message
from mingcha.web.national import Line, NationalDoor
from tests.platform.gateway.calling import HOSPITAL
from tests.platform.gateway.conftest import Installed
from tests.support.browser import TestClient

ADDRESS = "http://mingcha.test/fsi/api"
pytestmark = pytest.mark.one_database  # the kit meets no database
Change = Callable[[httpx2.Request, httpx2.Response], httpx2.Response]


def bill(number: int) -> dict[str, Any]:
    content: dict[str, Any] = sample_message("visit", number)["input"]
    return content


@pytest.fixture
def door(installed: Installed) -> Callable[..., Sender]:
    async def nobody(*_: Any) -> None:
        raise AssertionError("went past the national address")

    # Its loop runs in a thread of its own: a browser may be open in this one, with a loop that runs.
    behind = TestClient(
        NationalDoor(nobody, Line(installed.gateway())),
        ADDRESS,
        raise_server_exceptions=True,
        client=("10.0.0.9", 1),
    )

    def sender(change: Change = lambda _, response: response, **parts: Any) -> Sender:
        def answered(request: httpx2.Request) -> httpx2.Response:
            answer = behind.send(request)
            return change(request, httpx2.Response(answer.status_code, content=answer.content))

        hospital = installed.hospital
        given = {"access_key": hospital.access_key, "secret": hospital.secret, **parts}
        return Sender(
            ADDRESS,
            HOSPITAL,
            given["access_key"],
            given["secret"],
            installed.access.clock,
            httpx2.Client(transport=httpx2.MockTransport(answered)),
        )

    return sender


def test_our_own_address_keeps_every_promise(door: Callable[..., Sender]) -> None:
    outcomes = list(run_checks(door(), bill))
    assert [one for one in outcomes if not one.passed] == []
    assert [one.number for one in outcomes] == [check.number for check in CHECKS]


def _told(change: Change, door: Callable[..., Sender]) -> dict[str, tuple[str, ...]]:
    return {one.number: one.faults for one in run_checks(door(change), bill) if not one.passed}


def _said(response: httpx2.Response, **changed: Any) -> httpx2.Response:
    said = json.loads(response.content)
    return httpx2.Response(response.status_code, content=json.dumps({**said, **changed}).encode())


def test_a_server_that_never_answers_twice_alike_is_found(door: Callable[..., Sender]) -> None:
    times = iter(range(10_000))
    told = _told(lambda _, response: _said(response, respond_time=str(next(times))), door)
    assert "2.6" in told


def test_a_server_that_takes_whatever_comes_is_found(door: Callable[..., Sender]) -> None:
    good = {"infcode": 0, "err_msg": "", "output": {"result": []}}
    told = _told(lambda _, response: _said(httpx2.Response(200, content=response.content), **good), door)
    assert {"1.1", "3.1", "4.1", "4.2", "4.3", "5.1", "6.1"} <= told.keys()


def test_a_result_without_what_the_specification_asks_for_is_found(door: Callable[..., Sender]) -> None:
    short = {"output": {"result": [{"jr_id": "1" * 41, "sev_deg": "9"}]}}
    told = _told(
        lambda _, response: _said(response, **short) if b'"result"' in response.content else response, door
    )
    assert any("jr_id 超过 40 位" in fault for fault in told["2.1"])
    assert any("sev_deg" in fault for fault in told["2.1"])


def test_a_vendors_own_messages_are_sent_and_their_faults_named_by_field(
    door: Callable[..., Sender], tmp_path: Path
) -> None:
    right, wrong, none = tmp_path / "a.json", tmp_path / "b.json", tmp_path / "c.json"
    right.write_text(json.dumps(sample_message("visit", 1)), "utf-8")
    broken = sample_message("visit", 2)
    broken["input"]["data"]["patient_dtos"][0]["patn_id"] = ""
    wrong.write_text(json.dumps(broken), "utf-8")
    outcomes = list(run_own(door(), [right, wrong], tmp_path / "answers"))
    assert [one.passed for one in outcomes] == [True, False]
    assert "patn_id" in outcomes[1].faults[0]
    assert json.loads((tmp_path / "answers" / "a.json").read_bytes())["infcode"] == 0
    none.write_text("[]", "utf-8")
    with pytest.raises(InputError, match="JSON 对象"):
        list(run_own(door(), [none]))


def test_nobody_at_the_address_is_said_plainly(door: Callable[..., Sender]) -> None:
    def nobody(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    sender = door()
    sender.client = httpx2.Client(transport=httpx2.MockTransport(nobody))
    with pytest.raises(InputError, match="连不上接入地址"):
        list(run_checks(sender, bill))


def test_how_long_answers_take_is_measured(door: Callable[..., Sender]) -> None:
    times = timed(door(), bill)
    assert 0 < times.median <= times.ninetieth <= times.slowest
