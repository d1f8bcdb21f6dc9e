"""Trials of drafts: which there are, and what each would change by rule, institution and amount, with samples."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Conflict, missing
from mingcha.access.listing import Listing, Page
from mingcha.audit.ledger import runs as ledger
from mingcha.audit.ledger.runs import RunFilter, RunView, Status
from mingcha.audit.reading import comparison
from mingcha.audit.reading.comparison import Comparison, Difference, DifferenceFilter
from mingcha.jobs import runs as steering
from mingcha.jobs.kinds.trial import BASE, DRAFT, TRIAL, TrialParameters, inside

# Who looks at a draft looks at its last trials.
_LOOKED_THROUGH = 100


def start(access: Access, actor: Actor, name: str, parameters: TrialParameters) -> RunView:
    """Try a draft on a dataset.

    Raises:
        Missing: there is no such draft or dataset.
        Conflict: it changes nothing, or contradicts the newest release.
    """
    return steering.start(access, actor, TRIAL, name, parameters)


def trials_of(access: Access, actor: Actor, draft_id: UUID) -> Sequence[RunView]:
    """The trials of a draft that the actor may see, the newest first."""
    found = ledger.runs(access, actor, RunFilter(kind=TRIAL), Listing(1, _LOOKED_THROUGH, "-created_at"))
    return [run for run in found.items if run.parameters.get("draft_id") == str(draft_id)]


def would_change(access: Access, actor: Actor, run_id: UUID) -> Comparison:
    """What the draft would change, within the actor's scope.

    Raises:
        Missing: there is no such trial.
        Conflict: it is not finished.
    """
    _finished(access, actor, run_id)
    return comparison.compare(inside(access, run_id), actor, BASE, DRAFT)


def samples(
    access: Access, actor: Actor, run_id: UUID, wanted: DifferenceFilter, listing: Listing
) -> Page[Difference]:
    """The findings that would be new, gone or changed, those that move the most money first."""
    _finished(access, actor, run_id)
    return comparison.differences(inside(access, run_id), actor, BASE, DRAFT, wanted, listing)


def _finished(access: Access, actor: Actor, run_id: UUID) -> None:
    run = ledger.run(access, actor, run_id)
    if run.kind != TRIAL:
        raise missing("这次试运行")
    if run.status is not Status.DONE:
        raise Conflict("试运行还没有完成", where=run.name, remedy="完成后再看")
