"""Messages of care (4301 to 4505): what they tell of a person's health, once they have been kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy.orm import Session

from mingcha.access.connections.reached import known_region_of
from mingcha.access.context import Access
from mingcha.audit.calls import Call, CallOutcome
from mingcha.audit.health.facts import CALL, HealthFact, tell
from mingcha.audit.health.gathering import facts_of_rows
from mingcha.audit.histories import index_of
from mingcha.domain.errors import InputError
from mingcha.ingest.care import read_care
from mingcha.store.database.calls import CallRow


def tell_of_care(session: Session, access: Access, calls: Iterable[tuple[CallRow, Call]]) -> None:
    """Add what messages tell to the health of their persons; what was only tried tells nothing.

    The institution that sent one is where it was found, whatever else stands in it.
    """
    told: dict[str, list[HealthFact]] = defaultdict(list)
    for row, call in calls:
        try:
            rows = read_care(call.request, call.institution_id)
        except InputError:  # was never looked at when it came, and cannot be
            row.outcome = CallOutcome.REFUSED
            continue
        row.outcome = CallOutcome.TAKEN
        row.region_code = known_region_of(session, access, call.institution_id) or None
        if rows:
            first = rows[0][1]
            row.person, row.encounter_id = index_of(access, first["person_id"]), first["encounter_id"]
        facts = facts_of_rows(
            () if call.trial else rows,
            institution_id=call.institution_id,
            region=row.region_code or "",
            source=f"{CALL}{row.id}",
            as_of=call.received_at // 1000,
        )
        for person, fact in facts:
            told[index_of(access, person)].append(fact)
    tell(session, access, told)
