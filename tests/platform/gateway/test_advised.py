"""What a doctor was told in the consulting room, and how they went on, is known of the same finding afterwards."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import polars as pl
import pytest

from mingcha.access.actor import console
from mingcha.access.context import Access
from mingcha.access.listing import Listing
from mingcha.audit.advised import UNANSWERED, advice_on
from mingcha.audit.answers import result_id_of
from mingcha.audit.batch import audit
from mingcha.audit.ledger.folders import run_folder
from mingcha.audit.reading.finding_detail import finding
from mingcha.audit.reading.finding_facets import facets
from mingcha.audit.reading.finding_filter import FindingFilter
from mingcha.audit.reading.finding_list import findings
from mingcha.gateways.national.gateway import DRAFT
from mingcha.ingest.claims import import_claims
from mingcha.store.releases import save
from tests.platform.gateway.calling import bill, message
from tests.platform.gateway.conftest import Installed
from tests.support.platform import clock_of

EVERYBODY = console("测试")
Result = dict[str, Any]


def told(ask: Any, sent: dict[str, Any]) -> list[Result]:
    """What a hospital's system is told of a bill."""
    found: list[Result] = ask(sent)["output"]["result"]
    return found


def answer(ask: Any, result: Result, way: str, reason: str = "", **sent: Any) -> None:
    warns = {"warn_rslt_id": result["jr_id"], "dspo_way": way, "dspo_way_rea": reason}
    assert ask(message("3103", {"data": {"warn_type": "1", "warns": warns}}), **sent)["infcode"] == 0


def test_an_audit_says_of_each_finding_whether_the_doctor_had_been_told_and_how_they_went_on(
    installed: Installed, ask: Any
) -> None:
    access, release = installed.access, installed.auditor.plan.release
    bills = [bill("stay", seed=seed) for seed in (1, 2, 3, 4)]
    (on, *_), (back, *_), unanswered = (told(ask, sent) for sent in bills[:3])
    answer(ask, on, "1", "病情需要")
    answer(ask, back, "2")
    installed.drain()

    claims = access.home / "claims"
    claims.mkdir()
    for number, sent in enumerate(bills):
        (claims / f"{number}.json").write_text(json.dumps(sent, ensure_ascii=False), "utf-8")
    import_claims([claims], access.home / "datasets" / "told")
    save(access.home, release)
    run_id = uuid4()
    audit(access.home / "datasets" / "told", release, run_folder(access, run_id), workbook=False)

    rows = findings(access, EVERYBODY, run_id, FindingFilter(), Listing(size=100)).items
    of_result = {(one["rule_id"], one["mdtrt_id"]): UNANSWERED for one in unanswered}
    of_result[on["rule_id"], on["mdtrt_id"]] = "继续"
    of_result[back["rule_id"], back["mdtrt_id"]] = "返回修改"
    expected = {row.finding_id: of_result.get((row.rule_code, row.encounter_id)) for row in rows}
    assert {row.finding_id: row.advice for row in rows} == expected
    assert set(expected.values()) >= {"继续", "返回修改", UNANSWERED, None}

    asked = FindingFilter(advice=["继续"])
    chosen = findings(access, EVERYBODY, run_id, asked, Listing(size=100)).items
    assert {row.finding_id for row in chosen} == {name for name, way in expected.items() if way == "继续"}
    counted = next(
        one for one in facets(access, EVERYBODY, run_id, FindingFilter()).facets if one.name == "advice"
    )
    assert {one.label: one.findings for one in counted.values} == {
        "没有提醒过" if way is None else way: list(expected.values()).count(way)
        for way in set(expected.values())
    }
    [said] = finding(access, EVERYBODY, run_id, chosen[0].finding_id).advised
    assert (said.way, said.reason, said.stage) == ("继续", "病情需要", "事前")


def advice(access: Access, result: Result) -> str | None:
    """How the last one who was told of a result went on."""
    row = {
        "institution_id": result["institution"],
        "encounter_id": result["mdtrt_id"],
        "rule_code": result["rule_id"],
        "knowledge_point": result["point"],
        "slug": result["slug"],
    }
    found: str | None = advice_on(access, pl.DataFrame([row], schema=dict.fromkeys(row, pl.String)))[0]
    return found


@pytest.fixture
def stated(installed: Installed) -> Any:
    """A bill that finds something, and the first of it with what its id is made of."""
    sent = bill("stay", seed=1)
    first = installed.auditor(json.dumps(sent).encode()).findings[0]
    return sent, {
        "jr_id": result_id_of(first),
        "institution": first["institution_id"],
        "mdtrt_id": first["encounter_id"],
        "rule_id": first["rule_code"],
        "point": first["knowledge_point"],
        "slug": first["slug"],
    }


def test_what_was_only_tried_told_and_answered_nobody_and_each_telling_has_the_answers_up_to_the_next(
    installed: Installed, ask: Any, stated: Any
) -> None:
    sent, result = stated
    tried = {**sent, "msgid": sent["msgid"] + "T"}
    trying = {**installed.hospital.headers(), DRAFT: "1"}
    ask(tried, headers=trying)
    installed.drain()
    assert advice(installed.access, result) is None

    ask(sent)
    installed.drain()
    answer(ask, result, "2", headers=trying)
    installed.drain()
    assert advice(installed.access, result) == UNANSWERED
    answer(ask, result, "2")
    clock_of(installed.access).forward(seconds=1)
    answer(ask, result, "1", "病情需要")
    installed.drain()
    assert advice(installed.access, result) == "继续"

    later = installed.access.clock() + timedelta(minutes=5)
    again = installed.hospital.calling(installed.gateway(clock=lambda: later))
    again({**sent, "msgid": sent["msgid"] + "2"})
    installed.drain()
    assert advice(installed.access, result) == UNANSWERED
