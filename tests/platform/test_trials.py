"""Trials: what a draft would change is what an audit by it changes, within the reach of who looks."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from mingcha.access.errors import Conflict, Denied, Missing
from mingcha.access.listing import Listing
from mingcha.access.roles import Role
from mingcha.audit.batch import FINDINGS
from mingcha.audit.ledger.folders import run_folder
from mingcha.audit.ledger.runs import Status, run
from mingcha.audit.reading.comparison import DifferenceFilter
from mingcha.jobs import runs as steering
from mingcha.jobs import trials
from mingcha.jobs.execution import carry_out
from mingcha.jobs.kinds import trial
from mingcha.jobs.kinds.trial import TrialParameters
from mingcha.knowledge.changes import ChangePart
from mingcha.library import drafts, proposing
from mingcha.library.proposing import Proposed
from mingcha.store import releases
from tests.support.audited import Audited

ALL = Listing(1, 100)


def most_hit(audited: Audited, place: int = 0) -> tuple[str, int]:
    """The point with the most findings (or the next, by place), and how many."""
    found = pl.read_parquet(run_folder(audited.access, audited.run_id) / FINDINGS)
    counted = found.drop_nulls("knowledge_point").group_by("knowledge_point").len()
    # Points with as many findings come in the order of their numbers, so that a place names one point.
    point, number = counted.sort("len", "knowledge_point", descending=[True, False]).row(place)
    return str(point), int(number)


@pytest.mark.one_database
def test_what_a_trial_says_is_gone_is_what_the_removed_point_had_found(audited: Audited) -> None:
    access, writer = audited.access, audited.actor(Role.RULE_ADMIN)
    point, number = most_hit(audited)
    draft = drafts.create(access, writer, "去掉一条")
    asked = TrialParameters(draft.id, audited.dataset_id)
    with pytest.raises(Conflict, match="没有任何改动"):
        trials.start(access, writer, "试", asked)
    proposing.propose(access, writer, draft.id, Proposed(ChangePart.POINT, point, None))
    started = trials.start(access, writer, "试", asked)
    with pytest.raises(Conflict, match="还没有完成"):
        trials.would_change(access, writer, started.id)
    carry_out(access, started.id, started.attempt, workers=1)
    done = run(access, writer, started.id)
    assert done.status is Status.DONE, done.problem
    assert [one.id for one in trials.trials_of(access, writer, draft.id)] == [started.id]
    told = trials.would_change(access, writer, started.id)
    assert told.total.new == 0
    assert told.total.gone == number
    assert sum(rule.gone for rule in told.by_rule) == sum(one.gone for one in told.by_institution) == number
    gone = trials.samples(access, writer, started.id, DifferenceFilter(change="gone"), ALL)
    assert gone.total == number
    assert all(one.now is None and one.then and one.then.sentence for one in gone.items)
    assert releases.numbers(access.home) == [1], "nothing was published by trying"


@pytest.mark.one_database
def test_a_trial_shows_a_hospital_nothing_and_is_no_audit(audited: Audited) -> None:
    access, writer = audited.access, audited.actor(Role.RULE_ADMIN)
    draft = drafts.create(access, writer, "去掉一条")
    point, _ = most_hit(audited)
    proposing.propose(access, writer, draft.id, Proposed(ChangePart.POINT, point, None))
    asked = TrialParameters(draft.id, audited.dataset_id)
    hospital = audited.actor(Role.INSURANCE_OFFICE)
    with pytest.raises(Denied):
        trials.start(access, hospital, "试", asked)
    started = trials.start(access, writer, "试", asked)
    assert list(trials.trials_of(access, hospital, draft.id)) == []
    with pytest.raises(Missing):
        trials.would_change(access, hospital, started.id)
    with pytest.raises(Missing):
        trials.would_change(access, writer, audited.run_id)


@pytest.mark.one_database
def test_a_trial_that_was_interrupted_goes_on_with_the_draft_as_it_was(
    audited: Audited, monkeypatch: pytest.MonkeyPatch
) -> None:
    access, writer = audited.access, audited.actor(Role.RULE_ADMIN)
    draft = drafts.create(access, writer, "去掉一条")
    point, number = most_hit(audited)
    proposing.propose(access, writer, draft.id, Proposed(ChangePart.POINT, point, None))
    started = trials.start(access, writer, "试", TrialParameters(draft.id, audited.dataset_id))

    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(trial, "audit", fails)
        carry_out(access, started.id, started.attempt, workers=1)
    assert run(access, writer, started.id).status is Status.FAILED
    another, _ = most_hit(audited, 1)
    proposing.propose(access, writer, draft.id, Proposed(ChangePart.POINT, another, None))
    again = steering.retry(access, writer, started.id)
    carry_out(access, again.id, again.attempt, workers=1)
    assert trials.would_change(access, writer, started.id).total.gone == number
