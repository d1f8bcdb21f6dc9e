"""The official list as importing needs it: an entry by its code or by its official name."""

from __future__ import annotations

from functools import cache

from mingcha.catalogue.entries import entries
from mingcha.knowledge.entry import Entry


@cache
def rules_by_name() -> dict[str, Entry]:
    """All entries by their official name."""
    return {entry.name: entry for entry in entries()}


@cache
def rules_by_code() -> dict[str, Entry]:
    """All entries by code."""
    return {entry.code: entry for entry in entries()}
