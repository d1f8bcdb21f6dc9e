"""Processes are killed while hospitals send: whoever got an answer finds its call afterwards, once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.load import under_load
from tests.faults.service import Service, check_all_there, until


def test_a_worker_killed_under_load_is_replaced_and_no_answered_call_is_lost(
    standing: Service, tmp_path: Path
) -> None:
    with under_load(standing.port, tmp_path / "killed") as load:
        until(lambda: load.answered > 40)
        before = set(standing.pids)
        standing.kill_worker()
        until(lambda: len(set(standing.pids) - before) == 1)
        until(standing.answers)
        known = load.answered
        until(lambda: load.answered > known + 40)
    check_all_there(standing, load)


@pytest.mark.faults
def test_the_whole_service_killed_under_load_comes_back_with_every_answered_call(
    own: Service, tmp_path: Path
) -> None:
    own.start()
    with under_load(own.port, tmp_path / "killed") as load:
        for _ in range(2):
            known = load.answered
            until(lambda known=known: load.answered > known + 60)
            own.kill()
            own.start()
        known = load.answered
        until(lambda: load.answered > known + 60)
    check_all_there(own, load)
    assert any(call.sent > 1 for call in load.calls), "somebody was cut off and asked again"


@pytest.mark.faults
def test_workers_whose_service_is_killed_end_and_leave_the_port_to_the_next(
    own: Service, tmp_path: Path
) -> None:
    own.start()
    with under_load(own.port, tmp_path / "killed") as load:
        until(lambda: load.answered > 40)
        left_behind = own.pids
        own.kill_alone()
        until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in left_behind))
        own.start()
        known = load.answered
        until(lambda: load.answered > known + 40)
    check_all_there(own, load)
