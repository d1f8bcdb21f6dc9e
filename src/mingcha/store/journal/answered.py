"""Which calls were answered lately, by any process of the installation: a repeated one gets its first answer."""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from pathlib import Path

from mingcha.store.journal.records import SUFFIX, Heads, Place

# Two days of a city's calls; a message is sent again within minutes.
_MOST_CALLS = 200_000
# Nobody adds to journals that are older: a process that starts need not read a month of calls first.
_SECONDS_BACK = 2 * 86_400.0
# Two files that are begun at nearly one moment leave one time on their folder.
_SETTLED_NANOSECONDS = 1_000_000_000


class Answered:
    """Keys of calls and where their records lie; what other processes append is seen at the next question.

    An answer leaves only after its record is on disk, so whoever has received one and asks again is recognised
    by every process.
    """

    def __init__(self, folder: Path, most: int = _MOST_CALLS) -> None:
        self._folder = folder
        self._most = most
        self._known: OrderedDict[bytes, Place] = OrderedDict()
        self._journals: dict[str, Heads] = {}
        self._seen_at = -1

    def place_of(self, key: bytes) -> Place | None:
        """Where the first record with this key lies, if there is one."""
        self._look()
        return self._known.get(key)

    def _look(self) -> None:
        changed = os.stat(self._folder).st_mtime_ns
        if changed != self._seen_at:
            self._open_and_close()
            self._seen_at = changed if time.time_ns() - changed > _SETTLED_NANOSECONDS else -1
        for heads in self._journals.values():
            if heads.grown:
                for key, place in heads:
                    self._known.setdefault(key, place)
        while len(self._known) > self._most:
            self._known.popitem(last=False)

    def _open_and_close(self) -> None:
        there = {path.name: path for path in sorted(self._folder.glob(f"*{SUFFIX}"))}
        gone = self._journals.keys() - there.keys()
        for name in gone:
            self._journals.pop(name).close()
        if gone:
            kept = ((key, place) for key, place in self._known.items() if place.path.name not in gone)
            self._known = OrderedDict(kept)
        written = {name: there[name].stat().st_mtime for name in there.keys() - self._journals.keys()}
        back = max(written.values(), default=0.0) - _SECONDS_BACK
        for name in sorted(name for name, at in written.items() if at >= back):
            self._journals[name] = Heads(there[name])
