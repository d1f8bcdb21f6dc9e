"""The journals of calls: what waits in them and what room they take; removed when their time is over."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, select

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.permissions import Permission
from mingcha.audit.calls import CallOutcome
from mingcha.store.database.calls import CallRow, JournalRead
from mingcha.store.journal.records import SUFFIX, Heads, journal_folder


@dataclass(frozen=True)
class JournalState:
    """How the journals stand.

    Args:
        waiting: calls that were answered and are not in the database yet.
        kept_days: for so long a journal is kept after its last call.
        free_bytes: of the disk of the data folder; `low` where administrators are told of it.
    """

    files: int
    bytes: int
    waiting: int
    kept_days: int
    free_bytes: int
    disk_bytes: int
    low: bool


def journal_state(access: Access, actor: Actor) -> JournalState:
    """How the journals stand now."""
    actor.check(Permission.CONNECTIONS_EDIT)
    disk, policy = shutil.disk_usage(access.home), access.policy
    read, found = _read_until(access), _journals(access)
    return JournalState(
        files=len(found),
        bytes=sum(path.stat().st_size for path in found),
        waiting=sum(_waiting(path, read.get(path.name, 0)) for path in found),
        kept_days=policy.journals_kept.days,
        free_bytes=disk.free,
        disk_bytes=disk.total,
        low=disk.free < policy.disk_low,
    )


def forget_old_journals(access: Access) -> int:
    """Remove journals that were read to their end, are written no more, and are old enough; returns how many."""
    last_written_before = (access.now() - access.policy.journals_kept).timestamp()
    old = [path for path in _journals(access) if path.stat().st_mtime < last_written_before]
    if not old:
        return 0
    read, needed = _read_until(access), _needed(access)
    gone = []
    for path in old:
        with _written_no_more(path) as ended:
            if ended and path.name not in needed and not _waiting(path, read.get(path.name, 0)):
                path.unlink()
                gone.append(path.name)
    with access.database.writing() as session:
        session.execute(delete(JournalRead).where(JournalRead.name.in_(gone)))
    return len(gone)


def _journals(access: Access) -> list[Path]:
    return sorted(journal_folder(access.home).glob(f"*{SUFFIX}"))


def _read_until(access: Access) -> dict[str, int]:
    """To which byte each journal was read into the database."""
    with access.database.reading() as session:
        return {row.name: row.offset for row in session.scalars(select(JournalRead))}


def _waiting(path: Path, read: int) -> int:
    with closing(Heads(path, read)) as heads:
        return sum(1 for _ in heads)


def _needed(access: Access) -> frozenset[str]:
    """Journals of which something is still to be audited."""
    later = select(CallRow.journal).where(
        CallRow.outcome == CallOutcome.NOT_AUDITED, CallRow.person.is_not(None)
    )
    with access.database.reading() as session:
        return frozenset(session.scalars(later.distinct()))


@contextmanager
def _written_no_more(path: Path) -> Iterator[bool]:
    """Whether no process holds a journal to write it: clocks may jump, and what is written to no file is lost."""
    file = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(file)
