"""What was done about results (3103), from kept messages into the database; what was taken back is no past.

An answer names a result, and the same bill gives the same result again: of an open stay a result is told many times.
It is about the last time before it; orders that were gone on with before stay what they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import partial

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from mingcha.access.context import Access
from mingcha.audit.calls import Call, CallOutcome
from mingcha.audit.histories import Change, change
from mingcha.audit.past import without_call
from mingcha.domain.errors import InputError
from mingcha.gateways.national.envelope import envelope_of
from mingcha.gateways.national.feedback import TAKE_BACK, read_feedback
from mingcha.review.second_opinions import take_back
from mingcha.store.database.calls import CallFeedback, CallFinding, CallRow

_AT_ONCE = 200


def enter_feedback(session: Session, access: Access, calls: Iterable[tuple[CallRow, Call]]) -> None:
    """Enter what messages say was done; which calls they answer is decided later."""
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
                waiting=True,
            )
            for number, one in enumerate(warned)
        )
        if back := [one.warn_rslt_id for one in warned if one.dspo_way == TAKE_BACK]:
            take_back(session, access, row.institution_id, back, row.received_at)


def wake_answers(session: Session, results: Collection[str]) -> None:
    """Have those looked at again that answered one of these results before anybody was known to have been told."""
    if results:
        unlinked = update(CallFeedback).where(
            CallFeedback.result_id.in_(results), CallFeedback.answered_id.is_(None)
        )
        session.execute(unlinked.values(waiting=True), execution_options={"synchronize_session": False})


def waiting_answers(access: Access) -> list[str]:
    """The calls with answers of which it is not decided yet what they are about."""
    with access.database.reading() as session:
        return list(session.scalars(select(CallFeedback.call_id).where(CallFeedback.waiting).distinct()))


def link_answers(access: Access, calls: Sequence[str]) -> None:
    """Decide what the answers of these calls are about, all journals having been read since they were known.

    An order that is taken back is no past.
    """
    for first in range(0, len(calls), _AT_ONCE):
        with access.database.writing() as session:
            some = select(CallFeedback).where(
                CallFeedback.call_id.in_(calls[first : first + _AT_ONCE]), CallFeedback.waiting
            )
            changes: dict[str, list[Change]] = defaultdict(list)
            for answer in session.scalars(some.with_for_update(skip_locked=True)).all():
                answer.waiting = False
                told = _told_last(session, answer)
                if told is None:
                    continue
                answer.answered_id = told.id
                if answer.way == TAKE_BACK and told.person is not None:
                    changes[told.person].append(partial(without_call, told_by=bytes.fromhex(told.id)))
            change(session, access, changes)


def _told_last(session: Session, answer: CallFeedback) -> Row[str, str | None] | None:
    """The last call that told the result before the answer came: of the same institution, and meant as it was."""
    sent = session.get_one(CallRow, answer.call_id)
    return session.execute(
        select(CallRow.id, CallRow.person)
        .join(CallFinding, CallFinding.call_id == CallRow.id)
        .where(CallFinding.result_id == answer.result_id, CallRow.institution_id == sent.institution_id)
        .where(CallRow.trial == sent.trial, CallRow.received_at <= answer.at)
        .order_by(CallRow.received_at.desc(), CallRow.id.desc())
        .limit(1)
    ).first()
