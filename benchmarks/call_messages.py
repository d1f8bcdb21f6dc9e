"""National messages made of a city's bills, and the packed pasts of the persons they are about."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.bills import Bills, Visit
from mingcha.audit.past import PastEncounter, pack, packed_columns
from mingcha.domain.claims import Diagnosis, Encounter, Line, Person, Settlement
from mingcha.domain.fields import Entity, Field
from mingcha.domain.values import ValueType, date_of, moment_of, written
from mingcha.ingest import dto

HOSPITAL = "H35010000001"
# Where the generator puts the number of the call, and the person it is about.
MESSAGE_ID, PERSON = "%MESSAGE%", "%PERSON%"
# What a hospital's system also sends with every line, and nobody here reads.
_ALSO_SENT = {
    "hilist_name": "国家统一标准名称若干字",
    "hosplist_code": "YY000123",
    "hosplist_name": "医院目录名称若干字",
    "hilist_dosform": "片剂",
    "hilist_memo": "",
    "lv1_hosp_item_pric": "0",
    "lv2_hosp_item_pric": "0",
    "lv3_hosp_item_pric": "0",
    "spec_unt": "盒",
    "drord_dept_name": "心血管内科",
    "drord_dr_name": "医师姓名",
    "curr_drord_flag": "1",
    "grpno": "",
    "ownpay_amt": "0.00",
    "selfpay_amt": "0.00",
}


def message_of(visit: Visit, scene: str) -> str:
    """A bill as a 3101 with places for the id of the message and the person."""
    facts = {**visit.facts, "person_id": PERSON}
    columns = {name: values for name, values in visit.lines.items() if name in Line.fields()}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    encounter = {
        **_sent(Encounter, facts),
        **_sent(Settlement, facts),
        "fsi_order_dtos": [{**_ALSO_SENT, **_sent(Line, row)} for row in rows],
        "fsi_diagnose_dtos": [_sent(Diagnosis, {"diagnosis_code": code}) for code in visit.diagnoses],
    }
    patient = {
        **_sent(Person, facts),
        "patn_name": "参保人",
        "curr_mdtrt_id": facts["encounter_id"],
        "fsi_encounter_dtos": [encounter],
    }
    envelope = {
        "infno": "3101",
        "msgid": MESSAGE_ID,
        "mdtrtarea_admvs": "350100",
        "insuplc_admdvs": "350100",
        "recer_sys_code": "FSI",
        "infver": "V1.0",
        "opter_type": "1",
        "opter": "001",
        "opter_name": "经办人",
        "inf_time": "2026-03-02 09:00:00",
        "fixmedins_code": HOSPITAL,
        "fixmedins_name": "样例医院",
        "input": {"data": {"trig_scen": scene, "patient_dtos": [patient]}},
    }
    return json.dumps(envelope, ensure_ascii=False)


def past_of(visits: list[Visit]) -> bytes:
    """Earlier bills as the history of a person is kept."""
    return pack(
        [
            PastEncounter(
                {
                    name: value
                    for name, value in visit.facts.items()
                    if value is not None and name != "person_id"
                },
                packed_columns(
                    {
                        **{
                            name: values
                            for name, values in visit.lines.items()
                            if any(v is not None for v in values)
                        },
                        "line_key": list(visit.lines["line_id"]),
                    }
                ),
                {"diagnosis_code": list(visit.diagnoses)},
                {},
            )
            for visit in visits
        ]
    )


def made(bills: Bills, number: int, scene: str) -> tuple[str, bytes]:
    """The message of a bill, and the packed past of its person."""
    *earlier, current = bills.case(number)
    return message_of(current, scene), past_of(earlier)


def _sent(entity: type[Entity], facts: dict[str, Any]) -> dict[str, str]:
    """The facts that a message has a place for, as text."""
    fields = entity.fields()
    return {
        national: _text(fields[name], facts[name])
        for name, national in dto.national_names(entity).items()
        if facts.get(name) is not None
    }


def _text(field: Field[Any], value: Any) -> str:
    if field.type is ValueType.DAY:
        return date_of(value).isoformat()
    if field.type is ValueType.MOMENT:
        return f"{moment_of(value):%Y-%m-%d %H:%M:%S}"
    if field.type is ValueType.FLAG:
        return "1" if value else "0"
    return written(value, field.type)
