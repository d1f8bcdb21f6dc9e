"""What was done about results (3103), from kept messages into the database; what was taken back is no past."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from mingcha.access.context import Access
from mingcha.audit.calls import Call, CallOutcome
from mingcha.audit.histories import Change
from mingcha.audit.past import without_call
from mingcha.domain.errors import InputError
from mingcha.gateways.national.envelope import envelope_of
from mingcha.gateways.national.feedback import TAKE_BACK, read_feedback
from mingcha.review.second_opinions import take_back
from mingcha.store.database.calls import CallFeedback, CallFinding, CallRow


def enter_feedback(session: Session, access: Access, calls: Iterable[tuple[CallRow, Call]]) -> set[str]:
    """Enter what messages say was done; returns the results that were answered with 返回修改."""
    taken_back = set()
    for row, call in calls:
        try:
            stage, warned = read_feedback(bytes(envelope_of(call.request).input))
        except InputError:  # was never looked at when it came, and cannot be
            row.outcome = CallOutcome.REFUSED
            continue
        row.outcome = CallOutcome.TAKEN
        session.add_all(
            CallFeedback(
                call_id=row.id,
                number=number,
                result_id=one.warn_rslt_id,
                stage=stage,
                way=one.dspo_way,
                reason=one.dspo_way_rea,
                at=row.received_at,
            )
            for number, one in enumerate(warned)
        )
        if back := [one.warn_rslt_id for one in warned if one.dspo_way == TAKE_BACK]:
            taken_back |= set(back)
            take_back(session, access, row.institution_id, back, row.received_at)
    return taken_back


def told_in_vain(session: Session, results: Set[str]) -> Iterator[tuple[str, Change]]:
    """Of calls with these results those that were taken back: whose past changes, and how.

    Of order and answer either may lie in the journal that is read later.
    """
    if not results:
        return
    answer = aliased(CallRow)
    found = session.execute(
        select(CallRow.id, CallRow.person)
        .join(CallFinding, CallFinding.call_id == CallRow.id)
        .join(CallFeedback, CallFeedback.result_id == CallFinding.result_id)
        .join(answer, answer.id == CallFeedback.call_id)
        .where(CallFinding.result_id.in_(results), CallFeedback.way == TAKE_BACK)
        # What is ordered again after the answer is another order.
        .where(answer.institution_id == CallRow.institution_id, CallFeedback.at >= CallRow.received_at)
        .where(answer.trial.is_(False))
        .distinct()
    )
    for call_id, person in found:
        if person is not None:
            yield person, partial(without_call, told_by=bytes.fromhex(call_id))
