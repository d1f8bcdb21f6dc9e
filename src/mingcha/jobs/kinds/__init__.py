"""Every kind of run, by its name."""

from __future__ import annotations

from typing import Any

from mingcha.jobs.kind import Kind
from mingcha.jobs.kinds import audit, claims_import, export, trial

KINDS: dict[str, Kind[Any]] = {
    kind.name: kind for kind in (claims_import.KIND, audit.KIND, export.KIND, trial.KIND)
}
