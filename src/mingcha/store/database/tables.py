"""All tables; importing this module makes them known."""

from __future__ import annotations

from mingcha.store.database import admission, organisations, people, trail
from mingcha.store.database.base import Base

MODULES = (admission, organisations, people, trail)
METADATA = Base.metadata
