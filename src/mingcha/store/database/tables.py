"""All tables; importing this module makes them known."""

from __future__ import annotations

from mingcha.store.database import (
    administration,
    admission,
    calls,
    connections,
    drafts,
    histories,
    notifications,
    organisations,
    people,
    persons,
    runs,
    settings,
    trail,
)
from mingcha.store.database.base import Base

MODULES = (
    administration,
    admission,
    calls,
    connections,
    drafts,
    histories,
    notifications,
    organisations,
    people,
    persons,
    runs,
    settings,
    trail,
)
METADATA = Base.metadata
