"""The health record: every fact with its day and source, told once, seen by whom it belongs to, each view logged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mingcha.access.actor import Actor, Held, console
from mingcha.access.errors import Invalid, Missing
from mingcha.access.persons import indexes_of
from mingcha.access.roles import Role
from mingcha.access.scope import Reach
from mingcha.access.trail import Action
from mingcha.audit.health.facts import FactKind, HealthFact, facts_of, tell
from mingcha.audit.health.gathering import gather
from mingcha.audit.health.importing import import_bundle
from mingcha.audit.reading.health import BILL, DOCUMENT, RECORD, record_of
from mingcha.domain.errors import InputError
from mingcha.ingest.claims import import_claims
from mingcha.ingest.registered import Registered
from mingcha.store.database.trail import TrailEntry
from mingcha.store.lake import Lake
from tests.support.care import METFORMIN, PERSONS, REGIONS, cared, ordinary, write
from tests.support.platform import Town

pytestmark = pytest.mark.one_database
BOTH, ONLY_H1, _ = PERSONS
WHOLE = console("测试")


def told(transaction: str, **nodes: Any) -> dict[str, Any]:
    return {"infno": transaction, "input": nodes}


VISIT = {"mdtrt_id": "E1", "psn_no": BOTH, "vali_flag": "1"}
ELSEWHERE = {**VISIT, "mdtrt_id": "E2"}
MESSAGES = (
    told(
        "4301",
        rgstinfo=VISIT,
        caseinfo={"mdtrt_date": "2026-01-01", "algs": "青霉素", "chfcomp": "张三说"},
        diseinfo=[
            {
                "diag_code": "I10.x00",
                "diag_name": "高血压病",
                "maindiag_flag": "1",
                "tcm_dise_name": "眩晕病",
                "vali_flag": "1",
            },
            {"tcm_dise_code": "A17.41", "tcm_dise_name": "消渴病", "tcmsymp": "气阴两虚证"},
            {"diag_code": "J00.x00", "diag_name": "作废的诊断", "vali_flag": "0"},
            {"diag_code": "", "diag_name": "", "vali_flag": "1"},
        ],
    ),
    told("4301", rgstinfo=ELSEWHERE, caseinfo={"mdtrt_date": "2026-01-11", "algs": ""}),
    told(
        "4302",
        oprninfo=[
            {
                **VISIT,
                "oprn_oprt_sn": "1",
                "oprn_oprt_code": "47.0100",
                "oprn_oprt_name": "阑尾切除术",
                "oprn_oprt_time": "2026-01-01 10:00:00",
            }
        ],
    ),
    told(
        "4401",
        baseinfo={**ELSEWHERE, "psn_name": "欧阳建国", "adm_date": "2026-01-11", "dicm_drug_name": "头孢"},
        oprninfo=[
            {
                "oprn_oprt_code": "51.2300",
                "oprn_oprt_name": "胆囊切除术",
                "oprn_oprt_date": "2026-01-12",
                "mdtrt_sn": "X",
            }
        ],
        diseinfo=[
            {
                "diag_code": "K80.100",
                "inhosp_diag_name": "胆囊结石",
                "disediag_type": "出院诊断",
                "vali_flag": "1",
                "mdtrt_sn": "X",
                "psn_name": "欧阳建国",
            }
        ],
    ),
    told(
        "4501",
        examinfo={
            **ELSEWHERE,
            "rpotc_no": "R1",
            "exam_item_code": "CT01",
            "exam_item_name": "胸部CT",
            "exam_date": "2026-01-12",
            "exam_ccls": "未见异常",
        },
    ),
    told(
        "4502",
        labinfo={**VISIT, "rpotc_no": "L1", "rpt_date": "2026-01-02"},
        iteminfo=[
            {
                "rpotc_no": "L1",
                "exam_item_detl_code": "GLU",
                "exam_item_detl_name": "葡萄糖",
                "exam_rslt_val": "7.10",
                "exam_unt": "mmol/L",
            },
            {"rpotc_no": "L1", "exam_item_detl_code": "HB", "exam_item_detl_name": "血红蛋白"},
        ],
        sampleinfo=[],
    ),
    told(
        "4503",
        data={
            **VISIT,
            "rpotc_no": "C1",
            "germ_code": "G1",
            "germ_name": "大肠埃希菌",
            "clte_time": "2026-01-02",
        },
    ),
    told(
        "4504",
        data={
            **VISIT,
            "rpotc_no": "C1",
            "germ_code": "G1",
            "sstb_code": "S1",
            "sstb_name": "阿莫西林",
            "exam_rslt": "耐药",
        },
    ),
    told("4505", data={**VISIT, "palg_no": "P1", "cma_date": "2026-01-02", "palg_diag": "慢性炎症"}),
    told("4501", examinfo={**VISIT, "rpotc_no": "R9", "exam_item_name": "作废的", "vali_flag": "0"}),
)


@pytest.fixture
def known(town: Town) -> tuple[Lake, str]:
    """The care of the persons, with records of theirs, and the key of whom both hospitals treated."""
    folder = town.access.home / "datasets" / "00000000-0000-4000-8000-000000000001"
    source = town.access.home / "source"
    source.mkdir()
    folder.parent.mkdir(exist_ok=True)
    write(source / "claims.csv", list(ordinary()))
    lines = "\n".join(json.dumps(one, ensure_ascii=False) for one in MESSAGES)
    (source / "records.ndjson").write_text(lines, encoding="utf-8")
    (source / "chronic-registrations.csv").write_text(
        f"psn_no,opsp_dise_code,opsp_dise_name,begndate,enddate\n{BOTH},M03900,高血压,2025-01-01,2027-12-31\n",
        encoding="utf-8",
    )
    report = import_claims([source], folder, persons=Registered(town.access))
    assert report.rejected == 0
    lake = Lake(folder)
    rows = lake.read_bucket(0, encounters=["encounter_id", "person_id"]).encounters
    gather(town.access, lake, 1)
    return lake, dict(rows.iter_rows())["E1"]


def reviewer(role: Role = Role.FIRST_REVIEWER, **reach: Any) -> Actor:
    return Actor(None, "reviewer", (Held(role, Reach(**reach)),))


def shown(town: Town, actor: Actor, key: str) -> set[tuple[str, str | None, str | None, str]]:
    return {
        (one.kind.value, one.day, one.name, one.source) for one in record_of(town.access, actor, key).facts
    }


def test_what_bills_and_messages_tell_of_a_person_stands_there_with_day_and_source(
    town: Town, known: tuple[Lake, str]
) -> None:
    found = shown(town, WHOLE, known[1])
    assert {one for one in found if one[3] == RECORD} == {
        ("allergy", "2026-01-01", "青霉素", RECORD),
        ("allergy", "2026-01-11", "头孢", RECORD),
        ("diagnosis", "2026-01-01", "高血压病", RECORD),
        ("diagnosis", "2026-01-01", "消渴病", RECORD),
        ("diagnosis", "2026-01-11", "胆囊结石", RECORD),
        ("operation", "2026-01-01", "阑尾切除术", RECORD),
        ("operation", "2026-01-12", "胆囊切除术", RECORD),
        ("examination", "2026-01-12", "胸部CT", RECORD),
        ("examination", "2026-01-02", "葡萄糖", RECORD),
        ("examination", "2026-01-02", "血红蛋白", RECORD),
        ("examination", "2026-01-02", "大肠埃希菌", RECORD),
        ("examination", "2026-01-01", "阿莫西林", RECORD),
        ("examination", "2026-01-02", "慢性炎症", RECORD),
        ("registration", "2025-01-01", "高血压", RECORD),
    }
    assert {one for one in found if one[3] == BILL} == {
        ("drug", "2026-01-01", "二甲双胍片", BILL),
        ("drug", "2026-01-25", "二甲双胍片", BILL),
    }
    facts = record_of(town.access, WHOLE, known[1]).facts
    said = {one.name: {fact.label: fact.text for fact in one.said} for one in facts}
    assert said["葡萄糖"] == {"结果（数值）": "7.10", "计量单位": "mmol/L"}
    assert said["高血压病"] == {"主诊断标志": "是", "中医病名": "眩晕病"}
    assert said["消渴病"] == {"中医证候": "气阴两虚证"}
    assert said["胆囊结石"] == {"疾病诊断类型": "出院诊断"}
    days = [one.day or "" for one in facts]
    assert days == sorted(days, reverse=True)


def test_what_one_hospital_found_is_not_shown_to_another(town: Town, known: tuple[Lake, str]) -> None:
    own, other = (shown(town, reviewer(institution=one), known[1]) for one in ("H1", "H2"))
    shared = {("registration", "2025-01-01", "高血压", RECORD)}
    assert own & other == shared
    assert own | other == shown(town, WHOLE, known[1])
    assert ("allergy", "2026-01-11", "头孢", RECORD) in other
    assert shown(town, reviewer(region=REGIONS["H1"]), known[1]) == own
    with pytest.raises(Missing):
        record_of(town.access, reviewer(institution="H3"), known[1])


def test_every_view_stands_in_the_trail(town: Town, known: tuple[Lake, str]) -> None:
    record_of(town.access, WHOLE, known[1])
    record_of(town.access, WHOLE, known[1])
    with town.access.database.reading() as session:
        entries = session.query(TrailEntry).where(TrailEntry.action == Action.HEALTH_VIEWED.value).all()
    assert [entry.object_id for entry in entries] == [known[1]] * 2


def test_gathering_again_tells_nothing_twice_and_no_name_is_kept(town: Town, known: tuple[Lake, str]) -> None:
    lake, key = known
    index = indexes_of(town.access, [key])[key]
    with town.access.database.reading() as session:
        before = facts_of(session, index)
    gather(town.access, lake, 1)
    with town.access.database.reading() as session:
        assert facts_of(session, index) == before
    assert BOTH not in str(before)
    kept = b"".join(path.read_bytes() for path in lake.path.rglob("*") if path.is_file())
    assert "欧阳建国".encode() not in kept


CONCEPT = {"coding": [{"system": "icd", "code": "I10", "display": "高血压"}], "text": "原发性高血压"}
CODED = {"code": CONCEPT, "subject": {"reference": "Patient/p"}}


def bundle(*resources: dict[str, Any], number: str = BOTH) -> bytes:
    patient = {"resourceType": "Patient", "id": "p", "identifier": [{"value": number}]}
    entries = [{"resource": one} for one in (patient, *resources)]
    return json.dumps({"resourceType": "Bundle", "entry": entries}).encode().replace(b'"7.10"', b"7.10")


def test_a_document_tells_what_maps_without_a_guess_and_says_why_the_rest_is_left(town: Town) -> None:
    key = cared(town.access).keys[BOTH]
    good = [
        {"resourceType": "Condition", "id": "1", **CODED, "onsetDateTime": "2025-03-01"},
        {
            "resourceType": "AllergyIntolerance",
            "id": "2",
            "code": CONCEPT,
            "recordedDate": "2025-03-01T08:00:00+08:00",
        },
        {
            "resourceType": "Procedure",
            "id": "3",
            **CODED,
            "status": "completed",
            "performedPeriod": {"start": "2025-03-02"},
        },
        {
            "resourceType": "Observation",
            "id": "4",
            **CODED,
            "status": "final",
            "effectiveDateTime": "2025-03-03",
            "valueQuantity": {"value": "7.10", "unit": "mmol/L"},
        },
        {
            "resourceType": "DiagnosticReport",
            "id": "5",
            **CODED,
            "status": "final",
            "issued": "2025-03-04T00:00:00Z",
            "conclusion": "正常",
        },
        {
            "resourceType": "MedicationRequest",
            "id": "6",
            "medicationCodeableConcept": CONCEPT,
            "status": "active",
            "authoredOn": "2025-03-05",
        },
    ]
    bad = [
        {"resourceType": "Encounter", "id": "7"},
        {"resourceType": "Condition", **CODED, "onsetDateTime": "2025"},
        {
            "resourceType": "Condition",
            **CODED,
            "onsetDateTime": "2025-03-01",
            "verificationStatus": {"coding": [{"code": "refuted"}]},
        },
        {"resourceType": "Observation", **CODED, "status": "preliminary", "effectiveDateTime": "2025-03-03"},
        {
            "resourceType": "Condition",
            "code": CONCEPT,
            "subject": {"reference": "Patient/q"},
            "onsetDateTime": "2025-03-01",
        },
        {"resourceType": "Condition", "code": {}, "onsetDateTime": "2025-03-01"},
        {
            "resourceType": "MedicationRequest",
            "medicationReference": {"reference": "x"},
            "status": "active",
            "authoredOn": "2025-03-05",
        },
    ]
    made = import_bundle(town.access, WHOLE, key, "H1", bundle(*good, *bad))
    assert (made.taken, len(made.left)) == (6, 7)
    assert [one.entry for one in made.left] == list(range(7, 14))
    assert all(one.why for one in made.left)
    import_bundle(town.access, WHOLE, key, "H1", bundle(*good))
    facts = [one for one in record_of(town.access, WHOLE, key).facts if one.source == DOCUMENT]
    expected = ("allergy", "diagnosis", "drug", "examination", "examination", "operation")
    assert tuple(sorted(one.kind.value for one in facts)) == expected
    assert [fact.text for one in facts for fact in one.said if fact.label == "结果"] == ["7.10 mmol/L"]
    assert not [
        one for one in record_of(town.access, reviewer(institution="H2"), key).facts if one.source == DOCUMENT
    ]


def test_a_document_of_somebody_else_of_nobody_or_of_several_is_refused(town: Town) -> None:
    key = cared(town.access).keys[BOTH]
    one = {"resourceType": "Condition", "id": "1", **CODED, "onsetDateTime": "2025-03-01"}
    with pytest.raises(Invalid, match="不符"):
        import_bundle(town.access, WHOLE, key, "H1", bundle(one, number=ONLY_H1))
    for wrong in (b"{", b"[]", b'{"resourceType": "Bundle"}', bundle({"resourceType": "Patient"})):
        with pytest.raises(InputError):
            import_bundle(town.access, WHOLE, key, "H1", wrong)
    with pytest.raises(Missing):
        import_bundle(town.access, reviewer(Role.INSURANCE_OFFICE, institution="H1"), key, "H2", bundle(one))


def test_a_drug_of_a_bill_is_told_with_its_code_and_quantity(town: Town) -> None:
    key = cared(town.access).keys[BOTH]
    drugs = [one for one in record_of(town.access, WHOLE, key).facts if one.kind is FactKind.DRUG]
    assert {one.code for one in drugs} == {METFORMIN}
    assert all(one.said[0].text == "2" and one.encounter_id for one in drugs)


def test_what_a_hospital_sent_to_the_gateway_stands_there_like_any_record_and_leads_to_no_dataset(
    town: Town, known: tuple[Lake, str]
) -> None:
    key = known[1]
    fact = HealthFact(FactKind.DIAGNOSIS.value, name="痛风", institution_id="H1", source="call:ab", as_of=2)
    with town.access.database.writing() as session:
        tell(session, town.access, {indexes_of(town.access, [key])[key]: [fact]})
    (seen,) = (one for one in record_of(town.access, WHOLE, key).facts if one.name == "痛风")
    assert (seen.source, seen.dataset, seen.day) == (RECORD, None, None)
