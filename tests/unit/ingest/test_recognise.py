"""Columns are recognised by English, national and Chinese names; the table's role decides what is ambiguous."""

from __future__ import annotations

import pytest

from mingcha.domain.claims import Diagnosis, Encounter, Line, Person, Procedure, Settlement
from mingcha.domain.entitlement import DirectoryPriceLimit
from mingcha.domain.evidence import RecordedDiagnosis
from mingcha.domain.fields import Entity
from mingcha.ingest.recognise import CLAIMS, known_names, names_of, normal, recognise


@pytest.mark.parametrize("entity", CLAIMS)
def test_every_field_is_recognised_by_each_of_its_names(entity: type[Entity]) -> None:
    for declared in entity.fields().values():
        if declared.derived:
            continue
        for name in names_of(declared):
            assert any(one is declared for one in known_names()[normal(name)]), name


def test_own_expense_belongs_to_the_line_in_a_line_table_and_to_the_settlement_in_its_table() -> None:
    lines = recognise(["mdtrt_id", "hilist_code", "cnt", "sumamt", "drord_begn_date", "ownpay_amt"], {})
    assert lines.primary is Line
    assert lines.source(Line.own_expense) == "ownpay_amt"
    settlements = recognise(["mdtrt_id", "setl_id", "medfee_sumamt", "ownpay_amt"], {})
    assert settlements.primary is Settlement
    assert settlements.source(Settlement.own_expense) == "ownpay_amt"


def test_a_disease_code_is_a_diagnosis_in_a_table_of_diagnoses_and_a_disease_in_one_of_stays() -> None:
    assert recognise(["mdtrt_id", "dise_codg", "dise_name"], {}).primary is Diagnosis
    stays = recognise(["mdtrt_id", "psn_no", "begntime", "dise_codg"], {})
    assert stays.primary is Encounter
    assert stays.source(Encounter.disease_id) == "dise_codg"
    assert stays.source(Diagnosis.diagnosis_code) is None


def test_diagnoses_of_bills_are_not_taken_for_those_of_records_which_say_of_which_record_they_are() -> None:
    heads = ["mdtrt_id", "psn_no", "diag_code", "diag_name", "maindiag_flag", "vali_flag"]
    assert recognise(heads, {}).primary is Diagnosis
    assert recognise([*heads, "infno"], {}).primary is RecordedDiagnosis


def test_a_wide_table_holds_line_encounter_settlement_person_and_diagnosis_together() -> None:
    line = ["rx_id", "mdtrt_id", "hilist_code", "cnt", "sumamt", "drord_begn_date"]
    stay = ["patn_id", "gend", "medins_id", "adm_date", "medfee_sumamt", "diag_code", "oprn_code"]
    wide = recognise([*line, *stay], {})
    assert wide.primary is Line
    assert set(wide.columns) == {Line, Encounter, Settlement, Person, Diagnosis, Procedure}
    assert not wide.unknown


def test_quantity_and_amount_of_a_source_are_what_was_billed() -> None:
    heads = ["就诊标识", "医保目录编码", "计费时间", "数量", "金额"]
    found = recognise(heads, {})
    assert found.source(Line.billed_quantity) == "数量"
    assert found.source(Line.billed_amount) == "金额"


def test_full_width_blanks_and_case_in_a_heading_do_not_matter() -> None:
    assert recognise([" ＭＤＴＲＴ＿ＩＤ ", "Hilist_Code", "CNT", "SumAmt"], {}).primary is Line


def test_names_and_certificate_numbers_are_personal_and_read_by_nobody() -> None:
    found = recognise(["psn_no", "psn_name", "certno", "gend"], {})
    assert found.personal == ["psn_name", "certno"]
    assert "psn_name" not in {column for fields in found.columns.values() for column in fields.values()}


def test_a_line_table_that_lacks_required_columns_says_which() -> None:
    found = recognise(["hilist_code", "cnt", "pric"], {})
    assert [f.name for f in found.missing()] == ["encounter_id", "charged_at", "billed_amount"]


def test_columns_that_mean_nothing_known_are_listed() -> None:
    found = recognise(["mdtrt_id", "hilist_code", "cnt", "sumamt", "drord_begn_date", "备用1"], {})
    assert found.unknown == ["备用1"]


def test_a_mapping_wins_over_what_a_name_seems_to_say() -> None:
    columns = ["mdtrt_id", "hilist_code", "cnt", "sumamt", "drord_begn_date", "真实数量"]
    found = recognise(columns, {"真实数量": (Line.billed_quantity,), "cnt": ()})
    assert found.source(Line.billed_quantity) == "真实数量"


def test_optional_facts_are_recognised_where_they_explain_more_than_claims_do() -> None:
    limits = ["hilist_code", "hilist_lmtpric_type", "insu_admdvs", "begndate", "hilist_pric_uplmt_amt"]
    assert recognise(limits, {}).primary is DirectoryPriceLimit


def test_a_table_of_nothing_known_is_nothing() -> None:
    assert recognise(["a", "b"], {}).primary is None
