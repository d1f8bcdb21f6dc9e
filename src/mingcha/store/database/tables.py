"""All tables; importing this module makes them known."""

from __future__ import annotations

from mingcha.store.database import admission, organisations, people, persons, trail
from mingcha.store.database.base import Base

MODULES = (admission, organisations, people, persons, trail)
METADATA = Base.metadata
