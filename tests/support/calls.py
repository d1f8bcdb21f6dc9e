"""Calls as the gateway leaves them in the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from mingcha.access.context import Access
from mingcha.audit.calls import CallOutcome
from mingcha.store.database.calls import CallRow
from mingcha.store.database.second_opinions import SecondOpinion

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


def asked_opinion(access: Access, hospital: str, **changed: Any) -> UUID:
    """A second opinion that a doctor of a hospital waits for, about a call whose journal is gone."""
    now = access.now()
    row = SecondOpinion(
        **{
            "id": uuid4(),
            "call_id": uuid4().hex,
            "result_id": "R1",
            "journal": "gone.journal",
            "offset": 0,
            "institution_id": hospital,
            "message_id": "M1",
            "region_code": REGIONS.get(hospital),
            "department_id": f"{hospital}-外科",
            "doctor_id": f"D-{hospital}-外科",
            "insurance_type": "310",
            "encounter_id": f"E-{hospital}",
            "scene": "2",
            "rule_code": "GZ10000302004000",
            "rule_name": "医疗服务项目限性别",
            "trial": False,
            "asked_at": now,
            "ends_at": now + timedelta(minutes=5),
            "on_time_out": "passed",
            **changed,
        }
    )
    with access.database.writing() as session:
        session.add(row)
        return row.id
