"""The clock of the server jumps both ways while hospitals send: calls are answered, kept, and found once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.load import under_load
from tests.faults.service import Service, check_all_there, until

pytestmark = pytest.mark.faults
_DAYS = (2, -2, 40, 0)


def test_a_clock_that_jumps_keeps_nobody_from_an_answer_and_loses_nothing(tmp_path: Path) -> None:
    offset = tmp_path / "offset"
    offset.write_text("0")
    program = ("-m", "tests.faults.jumping", str(offset))
    with Service(tmp_path / "home", tmp_path / "log", program=program) as service:
        service.install()
        service.start()
        with under_load(service.port, tmp_path / "clock") as load:
            for days in (0, *_DAYS):
                offset.write_text(str(days * 86_400))
                known = load.answered
                until(lambda known=known: load.answered > known + 40)
        assert {call.sent for call in load.calls} == {1}
        check_all_there(service, load)
        days = {row.received_at.date() for row in service.rows().values()}
        assert len(days) >= 4, "the clock did jump"
