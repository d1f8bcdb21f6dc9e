"""Settlement lists where one bill is answered: laid beside its encounter, or answered by themselves before upload."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mingcha.domain.errors import InputError
from mingcha.domain.values import MINUTES_A_DAY
from mingcha.ingest.leaves import Columns
from mingcha.ingest.main_diagnosis import sole_main
from mingcha.ingest.messages import BilledEncounter, Message, read_message
from mingcha.ingest.settlement_lists import ReceivedList, facts_of, is_list, read_list

STAY = "2"


def read_bill(content: bytes, lists: Iterable[bytes] = ()) -> Message:
    """A 3101/3102 message made ready to be judged, its encounters with their settlement lists; or a list alone.

    Raises:
        InputError: a message cannot be read, or a list belongs to none of the encounters.
    """
    if is_list(content):
        return _alone(read_list(content))
    message = read_message(content)
    by_id = {one.facts["encounter_id"]: one for one in message.encounters}
    for received in map(read_list, lists):
        if received.encounter_id not in by_id:
            raise InputError(
                f"结算清单的就诊 {received.encounter_id} 不在报文中",
                where="setlinfo.mdtrt_id",
                remedy="核对清单与单据是否属于同一次就诊",
            )
        _lay_beside(by_id[received.encounter_id], received)
    return message


def _lay_beside(encounter: BilledEncounter, received: ReceivedList) -> None:
    """The facts that the list's checks say, and its diagnoses and operations where the bill has none."""
    facts = encounter.facts
    facts.update(facts_of(received, facts))
    facts.update({name: said for name, said in received.stated().items() if facts.get(name) is None})
    if not encounter.diagnoses.get("diagnosis_code"):
        encounter.diagnoses = _columns(received.diagnoses(), ("diagnosis_code", "main"))
        facts["main_diagnosis"] = facts["main_diagnosis"] or sole_main(*encounter.diagnoses.values())
    if not encounter.procedures.get("procedure_code"):
        encounter.procedures = _columns(received.procedures(), ("procedure_code",))


def _alone(received: ReceivedList) -> Message:
    """A list as the message of a stay without charges; what only its bill knows stays unknown."""
    texts, values = received.head.texts, received.head.values
    started = values.get("admitted_at", values.get("settled_from", 0) * MINUTES_A_DAY)
    if not started:
        raise InputError(
            "结算清单没有可以识别的入院时间和结算开始日期",
            where="setlinfo.adm_time",
            remedy="请先补全入院时间（adm_time），再检查其他各项",
        )
    diagnoses = _columns(received.diagnoses(), ("diagnosis_code", "main"))
    facts: dict[str, Any] = {
        "person_id": texts["person_id"] or None,
        "encounter_id": received.encounter_id,
        "settlement_id": texts["settlement_id"] or None,
        "institution_id": received.institution_id or None,
        "started_at": started,
        "ended_at": values.get("discharged_at"),
        "visit_type": STAY,
        "main_diagnosis": sole_main(*diagnoses.values()),
        **received.stated(),
        **facts_of(received, {}),
    }
    procedures = _columns(received.procedures(), ("procedure_code",))
    message = Message("4101", "", received.sent_at, "", (), "")
    message.encounters.append(BilledEncounter(0, facts, {}, [], diagnoses, procedures, current=True))
    return message


def _columns(rows: list[dict[str, Any]], names: tuple[str, ...]) -> Columns:
    return {name: [row[name] for row in rows] for name in names}
