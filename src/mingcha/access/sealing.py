"""Sealing the trail: entries that nobody sealed yet become a block whose seal covers them and the seal before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from mingcha.access.context import Access
from mingcha.store.database.engine import ChangedMeanwhile
from mingcha.store.database.trail import TrailBlock, TrailEntry
from mingcha.store.whole import whole_file

MOST_ENTRIES = 1000
FIRST = "0" * 64


@dataclass(frozen=True)
class Head:
    """The newest seal, kept beside the database: whoever cuts off the end of the trail contradicts it."""

    number: int
    seal: str


def seal_new_entries(access: Access) -> int:
    """Seal all that is waiting, a block at a time; returns how many blocks were made.

    Two processes that seal at once contradict each other in the number of the block, and one of them gives way.
    """
    made = 0
    try:
        while _seal_one(access):
            made += 1
    except ChangedMeanwhile:
        pass  # the other one goes on
    return made


def _seal_one(access: Access) -> bool:
    with access.database.writing() as session:
        waiting = list(
            session.scalars(
                select(TrailEntry)
                .where(TrailEntry.block.is_(None))
                .order_by(TrailEntry.id)
                .limit(MOST_ENTRIES)
                .with_for_update()
            )
        )
        if not waiting:
            return False
        last = session.scalar(select(TrailBlock).order_by(TrailBlock.number.desc()).limit(1))
        block = TrailBlock(
            number=1 if last is None else last.number + 1,
            sealed_at=access.now(),
            entries=len(waiting),
            previous=FIRST if last is None else last.seal,
            seal="",
        )
        for place, entry in enumerate(waiting):
            entry.block, entry.place = block.number, place
        block.seal = access.keys.vouch(content_of(block, waiting))
        session.add(block)
        head = Head(block.number, block.seal)
    write_head(access.head, head)
    return True


def content_of(block: TrailBlock, entries: Sequence[TrailEntry]) -> bytes:
    """All that a seal vouches for: the block, the seal before, and every field of every entry in order."""
    lines = [[block.number, _moment(block.sealed_at), block.entries, block.previous]]
    lines += [_said(entry) for entry in entries]
    return "\n".join(json.dumps(line, ensure_ascii=False, sort_keys=True) for line in lines).encode()


def _said(entry: TrailEntry) -> list[object]:
    return [
        entry.id,
        _moment(entry.at),
        None if entry.actor_id is None else str(entry.actor_id),
        entry.actor,
        entry.via,
        entry.address,
        entry.action,
        entry.object_kind,
        entry.object_id,
        entry.reason,
        entry.details,
        entry.block,
        entry.place,
    ]


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def write_head(path: Path, head: Head) -> None:
    """Note the newest seal."""
    with whole_file(path) as unfinished:
        unfinished.write_text(json.dumps({"number": head.number, "seal": head.seal}), "utf-8")


def read_head(path: Path) -> Head | None:
    """The newest seal that was noted, if any."""
    try:
        data = json.loads(path.read_text("utf-8"))
        return Head(int(data["number"]), str(data["seal"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return Head(0, "")  # a note that cannot be read agrees with no trail
