"""Runs: asked for, carried out, called off, tried again; and who sees them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import polars as pl
import pytest

from mingcha.access import notifications, trail, users
from mingcha.access.actor import Actor
from mingcha.access.errors import Conflict, Denied, Invalid, Missing
from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.access.scope import Reach
from mingcha.access.trail import Action, TrailFilter
from mingcha.audit.ledger import datasets, uploads
from mingcha.audit.ledger import runs as ledger
from mingcha.audit.ledger.datasets import DatasetFilter
from mingcha.audit.ledger.folders import run_folder
from mingcha.audit.ledger.outcome import outcome
from mingcha.audit.ledger.runs import RunFilter, RunView, Status
from mingcha.jobs import runs
from mingcha.jobs.execution import carry_out
from mingcha.jobs.kinds.audit import AuditParameters
from mingcha.jobs.kinds.claims_import import ImportParameters
from tests.support.audited import Audited
from tests.support.platform import ROOT, Clock


def start(audited: Audited, by: Role = Role.FIRST_REVIEWER, name: str = "三月", **more: Any) -> RunView:
    parameters = AuditParameters(audited.dataset_id, first="2026-03", last="2026-03", **more)
    return runs.start(audited.access, audited.actor(by), "audit", name, parameters)


def test_the_city_is_imported_and_audited_and_its_maker_is_told(audited: Audited) -> None:
    reviewer = audited.actor(Role.FIRST_REVIEWER)
    seen = ledger.run(audited.access, reviewer, audited.run_id)
    assert (seen.status, seen.kind, seen.created_by) == (Status.DONE, "audit", "first_reviewer")
    findings = pl.read_parquet(
        ledger.results_of(audited.access, reviewer, audited.run_id) / "findings.parquet"
    )
    assert seen.result is not None
    assert seen.result["counts"]["findings"] == findings.height > 500
    assert seen.done == seen.total
    imported = datasets.dataset(audited.access, reviewer, audited.dataset_id)
    assert imported.lines > 15_000
    assert imported.first_day is not None
    assert imported.first_day.year == 2026
    assert imported.report["read"] == sum(
        imported.report[fate] for fate in ("accepted", "rejected", "duplicates")
    )
    told = notifications.own_notifications(audited.access, reviewer, Listing())
    assert {one.link for one in told.items} == {
        f"/runs?open={run}" for run in (audited.run_id, audited.dataset_id)
    }
    assert {one.kind for one in told.items} == {"run.done"}


def test_a_run_waits_until_it_is_taken_up_and_ends_once(audited: Audited) -> None:
    access, waiting = audited.access, start(audited)
    assert (waiting.status, waiting.done) == (Status.WAITING, 0)
    carry_out(access, waiting.id, 1, workers=1)
    ended = ledger.run(access, ROOT, waiting.id)
    assert ended.status == Status.DONE
    carry_out(access, waiting.id, 1, workers=1)
    assert ledger.run(access, ROOT, waiting.id) == ended
    entries = trail.entries(access, ROOT, TrailFilter(object_id=str(waiting.id)), Listing()).items
    assert [entry.action for entry in entries] == [Action.RUN_ENDED, Action.RUN_STARTED]


def test_a_waiting_run_is_called_off_at_once_and_can_be_asked_for_again(audited: Audited) -> None:
    access, actor = audited.access, audited.actor(Role.FIRST_REVIEWER)
    waiting = start(audited)
    assert runs.cancel(access, actor, waiting.id).status == Status.CANCELLED
    carry_out(access, waiting.id, 1, workers=1)
    assert ledger.run(access, actor, waiting.id).status == Status.CANCELLED
    with pytest.raises(Conflict, match="已经结束"):
        runs.cancel(access, actor, waiting.id)
    again = runs.retry(access, actor, waiting.id)
    assert (again.status, again.attempt) == (Status.WAITING, 2)
    carry_out(access, waiting.id, 1, workers=1)
    assert ledger.run(access, actor, waiting.id).status == Status.WAITING, "the first attempt is over"
    carry_out(access, waiting.id, 2, workers=1)
    assert ledger.run(access, actor, waiting.id).status == Status.DONE
    with pytest.raises(Conflict, match="只有失败或已取消"):
        runs.retry(access, actor, waiting.id)


def test_a_failed_run_says_why_without_paths_of_the_server(audited: Audited, clock: Clock) -> None:
    clock.forward(minutes=1)
    access, actor = audited.access, audited.actor(Role.FIRST_REVIEWER)
    upload = uploads.begin(access, actor)
    (uploads.files_folder(access, upload) / "a.csv").write_text("甲,乙\n1,2\n", "utf-8")
    failing = runs.start(access, actor, "import", "坏文件", ImportParameters(upload, "坏文件"))
    carry_out(access, failing.id, 1, workers=1)
    failed = ledger.run(access, actor, failing.id)
    assert failed.status == Status.FAILED
    assert failed.problem is not None
    assert "没有一张表能识别" in failed.problem["message"]
    assert failed.problem["remedy"]
    assert str(access.home) not in str(failed.problem)
    newest = notifications.own_notifications(access, actor, Listing()).items[0]
    assert (newest.kind, newest.title) == ("run.failed", "导入 坏文件：失败")


def test_what_cannot_be_worked_is_refused_before_it_waits(audited: Audited) -> None:
    access, actor = audited.access, audited.actor(Role.FIRST_REVIEWER)
    with pytest.raises(Invalid, match="没有第 9 版"):
        start(audited, release=9)
    with pytest.raises(Missing):
        runs.start(access, actor, "audit", "无", AuditParameters(uuid4()))
    with pytest.raises(Invalid, match="还没有上传文件"):
        runs.start(access, actor, "import", "空", ImportParameters(uploads.begin(access, actor), "空"))
    others = uploads.begin(access, audited.actor(Role.RE_REVIEWER))
    with pytest.raises(Missing):
        runs.start(access, actor, "import", "他人", ImportParameters(others, "他人"))
    with pytest.raises(Denied):
        start(audited, by=Role.DECIDER)


def test_a_hospital_sees_its_own_runs_and_the_bureau_sees_those_below_it(audited: Audited) -> None:
    access = audited.access
    office, other = audited.actor(Role.INSURANCE_OFFICE), audited.actor("insurance_office_2")
    upload = uploads.begin(access, office)
    (uploads.files_folder(access, upload) / "a.csv").write_text("甲\n1\n", "utf-8")
    own = runs.start(access, office, "import", "本院", ImportParameters(upload, "本院"))
    bureau = audited.actor(Role.FIRST_REVIEWER)

    def seen_by(actor: Actor) -> set[str]:
        return {one.name for one in ledger.runs(access, actor, RunFilter(), Listing()).items}

    assert seen_by(office) == {"本院"}
    assert seen_by(other) == set()
    assert seen_by(bureau) == {"本院", "样例城市", "样例城市年度审核"}
    assert datasets.datasets(access, office, DatasetFilter(), Listing()).total == 0
    for steer in (runs.cancel, runs.retry):
        with pytest.raises(Missing):
            steer(access, other, own.id)
    with pytest.raises(Missing):
        ledger.results_of(access, office, audited.run_id)
    assert runs.cancel(access, bureau, own.id).status == Status.CANCELLED


def test_a_run_of_somebody_who_was_stopped_meanwhile_does_nothing(audited: Audited) -> None:
    waiting = start(audited)
    users.lock(audited.access, ROOT, audited.accounts["first_reviewer"].user_id, "离职")
    carry_out(audited.access, waiting.id, 1, workers=1)
    ended = ledger.run(audited.access, ROOT, waiting.id)
    assert ended.status == Status.FAILED
    assert not (audited.access.home / "runs" / str(waiting.id)).exists()


def test_messages_are_read_by_the_one_they_are_for(audited: Audited) -> None:
    access, reader = audited.access, audited.actor(Role.FIRST_REVIEWER)
    assert notifications.unread_count(access, reader) == 2
    first = notifications.own_notifications(access, reader, Listing(), unread=True).items[0]
    with pytest.raises(Missing):
        notifications.mark_read(access, audited.actor(Role.RE_REVIEWER), first.id)
    notifications.mark_read(access, reader, first.id)
    assert notifications.unread_count(access, reader) == 1
    notifications.mark_read(access, reader)
    assert notifications.own_notifications(access, reader, Listing(), unread=True).total == 0


def test_the_numbers_of_an_audit_are_those_of_its_findings(audited: Audited) -> None:
    access, reviewer = audited.access, audited.actor(Role.FIRST_REVIEWER)
    told = outcome(access, reviewer, audited.run_id)
    findings = pl.read_parquet(run_folder(access, audited.run_id) / "findings.parquet")
    assert told.whole
    assert {rule.rule_code: rule.findings for rule in told.rules} == dict(
        findings.group_by("rule_code").len().iter_rows()
    )
    assert {one.institution_id: one.findings for one in told.institutions} == dict(
        findings.drop_nulls("institution_id").group_by("institution_id").len().iter_rows()
    )
    unjudged = pl.read_parquet(run_folder(access, audited.run_id) / "unjudged.parquet")
    assert sum(one.rows for one in told.lacking) == unjudged["rows"].sum() > 0
    some_types = Reach("35", insurance_types=frozenset({"310"}))
    limited = replace(reviewer, held=tuple(replace(one, reach=some_types) for one in reviewer.held))
    assert not outcome(access, limited, audited.run_id).whole
