"""The background process: there is one, it is killed and its successor goes on where it stopped."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID, uuid4

import polars as pl
import pytest

from mingcha.access.roles import Role
from mingcha.audit.batch import audit
from mingcha.audit.ledger import runs as ledger
from mingcha.audit.ledger.folders import dataset_folder, run_folder
from mingcha.audit.ledger.runs import RunView, Status
from mingcha.ingest import claims
from mingcha.jobs import runs
from mingcha.jobs.kinds.audit import AuditParameters
from mingcha.jobs.sole import is_working
from mingcha.store import releases
from mingcha.store.database.runs import Dataset, Run
from tests.support.audited import Audited
from tests.support.platform import ROOT

_COMMAND = [sys.executable, "-c", "from mingcha.cli import main; main()", "worker", "--workers", "1"]
_WITHIN_SECONDS = 90


@contextmanager
def worker(audited: Audited, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    address = audited.access.database.address.render_as_string(hide_password=False)
    environment = {**os.environ, "MINGCHA_HOME": str(audited.access.home), "MINGCHA_DATABASE_URL": address}
    with subprocess.Popen([*_COMMAND, *more], env=environment, stdin=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def until(true: Callable[[], object]) -> None:
    """Wait for what another process does."""
    ends = time.monotonic() + _WITHIN_SECONDS
    while not true():
        assert time.monotonic() < ends, "it did not come about"
        time.sleep(0.02)


@pytest.fixture
def parted(audited: Audited, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """The city in many small buckets, as a large one is in many large ones."""
    monkeypatch.setattr(claims, "LINES_A_BUCKET", 1_500)
    number = uuid4()
    report = claims.import_claims([audited.city / "claims"], dataset_folder(audited.access, number))
    assert report.buckets > 8
    row = Dataset(id=number, name="多分区", created_at=audited.access.now(), lines=report.lines, report={})
    with audited.access.database.writing() as session:
        row.created_by = audited.accounts[Role.FIRST_REVIEWER].user_id
        session.add(row)
    return number


def asked(audited: Audited, dataset: UUID) -> RunView:
    actor = audited.actor(Role.FIRST_REVIEWER)
    return runs.start(audited.access, actor, "audit", "多分区", AuditParameters(dataset))


def test_a_run_whose_process_is_killed_goes_on_at_the_bucket_where_it_stopped(
    audited: Audited, parted: UUID, tmp_path: Path
) -> None:
    access = audited.access
    run_id = asked(audited, parted).id
    parts = run_folder(access, run_id) / ".work" / "parts"

    def done() -> dict[str, int]:
        found = {}
        for one in parts.glob("[0-9]*"):
            with suppress(FileNotFoundError):  # gone when the run is whole
                found[one.name] = one.stat().st_mtime_ns
        return found

    with worker(audited) as killed:
        until(lambda: len(done()) >= 2)
        killed.kill()
        killed.wait()
    before = done()
    interrupted = ledger.run(access, ROOT, run_id)
    assert interrupted.status == Status.RUNNING
    assert 2 <= len(before) < 8, "it was killed in the middle"
    seen: dict[str, int] = {}

    def ended() -> bool:
        for name, written in done().items():
            seen.setdefault(name, written)
        return ledger.run(access, ROOT, run_id).status == Status.DONE

    with worker(audited):
        until(ended)
    assert before.items() <= seen.items(), "what was done is not done again"
    with access.database.reading() as session:
        assert session.get_one(Run, run_id).begun == 2
    straight = tmp_path / "straight"
    audit(dataset_folder(access, parted), releases.load(access.home, 1), straight, workbook=False)
    for name in ("findings.parquet", "unjudged.parquet"):
        results = pl.read_parquet(run_folder(access, run_id) / name)
        assert results.rows() == pl.read_parquet(straight / name).rows()
        assert results.height > 0


@pytest.mark.one_database
def test_a_run_under_way_is_called_off_and_kept_for_another_time(audited: Audited, parted: UUID) -> None:
    access, actor = audited.access, audited.actor(Role.FIRST_REVIEWER)
    run_id = asked(audited, parted).id
    with worker(audited):
        until(lambda: ledger.run(access, ROOT, run_id).done > 0)
        seen = ledger.run(access, ROOT, run_id)
        assert (seen.stage, seen.unit, seen.total) == ("审核", "行", seen.total)
        assert seen.rate is not None
        assert seen.seconds_left is not None
        runs.cancel(access, actor, run_id)
        until(lambda: ledger.run(access, ROOT, run_id).status == Status.CANCELLED)
        kept = len(list((run_folder(access, run_id) / ".work" / "parts").glob("[0-9]*")))
        assert kept > 0
        runs.retry(access, actor, run_id)
        until(lambda: ledger.run(access, ROOT, run_id).status == Status.DONE)


@pytest.mark.one_database
def test_a_second_process_waits_and_takes_over_when_the_first_is_gone(audited: Audited) -> None:
    access = audited.access
    assert not is_working(access.home)
    with worker(audited) as first:
        until(lambda: is_working(access.home))
        with worker(audited):
            first.kill()
            first.wait()
            until(lambda: is_working(access.home))
            run_id = asked(audited, audited.dataset_id).id
            until(lambda: ledger.run(access, ROOT, run_id).status == Status.DONE)
    until(lambda: not is_working(access.home))


@pytest.mark.one_database
def test_the_process_ends_with_the_server_that_started_it(audited: Audited) -> None:
    with worker(audited, "--attached") as child:
        until(lambda: is_working(audited.access.home))
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(_WITHIN_SECONDS) == 0
