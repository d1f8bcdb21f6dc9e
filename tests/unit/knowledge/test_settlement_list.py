"""Every check of the settlement list, broken once and just kept once, in three values."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mingcha.domain.settlement_list import NODES, Listed
from mingcha.ingest.settlement_lists import facts_of, read_list
from mingcha.knowledge.settlement_list.checks.numbered import BY_NUMBER, CHECKS
from mingcha.knowledge.settlement_list.remarks import read_remark
from mingcha.knowledge.sources import source
from tests.support.lists import FAULTLESS, KNOWN, spoiled, with_rows

Message = dict[str, Any]
NEWBORN = {**KNOWN, "birth_date": KNOWN["started_at"] // 1440 - 28}
A_DAY_OLDER = {**KNOWN, "birth_date": KNOWN["started_at"] // 1440 - 29}
WEIGHED = {"nwb_adm_type": "1", "nwb_adm_wt": "3200", "nwb_bir_wt": "3100"}
MAIN = FAULTLESS["input"]["diseinfo"][0]
OTHER = FAULTLESS["input"]["diseinfo"][1]
OPERATION, INFUSION = FAULTLESS["input"]["oprninfo"]
CHARGES = {
    "med_chrgitm_type": "01",
    "item_sumamt": "1000.00",
    "item_claa_sumfee": "700.00",
    "item_clab_amt": "200.00",
    "item_fulamt_ownpay_amt": "60.00",
    "item_ownpay_amt": "40.00",
}


def numbers(message: Message, known: dict[str, Any] = KNOWN) -> list[str]:
    """Numbers of the checks that a list breaks, with ? those that cannot be judged."""
    told = facts_of(read_list(json.dumps(message).encode()), known)["list_faults"]
    remarks = [read_remark(text) for text in told]
    return [remark.check.number + ("?" if remark.missing else "") for remark in remarks]


def head(**changed: str) -> Message:
    return spoiled("setlinfo", **changed)


# Number → a list that breaks just this check, and one that is as near to it as can be and keeps it.
BROKEN_AND_KEPT: dict[str, tuple[Any, Any]] = {
    "A901": (head(coner_name="某某", coner_addr="某处", coner_tel="1"), head(coner_name="")),
    "A902": (
        head(coner_name="某某", patn_rlts="10", coner_tel="1"),
        head(coner_name="某某", patn_rlts="10", coner_addr="某处", coner_tel="1"),
    ),
    "A903": (head(coner_name="某某", patn_rlts="10", coner_addr="某处"), head(coner_addr="某处")),
    "A905": (head(setl_end_date="2026-03-01"), head(setl_end_date="2026-03-02")),
    "A906": (head(days_rinp_flag_31="2"), head(days_rinp_flag_31="2", days_rinp_pup_31="拆线")),
    "A907": (head(scd_nurscare_days="3.5"), head(scd_nurscare_days="2.5")),
    "A908": (head(vent_used_dura="4/0/1"), head(vent_used_dura="4/0/0")),
    "A909": (
        (head(nwb_adm_wt="3200"), NEWBORN),
        (head(**WEIGHED), NEWBORN),
    ),
    "A910": (
        (head(nwb_adm_type="1"), NEWBORN),
        (head(nwb_adm_type="1", mul_nwb_adm_wt="2500,2600"), NEWBORN),
    ),
    "A911": ((head(**WEIGHED), A_DAY_OLDER), (head(), A_DAY_OLDER)),
    "A912": (head(nwb_bir_wt="3105"), head(nwb_bir_wt="3110")),
    "A913": (head(nwb_adm_wt="90"), head(nwb_adm_wt="100")),
    "A914": (
        (head(age_days="30", **WEIGHED), NEWBORN),
        (head(age_days="27", **WEIGHED), NEWBORN),
    ),
    "A915": (head(acp_medins_name="某院"), head(acp_medins_name="某院", dscg_way="2")),
    "A916": (head(adm_time="2026-03-01 23:59:00"), head(adm_time="2026-03-02 00:01:00")),
    "A917": (head(dscg_time="2026-03-06 00:01:00"), head(dscg_time="2026-03-05 23:59:00")),
    "A918": (head(setl_id="S2"), head()),
    "A919": (head(dscg_way="5", days_rinp_flag_31="2", days_rinp_pup_31="拆线"), head(dscg_way="5")),
    "A920": (head(dcla_time="2026-03-05 14:59:00"), head(dcla_time="2026-03-05 15:00:00")),
    "F901": (spoiled("payinfo", fund_payamt="-0.01"), spoiled("payinfo", fund_payamt="0")),
    "F902": (spoiled("payinfo", fund_payamt="1000.01"), spoiled("payinfo", fund_payamt="1000.00")),
    "I901": (with_rows("iteminfo", [{**CHARGES, "item_clab_amt": "200.01"}]), with_rows("iteminfo", [CHARGES])),
    "I902": (
        with_rows("iteminfo", [{**CHARGES, "item_sumamt": "1000.01", "item_ownpay_amt": "40.01"}]),
        with_rows("iteminfo", [{**CHARGES, "item_sumamt": "960", "item_ownpay_amt": "0"}, {
            **dict.fromkeys(CHARGES, "0"), "item_sumamt": "40", "item_claa_sumfee": "40",
        }]),
    ),
    "U901": (
        spoiled("icuinfo", scs_cutd_exit_time="2026-03-03 10:29:00", scs_cutd_sum_dura="0/0/0"),
        spoiled("icuinfo", scs_cutd_exit_time="2026-03-03 10:30:00", scs_cutd_sum_dura="0/0/0"),
    ),
    "U902": (
        spoiled("icuinfo", scs_cutd_exit_time="2026-03-06 00:30:00", scs_cutd_sum_dura="2/14/0"),
        spoiled("icuinfo", scs_cutd_exit_time="2026-03-05 23:30:00", scs_cutd_sum_dura="2/13/0"),
    ),
    "U903": (spoiled("icuinfo", scs_cutd_sum_dura="1/1/1"), spoiled("icuinfo", scs_cutd_sum_dura="1/1/0")),
    "B901": (spoiled("bldinfo", bld_amt="0"), spoiled("bldinfo", bld_cat="", bld_amt="0")),
    "B902": (spoiled("bldinfo", bld_unt=""), spoiled("bldinfo", bld_unt="ml")),
    "D901": (
        with_rows("diseinfo", [{**MAIN, "diag_type": "2", "diag_code": "A01.01"}]),
        with_rows("diseinfo", [MAIN]),
    ),
    "D902": (spoiled("diseinfo", maindiag_flag="0"), with_rows("diseinfo", [OTHER, MAIN])),
    "D903": (spoiled("diseinfo", 1, maindiag_flag="1"), spoiled("diseinfo", 1, maindiag_flag="1", diag_type="2")),
    "D904": (spoiled("diseinfo", 1, diag_code="k80.200"), spoiled("diseinfo", 1, diag_code="K80.201")),
    "D905": (spoiled("diseinfo", adm_cond_type="4"), spoiled("diseinfo", 1, adm_cond_type="4")),
    "D906": (spoiled("diseinfo", 1, diag_code="I10"), spoiled("diseinfo", 1, diag_code="I10.x00")),
    "P901": (spoiled("oprninfo", oprn_oprt_type="2"), with_rows("oprninfo", [])),
    "P902": (spoiled("oprninfo", 1, oprn_oprt_type="1"), with_rows("oprninfo", [INFUSION, OPERATION])),
    "P903": (
        with_rows("oprninfo", [OPERATION, INFUSION, INFUSION]),
        with_rows("oprninfo", [OPERATION, INFUSION, {**INFUSION, "oprn_oprt_begntime": "2026-03-04 11:00:00"}]),
    ),
    "P904": (spoiled("oprninfo", oprn_oprt_code="51.23"), spoiled("oprninfo", oprn_oprt_code="51.2300x001")),
    "P905": (
        spoiled("oprninfo", oprn_oprt_endtime="2026-03-03 08:59:00"),
        spoiled("oprninfo", oprn_oprt_endtime="2026-03-03 09:00:00"),
    ),
    "P906": (
        spoiled("oprninfo", anst_begntime="2026-03-03 08:50:00", anst_endtime="2026-03-03 08:40:00"),
        spoiled("oprninfo", anst_begntime="2026-03-03 08:50:00", anst_endtime="2026-03-03 08:50:00"),
    ),
    "P907": (
        spoiled("oprninfo", 1, oprn_oprt_begntime="2026-03-06 00:10:00"),
        spoiled("oprninfo", 1, oprn_oprt_begntime="2026-03-02 00:10:00"),
    ),
    "P908": (spoiled("oprninfo", anst_dr_code=""), spoiled("oprninfo", anst_dr_code="", anst_way="35")),
}  # fmt: skip


def test_a_faultless_list_has_no_fault() -> None:
    assert numbers(FAULTLESS) == []


@pytest.mark.parametrize("number", BROKEN_AND_KEPT)
def test_a_check_finds_what_breaks_it_and_nothing_near_it(number: str) -> None:
    for case, expected in zip(BROKEN_AND_KEPT[number], ([number], []), strict=True):
        message, known = case if isinstance(case, tuple) else (case, KNOWN)
        assert numbers(message, known) == expected


def test_discharge_before_admission_is_found_beside_what_follows_from_it() -> None:
    assert "A904" in numbers(head(dscg_time="2026-03-02 08:59:00"))
    assert "A904" not in numbers(head(dscg_time="2026-03-02 09:00:00"))


def test_every_check_of_more_than_one_field_is_tried() -> None:
    related = {check.number for check in CHECKS if check.number[1] == "9"}
    assert related == BROKEN_AND_KEPT.keys() | {"A904"}


FIELDS = [(node, field) for node, (_, entity) in NODES.items() for field in entity.fields().values()]


@pytest.mark.parametrize(("node", "field"), FIELDS, ids=str)
def test_a_field_is_checked_by_its_form_and_by_whether_it_is_wanted(node: str, field: Listed) -> None:
    letter, entity = NODES[node]
    number = f"{letter}{list(entity.fields()).index(field.name) + 1:02d}"
    name = field.national[0]
    if name == "mdtrt_id":
        return  # without it nobody knows whose list it is: the message is refused
    rows = FAULTLESS["input"].get(node) or [{}]
    message = (
        head(**{name: "x" * 600})
        if isinstance(rows, dict)
        else with_rows(node, [{**rows[0], name: "x" * 600}, *rows[1:]])
    )
    assert f"{number}2" in numbers(message)
    if field.wanted:
        blank = (
            head(**{name: ""})
            if isinstance(rows, dict)
            else with_rows(node, [{**rows[0], name: " "}, *rows[1:]])
        )
        assert f"{number}1" in numbers(blank)
    else:
        assert f"{number}1" not in BY_NUMBER


def test_a_code_outside_its_dictionary_is_found() -> None:
    assert numbers(head(trt_type="99")) == ["A253"]
    assert numbers(head(trt_type="22")) == []


def test_digits_before_and_after_the_point_are_counted() -> None:
    assert numbers(head(lv1_nurscare_days="0.55")) == ["A422"]
    assert numbers(head(lv1_nurscare_days="0.50")) == []


def test_without_a_birth_date_what_depends_on_age_cannot_be_judged() -> None:
    unknown = {**KNOWN, "birth_date": None}
    assert numbers(FAULTLESS, unknown) == ["A909?", "A910?"]


def test_without_a_bill_only_what_the_list_says_itself_is_judged() -> None:
    assert numbers(FAULTLESS, {}) == ["A909?", "A910?", "A916?", "A917?", "A918?", "F902?"]


def test_a_remark_says_number_place_and_value_and_of_a_persons_own_data_only_how_long_it_is() -> None:
    message = head(coner_name="某" * 51, patn_rlts="10", coner_addr="某处", coner_tel="1", dscg_way="7")
    told = facts_of(read_list(json.dumps(message).encode()), KNOWN)["list_faults"]
    assert told == ("A132 setlinfo.coner_name （51 个字）", "A453 setlinfo.dscg_way 7")


def test_every_check_has_a_number_of_its_own_and_a_document_that_says_so() -> None:
    assert len(BY_NUMBER) == len(CHECKS)
    assert all(source(check.source).document for check in CHECKS)
    assert all(check.requirement for check in CHECKS)
