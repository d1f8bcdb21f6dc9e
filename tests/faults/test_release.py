"""A release is published while hospitals send: it is in force everywhere at once, and no call is dropped."""

from __future__ import annotations

import time
from pathlib import Path

from tests.faults.load import under_load
from tests.faults.service import Service, check_all_there, figures, until

_WITHIN_SECONDS = 60


def test_a_release_published_under_load_judges_on_all_workers_and_every_answer_says_which(
    standing: Service, tmp_path: Path
) -> None:
    with under_load(standing.port, tmp_path / "release", windows=8) as load:
        until(lambda: load.answered > 100)
        old = max(call.release for call in load.so_far())
        new = standing.publish()
        published = time.monotonic()
        until(lambda: new in {call.release for call in load.so_far()}, _WITHIN_SECONDS)
        until(
            lambda: {call.release for call in load.so_far()[-40:] if not call.late} == {new}, _WITHIN_SECONDS
        )
        known = load.answered
        until(lambda: load.answered > known + 100)
    answered = [call for call in load.calls if call.code is not None and not call.late]
    assert {call.release for call in answered} == {old, new}
    last_of_old = max(call.begun for call in load.calls if call.release == old)
    assert last_of_old - published < _WITHIN_SECONDS
    assert {call.sent for call in load.calls} == {1}
    check_all_there(standing, load)
    print(f"live on all workers {last_of_old - published:.1f} s after it was published")
    figures("before", [call for call in load.calls if call.begun < published])
    figures("while it is taken up", [call for call in load.calls if published <= call.begun <= last_of_old])
    figures("after", [call for call in load.calls if call.begun > last_of_old])
