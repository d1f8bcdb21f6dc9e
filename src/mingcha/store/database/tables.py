"""All tables; importing this module makes them known."""

from __future__ import annotations

from mingcha.store.database import (
    administration,
    admission,
    alarms,
    basis,
    calls,
    connections,
    drafts,
    embedded,
    health,
    histories,
    hospital,
    kept,
    notifications,
    organisations,
    people,
    persons,
    requests,
    runs,
    second_opinions,
    settings,
    trail,
)
from mingcha.store.database.base import Base

MODULES = (
    administration,
    admission,
    alarms,
    basis,
    calls,
    connections,
    drafts,
    embedded,
    health,
    histories,
    hospital,
    kept,
    notifications,
    organisations,
    people,
    persons,
    requests,
    runs,
    second_opinions,
    settings,
    trail,
)
METADATA = Base.metadata
