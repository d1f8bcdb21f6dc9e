"""Which of several messages about one encounter counts: the hospital's last word on it.

A bill is sent before care, again before settlement, and as history with later bills; what was changed in between
(an order withdrawn after a reminder) must not stand beside what replaced it. So one message tells an encounter
whole: one that is about it rather than mentions it as history, of those the one sent last, then the one read last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from mingcha.domain.claims import Encounter, Person
from mingcha.domain.errors import InputError
from mingcha.ingest import dto
from mingcha.ingest.leaves import identifier

# File and place in it (from 1).
Place = tuple[Path, int]
_REQUIRED = [
    (national, name in Person.fields())
    for name, national in (*dto.PERSON, *dto.ENCOUNTER)
    if name in Encounter.fields() and Encounter.fields()[name].required
]


class _File(Protocol):
    path: Path

    def messages(self) -> Any: ...


def newest(files: Sequence[_File], told: Callable[[int, int], None]) -> dict[str, Place]:
    """Encounter id → the message that counts.

    Args:
        files: message files in the order of reading.
        told: called with the number of files looked through, and of all.
    """
    best: dict[str, tuple[tuple[bool, str], Place]] = {}
    for done, file in enumerate(files, 1):
        for place, content in enumerate(file.messages(), 1):
            try:
                message = dto.decode(content)
            except InputError:
                continue  # the import rejects it with its reason
            sent_at = "".join(filter(str.isdigit, message.sent_at))
            for encounter_id, current in _tellings(message.patients):
                rank = (current, sent_at)
                known = best.get(encounter_id)
                if known is None or rank >= known[0]:
                    best[encounter_id] = (rank, (file.path, place))
        told(done, len(files))
    return {encounter_id: where for encounter_id, (_, where) in best.items()}


def _tellings(patients: Sequence[Any]) -> list[tuple[str, bool]]:
    """Encounters that can be read, and whether the message is about them."""
    found = []
    for patient in patients:
        wanted = identifier(patient.curr_mdtrt_id)
        for one in dto.many(patient.fsi_encounter_dtos):
            # One that lacks what is required will be refused; it must not push a whole one aside.
            if all(getattr(patient if of_person else one, name).strip() for name, of_person in _REQUIRED):
                encounter_id = identifier(one.mdtrt_id)
                found.append((encounter_id, wanted in ("", encounter_id)))
    return found
