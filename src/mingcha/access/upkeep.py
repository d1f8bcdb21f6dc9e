"""What one process does for all in the background: watches and seals the trail, forgets what is past."""

from __future__ import annotations

import shutil
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mingcha.access.abnormal_use import raise_alarms
from mingcha.access.context import Access
from mingcha.access.failures import forget_old_failures
from mingcha.access.notifications import do_notify
from mingcha.access.roles import Role
from mingcha.access.sealing import seal_new_entries
from mingcha.store.database.admission import SignedIn
from mingcha.store.database.notifications import Notification
from mingcha.store.database.people import User

# Long enough to see in the trail which session it was.
_SESSIONS_KEPT = timedelta(days=90)
DISK_LOW = "disk.low"
_TOLD_AGAIN_AFTER = timedelta(days=1)
_GB = 2**30


def keep_up(access: Access) -> int:
    """One round; returns how many blocks of the trail were sealed."""
    with access.database.writing() as session:
        forget_old_failures(session, access)
        session.execute(delete(SignedIn).where(SignedIn.ends_at < access.now() - _SESSIONS_KEPT))
        _tell_where_disk_is_low(session, access)
    raise_alarms(access)
    return seal_new_entries(access)


def _tell_where_disk_is_low(session: Session, access: Access) -> None:
    """Tell system administrators, once a day, that soon nothing can be kept."""
    free, low = shutil.disk_usage(access.home).free, access.policy.disk_low
    if free >= low:
        return
    since = access.now() - _TOLD_AGAIN_AFTER
    told = select(Notification.user_id).where(Notification.kind == DISK_LOW, Notification.at > since)
    administrators = select(User.id).where(
        User.duty == Role.SYSTEM_ADMIN, User.status == "active", User.id.not_in(told)
    )
    title = (
        f"磁盘剩余 {free / _GB:.1f} GB，低于 {low / _GB:g} GB：再少下去，报文留不下来就不能审核。请腾出空间"
    )
    for user_id in session.scalars(administrators).all():
        do_notify(session, access, user_id, DISK_LOW, title, "/connections")
