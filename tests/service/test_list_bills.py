"""One settlement list: checked by itself before it is uploaded, or beside the bill it belongs to."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from mingcha.audit.bill import Answer, BillAuditor
from mingcha.catalogue.entries import entries
from mingcha.domain.errors import InputError
from mingcha.engine.plan import Plan
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points
from mingcha.sample.messages import STAY, sample_message
from tests.support.lists import FAULTLESS, spoiled

AUDITOR = BillAuditor(Plan(release_of(1, starter_points(), with_demonstration=True), entries()))
OF_LISTS = ("settlement-list-fault", "diagnosis-list-fault", "procedure-list-fault")


def encoded(message: dict[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode()


def faults(answer: Answer) -> list[tuple[str, str]]:
    return [(row["slug"], row["code"]) for row in answer.findings if row["slug"] in OF_LISTS]


def matching(message: dict[str, Any]) -> dict[str, Any]:
    """A faultless list for the current stay of a message, which is settled on its first day."""
    stay = message["input"]["data"]["patient_dtos"][0]["fsi_encounter_dtos"][0]
    stay |= {"setl_id": "S1", "dscg_date": stay["adm_date"][:10] + " 23:00:00"}
    listed = copy.deepcopy(FAULTLESS)
    listed["input"]["setlinfo"] |= {
        "mdtrt_id": stay["mdtrt_id"],
        "setl_id": stay["setl_id"],
        "adm_time": stay["adm_date"],
        "dscg_time": stay["dscg_date"],
        "lv1_nurscare_days": "",
        "scd_nurscare_days": "",
    }
    listed["input"] |= {"oprninfo": [], "icuinfo": [], "payinfo": []}
    return listed


def test_a_list_is_answered_by_itself_in_the_national_form() -> None:
    answer = AUDITOR(encoded(spoiled("setlinfo", prfs="", dscg_way="8")))
    assert faults(answer) == [
        ("settlement-list-fault", "A071 setlinfo.prfs"),
        ("settlement-list-fault", "A453 setlinfo.dscg_way"),
    ]
    assert ("GZ10000201001000", "出生日期未知") in answer.unjudged
    told = [AUDITOR.explain.sentence(row) for row in answer.findings if row["slug"] in OF_LISTS]
    assert told[0] == "结算清单 A071 setlinfo.prfs：职业未填写，要求：必填"


def test_the_diagnoses_of_a_list_are_judged_like_those_of_a_bill() -> None:
    answer = AUDITOR(encoded(spoiled("diseinfo", diag_code="W01.900", diag_name="跌倒")))
    assert ("main-diagnosis-unfit", "W01.900") in [(row["slug"], row["code"]) for row in answer.findings]
    assert faults(answer) == []


def test_a_list_is_compared_with_the_bill_it_belongs_to() -> None:
    message = sample_message(STAY)
    listed = matching(message)
    assert faults(AUDITOR(encoded(message), lists=[encoded(listed)])) == []
    listed["input"]["setlinfo"]["setl_id"] = "S-another"
    assert faults(AUDITOR(encoded(message), lists=[encoded(listed)])) == [
        ("settlement-list-fault", "A918 setlinfo.setl_id")
    ]


def test_without_its_list_a_stay_cannot_be_judged() -> None:
    answer = AUDITOR(encoded(sample_message(STAY)))
    assert ("GZ10000201001000", "结算清单检查结果未知") in answer.unjudged


def test_a_list_of_another_encounter_and_one_without_a_beginning_are_refused() -> None:
    with pytest.raises(InputError, match="不在报文中"):
        AUDITOR(encoded(sample_message(STAY)), lists=[encoded(FAULTLESS)])
    with pytest.raises(InputError, match="入院时间"):
        AUDITOR(encoded(spoiled("setlinfo", adm_time="x", setl_begn_date="")))
