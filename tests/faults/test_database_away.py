"""PostgreSQL is stopped while hospitals send: every call is judged, and all are in the database when it is back."""

from __future__ import annotations

import http.client
import json
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.faults.load import under_load
from tests.faults.service import Service, check_all_there, figures, until
from tests.support.postgres import Postgres

_WITHOUT_PAST = "历史就诊暂时不可用"


@pytest.mark.parametrize("seconds", [1, pytest.param(30, marks=pytest.mark.faults)])
def test_while_the_database_is_away_calls_are_judged_and_nothing_is_lost_or_doubled(
    standing: Service, postgres: Postgres, tmp_path: Path, seconds: int
) -> None:
    with under_load(standing.port, tmp_path / f"away{seconds}") as load:
        until(lambda: load.answered > 40)
        went = time.monotonic()
        postgres.stop()
        if seconds > 20:  # long enough for a process that comes up meanwhile
            standing.kill_worker()
        time.sleep(seconds)
        known = load.answered
        until(lambda: load.answered > known + 20)
        postgres.start()
        back = time.monotonic()
        until(lambda: not load.so_far()[-1].said.startswith(_WITHOUT_PAST))
        known = load.answered
        until(lambda: load.answered > known + 20)
    meanwhile = [call for call in load.calls if went < call.begun < back]
    assert sum(call.said.startswith(_WITHOUT_PAST) for call in meanwhile) > 10, "the database was missed"
    assert seconds > 20 or {call.sent for call in load.calls} == {1}
    check_all_there(standing, load)
    print(f"caught up {time.monotonic() - back:.1f} s after the database was back")
    figures("before", [call for call in load.calls if call.begun < went])
    figures("while away", meanwhile)


def test_the_service_starts_without_the_database_and_makes_up_for_it_when_it_is_back(
    standing: Service, postgres: Postgres, tmp_path: Path
) -> None:
    """It comes back empty: so it is given its whole structure, and what all journals hold."""
    standing.stop()
    with standing.access.database.writing() as session:
        session.execute(text("DROP SCHEMA public CASCADE"))
        session.execute(text("CREATE SCHEMA public"))
    standing.access.database.dispose()
    postgres.stop()
    standing.launch()
    with under_load(standing.port, tmp_path / "started") as load:
        until(lambda: load.answered > 60)
        with closing(http.client.HTTPConnection("127.0.0.1", standing.port)) as connection:
            connection.request("GET", "/api/v1/announcements/before-sign-in")
            page = connection.getresponse()
            told = json.loads(page.read())
    assert (page.status, told["message"]) == (503, "数据库没有响应")
    assert all(call.release for call in load.calls if call.code is not None and not call.late)
    postgres.start()
    until(standing.answers)
    standing.connect()
    check_all_there(standing, load)
    assert "注意：数据库没有响应" in standing.log.read_text("utf-8")
