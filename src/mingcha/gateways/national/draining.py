"""From the journals into the database: calls, what was found, what was done about it, and what becomes history.

One process drains. What it reads twice counts once: rows go by the key of the call, and how far a journal was
read is written with them in one transaction.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from mingcha.access.connections.services import AUDITS, CARE, OF_TRANSACTION
from mingcha.access.context import CHINA, Access
from mingcha.audit.answers import result_id_of
from mingcha.audit.bill import BillAuditor
from mingcha.audit.calls import Call, CallOutcome, decode_call
from mingcha.audit.histories import Change, PastLookup, change, index_of
from mingcha.audit.in_force import InForce
from mingcha.audit.past import kept, with_call
from mingcha.audit.spending import count_waiting
from mingcha.domain.errors import InputError
from mingcha.gateways.national.care import tell_of_care
from mingcha.gateways.national.failing import tell_of_failing
from mingcha.gateways.national.feedback_entered import (
    enter_feedback,
    link_answers,
    waiting_answers,
    wake_answers,
)
from mingcha.ingest.messages import BilledEncounter, read_message
from mingcha.store.database.calls import CallFinding, CallRow, CallTally, JournalRead
from mingcha.store.database.engine import Unavailable
from mingcha.store.journal.records import SUFFIX, Heads, JournalError, Place, Sealer, journal_folder
from mingcha.store.keys import KeysError

FEEDBACK = "3103"
# Scenes after which a bill stands, and those in which orders of a stay are added.
SETTLED = frozenset({"6", "8", "10"})
OF_A_STAY = frozenset({"4", "5"})
_AT_ONCE = 200
_OF_FINDING = (
    "finding_id", "rule_code", "rule_name", "slug", "certainty", "knowledge_point", "line_key", "code", "name",
    "amount_fen", "action",
)  # fmt: skip
_log = logging.getLogger("mingcha.gateways")


@dataclass
class Batch:
    """Rows of some calls, and what they change in the pasts of persons."""

    rows: list[CallRow] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    feedback: list[tuple[CallRow, Call]] = field(default_factory=list)
    care: list[tuple[CallRow, Call]] = field(default_factory=list)
    changes: dict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))
    # Release and mechanism that was left out of its calls, because it had failed.
    failing: set[tuple[int, str]] = field(default_factory=set)


def drain(access: Access, sealer: Sealer, folder: Path, stopped: Callable[[], bool] = lambda: False) -> int:
    """Read what has been appended to all journals since the last time; returns how many records.

    Args:
        stopped: whether what is left is to wait for the next time.

    Raises:
        Unavailable: the database does not answer; nothing is lost, the next time goes on from here.
        JournalError, KeysError: a record cannot be opened; what follows it in its journal waits, other journals do not.
    """
    total, unopened = _sweep(access, sealer, folder, stopped)
    if answers := waiting_answers(access):
        # What they answer was durable before they were sent: now it has been read, wherever it lies.
        more, unopened = _sweep(access, sealer, folder, stopped)
        total += more
        if not stopped():
            link_answers(access, answers)
    if unopened is not None:
        raise unopened
    return total


def _sweep(
    access: Access, sealer: Sealer, folder: Path, stopped: Callable[[], bool]
) -> tuple[int, JournalError | KeysError | None]:
    """Read each journal to its end; how many records, and why one of them could not be opened."""
    total, unopened = 0, None
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            while not stopped() and (read := _drain_some(access, sealer, path)):
                total += read
        except (JournalError, KeysError) as error:
            unopened = error
    return total, unopened


def _drain_some(access: Access, sealer: Sealer, path: Path) -> int:
    with access.database.reading() as session:
        position = session.get(JournalRead, path.name)
        begin, before = (position.offset, position.records) if position else (0, 0)
    heads = Heads(path, begin)
    try:
        records = list(islice(heads, _AT_ONCE))
        end = heads.offset
    finally:
        heads.close()
    if not records:
        return 0
    calls = [(key, place, decode_call(sealer.content(place))) for key, place in records]
    read = JournalRead(name=path.name, offset=end, records=before + len(records))
    try:
        _enter(access, calls, read)
    except Unavailable:
        raise
    except Exception as error:
        _log.error("calls cannot be entered together", exc_info=error)
        _enter_each(access, calls, read)
    return len(records)


_Kept = tuple[bytes, Place, Call]


def _enter_each(access: Access, calls: Sequence[_Kept], read: JournalRead) -> None:
    """Enter calls one by one: what is wrong with one of them must not keep the others waiting."""
    for number, (key, place, call) in enumerate(calls):
        until = calls[number + 1][1].offset if number + 1 < len(calls) else read.offset
        one = JournalRead(name=read.name, offset=until, records=read.records - len(calls) + number + 1)
        try:
            _enter(access, [(key, place, call)], one)
        except Unavailable:
            raise
        except Exception as error:
            _log.error("call cannot be entered", exc_info=error)
            # Its request and answer still lie in the journal; nothing of it is made use of.
            call.outcome = CallOutcome.REFUSED
            _enter(access, [(key, place, call)], one)


def _enter(access: Access, calls: Sequence[_Kept], read: JournalRead) -> None:
    """Make rows of calls, and note how far their journal was read, in one transaction."""
    with access.database.writing() as session:
        known = set(session.scalars(select(CallRow.id).where(CallRow.id.in_([k.hex() for k, _, _ in calls]))))
        batch = Batch()
        for key, place, call in calls:
            if key.hex() not in known:
                known.add(key.hex())
                _take(access, batch, key, place, call)
        session.add_all(batch.rows)
        session.flush()
        _add_findings(session, batch.findings)
        enter_feedback(session, access, batch.feedback)
        tell_of_care(session, access, batch.care)
        session.flush()
        wake_answers(session, {row["result_id"] for row in batch.findings})
        change(session, access, batch.changes)
        tell_of_failing(session, access, batch.failing)
        _count(session, batch.rows)
        session.merge(read)


def _take(access: Access, batch: Batch, key: bytes, place: Place, call: Call) -> None:
    row = CallRow(
        id=key.hex(),
        institution_id=call.institution_id,
        message_id=call.message_id,
        transaction=call.transaction,
        scene=call.scene,
        outcome=call.outcome,
        received_at=datetime.fromtimestamp(call.received_at / 1000, UTC),
        took=call.took,
        release=call.release,
        findings=len(call.findings),
        trial=call.trial,
        journal=place.path.name,
        offset=place.offset,
    )
    batch.rows.append(row)
    batch.failing |= {(call.release, mechanism) for mechanism in call.failed}
    if call.transaction in AUDITS and call.outcome in (CallOutcome.AUDITED, CallOutcome.NOT_AUDITED):
        _of_audit(access, batch, row, key, call)
    elif call.outcome in (CallOutcome.TAKEN, CallOutcome.NOT_AUDITED):
        if call.transaction == FEEDBACK:
            batch.feedback.append((row, call))
        elif call.transaction in CARE:
            batch.care.append((row, call))


def _count(session: Session, rows: Sequence[CallRow]) -> None:
    """Add calls of services to what was called on their days."""
    made: dict[tuple[str, date, str], list[CallRow]] = defaultdict(list)
    for row in rows:
        if (service := OF_TRANSACTION.get(row.transaction)) is not None:
            made[row.institution_id, row.received_at.astimezone(CHINA).date(), service.value].append(row)
    for key, some in made.items():
        tally = session.get(CallTally, key)
        if tally is None:
            institution_id, day, service_code = key
            tally = CallTally(
                institution_id=institution_id,
                day=day,
                service=service_code,
                calls=0,
                not_audited=0,
                refused=0,
            )
            session.add(tally)
        tally.calls += len(some)
        tally.not_audited += sum(row.outcome == CallOutcome.NOT_AUDITED for row in some)
        tally.refused += sum(row.outcome == CallOutcome.REFUSED for row in some)


def _of_audit(access: Access, batch: Batch, row: CallRow, key: bytes, call: Call) -> None:
    try:
        message = read_message(call.request)
    except InputError:  # was never looked at when it came, and cannot be
        row.outcome = CallOutcome.REFUSED
        return
    current = [one for one in message.encounters if one.current]
    facts = current[0].facts
    row.person = index_of(access, facts["person_id"])
    row.encounter_id = facts["encounter_id"]
    row.region_code = facts.get("care_region")
    row.department_id, row.doctor_id = facts.get("department_id"), facts.get("doctor_id")
    row.insurance_type = facts.get("insurance_type")
    batch.findings += _finding_rows(row.id, call.findings)
    call.scene = call.scene or message.trigger
    for one in () if call.trial else current:
        if remembered := _remembered(one, call, key):
            batch.changes[index_of(access, one.facts["person_id"])].append(remembered)


def _finding_rows(call_id: str, findings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Findings of a call as rows of `CallFinding`."""
    return [
        {
            "call_id": call_id,
            "number": number,
            "result_id": result_id_of(row),
            **{name: row[name] for name in _OF_FINDING},
        }
        for number, row in enumerate(findings)
    ]


def _add_findings(session: Session, rows: list[dict[str, Any]]) -> None:
    """Insert findings as they are: past the mapper, for they are most of what is drained."""
    if rows:
        session.execute(insert(CallFinding), rows)


def _remembered(one: BilledEncounter, call: Call, key: bytes) -> Change | None:
    """What an encounter changes in its person's past: what was only tried changes nothing."""
    as_of = call.received_at // 1000
    if call.scene not in SETTLED | OF_A_STAY:
        return None
    return partial(with_call, new=kept(one, told_by=key, as_of=as_of, settling=call.scene in SETTLED))


def audit_later(
    access: Access, sealer: Sealer, folder: Path, auditor: Callable[[], BillAuditor | None]
) -> int:
    """Audit calls that were answered without having been audited; returns how many.

    Args:
        auditor: asked for only where there is something to audit.
    """
    with access.database.reading() as session:
        waiting = session.execute(
            select(CallRow.id, CallRow.journal, CallRow.offset)
            .where(CallRow.outcome == CallOutcome.NOT_AUDITED, CallRow.person.is_not(None))
            .order_by(CallRow.received_at)
            .limit(_AT_ONCE)
        ).all()
    ready = auditor() if waiting else None
    if ready is None:
        return 0
    with closing(PastLookup(access)) as look_up:
        for call_id, journal, offset in waiting:
            outcome, found = CallOutcome.AUDITED_LATER, []
            try:
                call = decode_call(sealer.content(Place(folder / journal, offset)))
                answer = ready.of_message(read_message(call.request), past=look_up)
                found = [row for row in answer.findings if row["exemption"] is None]
            except Unavailable:
                raise
            except Exception as error:  # the others are not to wait for it
                _log.error("call cannot be audited", exc_info=error)
                outcome = CallOutcome.REFUSED
            with access.database.writing() as session:
                row = session.get_one(CallRow, call_id)
                row.outcome, row.release = outcome, ready.plan.release.number
                row.findings = len(found)
                _add_findings(session, _finding_rows(call_id, found))
    return len(waiting)


class Drainer:
    """What the one background process does for the gateways, again and again until it is stopped."""

    def __init__(self, access: Access, stopped: Callable[[], bool]) -> None:
        self._access = access
        self._stopped = stopped
        self._in_force = InForce(access.home)
        self._counted = False

    def __call__(self) -> None:
        """Read the journals into the database, then audit what had to be let through."""
        if not self._counted:
            count_waiting(self._access, self._stopped)
            self._counted = True
        sealer, folder = Sealer(self._access.keys), journal_folder(self._access.home)
        drain(self._access, sealer, folder, self._stopped)
        while not self._stopped() and audit_later(self._access, sealer, folder, self._newest):
            pass

    def _newest(self) -> BillAuditor | None:
        self._in_force.look()
        return self._in_force()
