"""Calls as the gateway leaves them in the database."""

from __future__ import annotations

from typing import Any

from mingcha.access.context import Access
from mingcha.audit.calls import CallOutcome
from mingcha.store.database.calls import CallRow

REGIONS = {"H1": "350102", "H2": "350103"}


def answered_call(access: Access, hospital: str, **changed: Any) -> str:
    """One answered call of a hospital of the town, named after it; its journal is gone."""
    row: dict[str, Any] = {
        "id": hospital,
        "institution_id": hospital,
        "message_id": f"{hospital}20260302090000",
        "transaction": "3101",
        "scene": "4",
        "outcome": CallOutcome.AUDITED,
        "received_at": access.now(),
        "took": 2500,
        "release": 1,
        "person": None,
        "encounter_id": f"E-{hospital}",
        "region_code": REGIONS.get(hospital),
        "department_id": f"{hospital}-外科",
        "doctor_id": f"D-{hospital}-外科",
        "insurance_type": "310",
        "findings": 0,
        "trial": False,
        "journal": "gone.journal",
        "offset": 0,
        **changed,
    }
    with access.database.writing() as session:
        session.add(CallRow(**row))
    return str(row["id"])
