"""Every list that can be exported, by its name."""

from __future__ import annotations

from mingcha.jobs.lists import decided, hospital, judged, people
from mingcha.jobs.lists.entry import ListEntry

LISTS: dict[str, ListEntry] = {
    entry.name: entry for entry in (*judged.LISTS, *hospital.LISTS, *decided.LISTS, *people.LISTS)
}
