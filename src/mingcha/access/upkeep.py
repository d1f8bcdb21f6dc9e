"""What one process does for all in the background: watches and seals the trail, forgets what is past."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from mingcha.access.abnormal_use import raise_alarms
from mingcha.access.context import Access
from mingcha.access.failures import forget_old_failures
from mingcha.access.sealing import seal_new_entries
from mingcha.store.database.admission import SignedIn

# Long enough to see in the trail which session it was.
_SESSIONS_KEPT = timedelta(days=90)


def keep_up(access: Access) -> int:
    """One round; returns how many blocks of the trail were sealed."""
    with access.database.writing() as session:
        forget_old_failures(session, access)
        session.execute(delete(SignedIn).where(SignedIn.ends_at < access.now() - _SESSIONS_KEPT))
    raise_alarms(access)
    return seal_new_entries(access)
