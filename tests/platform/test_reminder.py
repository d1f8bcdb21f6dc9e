"""事前提醒: nothing of care elsewhere but what may be told, and that only while one is treated here."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingcha.access.context import CHINA, Access
from mingcha.access.policy import ReminderPolicy
from mingcha.access.trail import Action
from mingcha.audit.bill import BillAuditor
from mingcha.audit.health.facts import FactKind, HealthFact, tell
from mingcha.audit.histories import index_of, replace
from mingcha.audit.past import PastEncounter, kept, past_of
from mingcha.audit.plans import plan_of
from mingcha.audit.reminding.asking import Asked
from mingcha.audit.reminding.items import item_reminder
from mingcha.audit.reminding.patient import PatientReminder, reminder_of
from mingcha.domain.errors import InputError
from mingcha.domain.values import MINUTES_A_DAY, minute_of
from mingcha.hospital.reminding import remind
from mingcha.ingest.claims import import_claims
from mingcha.ingest.messages import read_message
from mingcha.knowledge.kinds.scope import SexLimit
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.sample.messages import sample_message
from mingcha.store.database.calls import CallFinding
from mingcha.store.database.trail import TrailEntry
from tests.support.calls import answered_call
from tests.support.care import METFORMIN
from tests.support.platform import ROOT, START, Town, clock_of

HERE, SECRET = "H1", "SECRET"
NOW = minute_of(START.astimezone(CHINA).replace(tzinfo=None))
DAY = NOW // MINUTES_A_DAY
POLICY = ReminderPolicy()
CT = "009900000010000"


def encounter(
    number: int, institution: str, days_ago: int, *, stay: bool = False, hidden: str = "", **lines: Any
) -> PastEncounter:
    """An encounter; `hidden` stands in all that must not be told of it elsewhere."""
    at = NOW - days_ago * MINUTES_A_DAY
    facts = {
        "encounter_id": f"E{number}{hidden}",
        "institution_id": institution,
        "institution_name": f"医院{hidden}",
        "started_at": at,
        "visit_type": "2" if stay else "1",
        "sex": "1",
        "birth_date": DAY - 20_000,
        "department_name": f"内科{hidden}",
        "doctor_name": f"医师{hidden}",
        "main_diagnosis": f"I10{hidden}",
        "total_amount": 777_000 + len(hidden),
    }
    told = {
        "item_code": [METFORMIN, CT],
        "item_name": ["二甲双胍片", "CT 平扫"],
        "charge_type": ["09", "03"],
        "quantity": [10_000, 10_000],
        "billed_quantity": [10_000, 10_000],
        "supply_days": [30, None],
        "charged_at": [at, at],
        "unit_price": [777_000_000 + len(hidden)] * 2,
        "amount": [888_000 + len(hidden)] * 2,
        "local_item_name": [f"本院{hidden}"] * 2,
        "line_id": [f"L{number}{hidden}", f"M{number}{hidden}"],
        "doctor_name": [f"医师{hidden}"] * 2,
        **lines,
    }
    diagnoses = {"diagnosis_code": [f"I10{hidden}"], "diagnosis_name": [f"高血压{hidden}"]}
    return past_of(facts, told, diagnoses, {}, as_of=1)


def fact(kind: FactKind, institution: str, days_ago: int, hidden: str = "", **more: Any) -> HealthFact:
    told = {
        "code": f"{kind.value}-1",
        "name": kind.label,
        "said": (("结论", f"所见{hidden}"),),
        "encounter_id": f"E{hidden}",
        "source": f"dataset{hidden}",
        "reference": f"R{hidden}",
        **more,
    }
    return HealthFact(kind.value, day=DAY - days_ago, institution_id=institution, **told)


def told_of(
    past: list[PastEncounter], facts: Sequence[HealthFact] = (), *, is_open: bool = True
) -> PatientReminder:
    return reminder_of(HERE, "E-now", past, facts, NOW, POLICY, is_open=is_open)


INSTITUTIONS = st.sampled_from((HERE, "H2", "H3"))
CARE = st.lists(st.tuples(INSTITUTIONS, st.integers(0, 120), st.booleans()), max_size=6)
KINDS = st.lists(st.tuples(st.sampled_from(FactKind), INSTITUTIONS, st.integers(0, 60)), max_size=6)


def made(care: Any, kinds: Any, hidden: str) -> tuple[list[PastEncounter], list[HealthFact]]:
    """The same care; what must not be told of it elsewhere differs with `hidden`."""
    past = [
        encounter(number, place, ago, stay=stay, hidden="" if place == HERE else hidden)
        for number, (place, ago, stay) in enumerate(care)
    ]
    return past, [fact(kind, place, ago, "" if place == HERE else hidden) for kind, place, ago in kinds]


@settings(max_examples=150, deadline=None)
@given(CARE, KINDS)
def test_nothing_of_another_institution_but_what_may_be_told_changes_a_reminder(
    care: Any, kinds: Any
) -> None:
    """Where, on which bill, by whom and for how much may be anything: the answer is the same, word for word."""
    first, second = (told_of(*made(care, kinds, hidden)) for hidden in ("", SECRET))
    assert first == second
    text = json.dumps(asdict(second), ensure_ascii=False)
    assert SECRET not in text
    assert "H2" not in text
    assert "H3" not in text
    assert "777" not in text
    assert "888" not in text


@settings(max_examples=100, deadline=None)
@given(CARE, KINDS)
def test_where_the_encounter_is_not_open_care_elsewhere_might_as_well_not_be(care: Any, kinds: Any) -> None:
    past, facts = made(care, kinds, "")
    own = [one for one in past if one.facts["institution_id"] == HERE]
    own_facts = [one for one in facts if one.institution_id == HERE]
    closed = told_of(past, facts, is_open=False)
    assert closed == told_of(own, own_facts, is_open=False)
    assert not closed.elsewhere


def test_what_is_left_of_a_drug_adds_up_across_institutions_and_stays_give_none_home() -> None:
    two = [encounter(1, HERE, 20), encounter(2, "H2", 10), encounter(3, "H2", 5, stay=True)]
    (drug,) = told_of(two).medication
    assert (drug.name, drug.days_left) == ("二甲双胍片", 40)
    assert told_of([encounter(1, HERE, 31)]).medication == []
    assert told_of([encounter(1, HERE, 1, supply_days=[None, None])]).medication == []


def test_an_examination_is_told_until_it_may_be_repeated_and_the_newest_counts() -> None:
    done = told_of([encounter(1, "H2", 40), encounter(2, "H3", 12), encounter(3, HERE, 20)]).examinations
    assert [(one.code, one.name, one.days_left) for one in done] == [(CT, "CT 平扫", 18)]
    assert told_of([encounter(1, "H2", 30)]).examinations == []
    assert told_of([encounter(1, "H2", 3, quantity=[0, 0])]).examinations == []
    laboratory = [encounter(1, "H2", 3, charge_type=["09", "04"])]
    assert told_of(laboratory).examinations[0].days_left == POLICY.laboratory_days.days - 3


def test_visits_here_say_more_than_those_elsewhere_and_old_ones_nothing() -> None:
    past = [encounter(1, HERE, 3), encounter(2, "H2", 5, stay=True), encounter(3, HERE, 91)]
    here, elsewhere = told_of(past).visits
    assert (here.here, here.department, here.diagnosis) == (True, "内科", "高血压")
    assert (elsewhere.kind, elsewhere.here) == ("住院", False)
    assert {elsewhere.encounter_id, elsewhere.department, elsewhere.diagnosis} == {None}


def test_registrations_that_ended_are_not_told_and_of_an_allergy_the_newest_word_counts() -> None:
    facts = [
        fact(FactKind.REGISTRATION, "", 400, until=DAY - 1, code="M1"),
        fact(FactKind.REGISTRATION, "", 400, until=DAY, code="M2"),
        fact(FactKind.ALLERGY, "H2", 300, name="青霉素"),
        fact(FactKind.ALLERGY, "H2", 30, name="青霉素（皮试阳性）"),
    ]
    told = told_of([], facts)
    assert [one.code for one in told.registrations] == ["M2"]
    assert [one.name for one in told.allergies] == ["青霉素（皮试阳性）"]


PERSON = "350100000001"


def asked(access: Access, **changed: Any) -> Asked:
    local = access.now().astimezone(CHINA).replace(tzinfo=None)
    given_: dict[str, Any] = {"started_at": local - timedelta(minutes=5), **changed}
    return Asked(HERE, PERSON, "E-now", **given_)


def remember(access: Access, *past: PastEncounter, facts: tuple[HealthFact, ...] = ()) -> None:
    with access.database.writing() as session:
        replace(session, access, [(PERSON, past)])
        tell(session, access, {index_of(access, PERSON): facts})


@pytest.mark.one_database
def test_care_elsewhere_is_told_only_while_the_encounter_is_open(town: Town) -> None:
    access = town.access
    elsewhere = encounter(2, "H2", 10)
    remember(access, elsewhere, facts=(fact(FactKind.ALLERGY, "H2", 3),))
    assert remind(access, ROOT, asked(access), None).patient.medication
    local = access.now().astimezone(CHINA).replace(tzinfo=None)
    for began in (local + timedelta(minutes=5), local - timedelta(days=2)):
        closed = remind(access, ROOT, asked(access, started_at=began), None).patient
        assert (closed.elsewhere, closed.medication, closed.allergies) == (False, [], [])
    stay = asked(access, started_at=local - timedelta(days=2), inpatient=True)
    assert remind(access, ROOT, stay, None).patient.elsewhere
    settled = msgspec.structs.replace(
        encounter(3, HERE, 0), facts={**encounter(3, HERE, 0).facts, "encounter_id": "E-now"}
    )
    remember(access, elsewhere, settled)
    assert not remind(access, ROOT, asked(access), None).patient.elsewhere
    with access.database.reading() as session:
        entries = session.query(TrailEntry).where(TrailEntry.action == Action.REMINDED.value).all()
    assert [entry.details["elsewhere"] for entry in entries] == [True, False, False, True, False]
    assert PERSON not in str([entry.object_id for entry in entries])


@pytest.mark.one_database
def test_open_findings_are_those_of_this_institution(town: Town) -> None:
    access = town.access
    person = index_of(access, PERSON)
    found = {
        "number": 0, "finding_id": "F1", "rule_code": "GZ10000302004000", "rule_name": "限性别", "slug": "sex-mismatch",
        "certainty": "明确违规", "knowledge_point": "p", "line_key": "1", "code": "X1", "name": "检查",
        "amount_fen": 5000, "action": None,
    }  # fmt: skip
    for hospital in ("H1", "H2"):
        call_id = answered_call(access, hospital, person=person)
        with access.database.writing() as session:
            session.add(CallFinding(call_id=call_id, result_id=f"R-{hospital}", **found))
    told = remind(access, ROOT, asked(access), None)
    assert [one.result_id for one in told.findings] == ["R-H1"]


@pytest.mark.one_database
def test_an_item_is_told_with_class_first_payment_limits_and_their_source(town: Town) -> None:
    access = town.access
    point = next(one for one in starter_points() if isinstance(one, SexLimit) and not one.demonstration)
    code = point.codes[0]
    folder = access.home / "datasets" / "00000000-0000-4000-8000-000000000001"
    source = access.home / "source"
    source.mkdir()
    folder.parent.mkdir()
    (source / "directory.csv").write_text(
        "hilist_code,insu_admdvs,begndate,enddate,chrgitm_lv\n"
        f"{code},350100,2025-01-01,,02\n{code},440100,2025-01-01,,03\n{code},350100,2020-01-01,2024-12-31,01\n"
    )
    (source / "directory-self-pay.csv").write_text(
        f"hilist_code,insu_admdvs,begndate,selfpay_prop\n{code},350100,2025-01-01,0.1\n"
    )
    (source / "claims.csv").write_text(
        "psn_no,mdtrt_id,fixmedins_code,begntime,insutype,feedetl_sn,med_list_codg,fee_ocur_time,cnt,pric,det_item_fee_sumamt\n"
        "P,E,H1,2026-01-01 08:00:00,310,L1,X1,2026-01-01 09:00:00,1,1,1\n"
    )
    import_claims([source], folder)
    auditor = BillAuditor(plan_of(release_of(1, starter_points(), starter_settings())))
    told = item_reminder(access, auditor, code, "350100", DAY)
    assert (told.payment_class, told.self_pay) == ("乙类", ["10%"])
    limit = next(one for one in told.limits if one.rule_code == point.rule_code)
    assert limit.rule_name
    assert limit.text
    assert limit.source
    assert item_reminder(access, auditor, code, "440100", DAY).payment_class == "丙类"
    assert item_reminder(access, None, "unknown", "350100", DAY).limits == []
    with pytest.raises(InputError):
        remind(access, ROOT, asked(access, items=tuple(map(str, range(201)))), None)


@pytest.mark.one_database
def test_a_reminder_with_two_hundred_lines_of_history_takes_milliseconds(town: Town) -> None:
    """Fifty are allowed; here the median of some, because the machine does other things too."""
    access = town.access
    message = read_message(json.dumps(sample_message("stay-with-history")).encode())
    remember(access, *(kept(one) for one in message.encounters))
    assert sum(len(one.lines["line_key"]) for one in message.encounters) >= 200
    clock_of(access).moment = datetime(2026, 7, 1, tzinfo=CHINA)
    took = []
    for _ in range(15):
        began = time.perf_counter()
        remind(access, ROOT, asked(access), None)
        took.append(time.perf_counter() - began)
    assert sorted(took)[len(took) // 2] < 0.05
